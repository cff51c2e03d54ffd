/** What a person gives a device: its name and tags. */

import { StorageFailedError } from "@wheelhouse/storage";
import { Store } from "../../store/store.ts";
import type { DescribeOutcome, Description } from "../protocol.ts";
import { toDevice } from "../views.ts";
import type { DeviceContext } from "./state.ts";
import { publishDevice } from "./telling.ts";

export async function describe(ctx: DeviceContext, description: Description): Promise<DescribeOutcome> {
  const { state } = ctx;
  if (state.record === undefined) return "unknown_device";
  try {
    const update = { ...state.address, ...description };
    const stored = await ctx.callWithin(Infinity, Store, "updateDevice", update);
    if (stored === undefined) return "unknown_device";
    state.record = { ...state.record, given: stored.given };
    publishDevice(ctx);
    return toDevice(state.record, state.attached !== undefined);
  } catch (error) {
    if (error instanceof StorageFailedError) return "storage_unavailable";
    throw error;
  }
}
