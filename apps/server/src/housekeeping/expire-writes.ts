/** Ends the writes that nobody answered in time, of devices that nobody speaks to. */

import type { Verbs } from "@wheelhouse/actors";
import type { WriteRecord } from "@wheelhouse/storage";
import { deviceName } from "../devices/protocol.ts";
import { Store } from "../store/store.ts";
import type { Duty } from "./duty.ts";

/** Later than the devices' own processes do it, so that an answer they have, but haven't stored yet, counts. */
const LATE_MS = 10_000;

export const expireWrites: Duty = {
  name: "expire writes",
  everyMs: 10_000,
  async perform(ctx) {
    const expired = await ctx.callWithin(Infinity, Store, "expireWrites", ctx.wallClock() - LATE_MS);
    for (const write of expired) tell(ctx, write);
  },
};

/** The device's process, where it lives, takes it on. */
function tell(ctx: Verbs, write: WriteRecord): void {
  const process = ctx.whereis(deviceName(write));
  if (process !== undefined) ctx.cast(process, "ended", [write]);
}
