/** The housekeeper: does what has to be done from time to time, one duty after the other. */

import { defineGenServer, type GenServer } from "@wheelhouse/actors";
import { StorageFailedError } from "@wheelhouse/storage";
import type { Duty, DutyEvent } from "./duty.ts";
import { expireWrites } from "./expire-writes.ts";
import { retain } from "./retain.ts";

/** All there is to do. */
export const DUTIES: readonly Duty[] = [expireWrites, retain];

interface HousekeepingProtocol {
  casts: { perform(duty: Duty): void };
}

interface HousekeepingState {
  readonly duties: readonly Duty[];
  /** Those that couldn't be done the last time, which was told then. */
  readonly failing: Set<Duty>;
}

export const Housekeeping: GenServer<HousekeepingProtocol, readonly Duty[]> = defineGenServer<
  HousekeepingProtocol,
  HousekeepingState,
  readonly Duty[]
>({
  name: "Housekeeping",
  init(ctx, duties) {
    for (const duty of duties) ctx.after(duty.everyMs, "perform", duty);
    return { duties, failing: new Set() };
  },
  casts: {
    async perform(ctx, duty) {
      const { failing } = ctx.state;
      const tell = (event: DutyEvent) => ctx.emit(event);
      try {
        await duty.perform(ctx);
        if (failing.delete(duty)) tell({ type: "housekeeping:works_again", duty: duty.name });
      } catch (error) {
        if (!(error instanceof StorageFailedError)) throw error;
        if (!failing.has(duty)) tell({ type: "housekeeping:failing", duty: duty.name, error });
        failing.add(duty);
      }
      ctx.after(duty.everyMs, "perform", duty);
    },
  },
  format: ({ duties }) => duties.map(({ name }) => name),
});
