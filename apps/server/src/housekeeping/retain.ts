/** Drops what the projects' retention no longer keeps. */

import type { Duty, DutyEvent } from "./duty.ts";
import { Store } from "../store/store.ts";

export const retain: Duty = {
  name: "retain",
  everyMs: 60_000,
  // However long it takes: the storage does it between the groups it commits.
  async perform(ctx) {
    const { missing, damaged } = await ctx.callWithin(Infinity, Store, "retain", ctx.wallClock());
    const lost: DutyEvent = { type: "housekeeping:lost", missing, damaged };
    if (missing + damaged > 0) ctx.emit(lost);
  },
};
