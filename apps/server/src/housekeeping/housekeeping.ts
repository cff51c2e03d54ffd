/** The housekeeper: does what has to be done from time to time, one duty after the other. */

import { defineGenServer, type GenServer } from "@wheelhouse/actors";
import { StorageFailedError } from "@wheelhouse/storage";
import type { Duty } from "./duty.ts";
import { expireWrites } from "./expire-writes.ts";
import { retain } from "./retain.ts";

/** All there is to do. */
export const DUTIES: readonly Duty[] = [expireWrites, retain];

interface HousekeepingProtocol {
  casts: { perform(duty: Duty): void };
}

export const Housekeeping: GenServer<HousekeepingProtocol, readonly Duty[]> = defineGenServer<
  HousekeepingProtocol,
  readonly Duty[],
  readonly Duty[]
>({
  name: "Housekeeping",
  init(ctx, duties) {
    for (const duty of duties) ctx.after(duty.everyMs, "perform", duty);
    return duties;
  },
  casts: {
    async perform(ctx, duty) {
      try {
        await duty.perform(ctx);
      } catch (error) {
        if (!(error instanceof StorageFailedError)) throw error;
      }
      ctx.after(duty.everyMs, "perform", duty);
    },
  },
  format: (duties) => duties.map(({ name }) => name),
});
