/** Drops what the projects' retention no longer keeps. */

import type { Duty, DutyEvent } from "./duty.ts";
import { Store } from "../store/store.ts";

export const retain: Duty = {
  name: "retain",
  everyMs: 60_000,
  // However long it takes: the storage does it between the groups it commits.
  async perform(ctx) {
    const found = await ctx.callWithin(Infinity, Store, "retain", ctx.wallClock());
    const { missing, damaged, damagedIndexes } = found;
    const lost: DutyEvent = { type: "housekeeping:lost", missing, damaged, damagedIndexes };
    if (missing.length + damaged.length + damagedIndexes > 0) ctx.emit(lost);
  },
};
