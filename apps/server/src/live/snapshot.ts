/** How everything that a subscription is about stands now, asked of the storage and of each device's process. */

import type { Verbs } from "@wheelhouse/actors";
import type { Snapshot, Subscribe, Variable } from "@wheelhouse/api";
import { eachOf, showDevice } from "../devices/devices.ts";
import type { DeviceView } from "../devices/protocol.ts";
import { toWrite } from "../devices/views.ts";
import { Store } from "../store/store.ts";

/** @param offset and `epoch`: where the stored entries had got to before this was asked. */
export async function takeSnapshot(
  ctx: Pick<Verbs, "call" | "whereis">,
  request: Subscribe,
  epoch: string,
  offset: number,
): Promise<Snapshot> {
  const topics = new Set(request.topics);
  const needsProcess = topics.has("variables") || topics.has("writes");
  // Log entries and markers are asked for elsewhere, and need no device.
  const all = needsProcess || topics.has("devices") ? await ctx.call(Store, "devices", request.project) : [];
  const records = all.filter(({ device }) => request.device === undefined || request.device === device);
  const views = await eachOf(records, (record) => showDevice(ctx, record, needsProcess));
  const devices = views.map(({ device }) => device);
  return {
    type: "snapshot",
    id: request.id,
    epoch,
    offset,
    ...(topics.has("devices") ? { devices } : {}),
    ...(topics.has("variables") ? { variables: variablesOf(views) } : {}),
    ...(topics.has("writes") ? { writes: views.flatMap(({ openWrites }) => openWrites.map(toWrite)) } : {}),
  };
}

function variablesOf(views: readonly DeviceView[]): Record<string, Variable[]> {
  return Object.fromEntries(views.map(({ device, variables }) => [device.id, [...variables]]));
}
