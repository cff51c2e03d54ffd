/** How everything that a subscription is about stands now, asked of the storage and of each device's process. */

import type { Verbs } from "@wheelhouse/actors";
import type { Device, Snapshot, Subscribe, Variable } from "@wheelhouse/api";
import type { WriteRecord } from "@wheelhouse/storage";
import { withDevice } from "../devices/devices.ts";
import { deviceName } from "../devices/protocol.ts";
import { toDevice, toWrite } from "../devices/views.ts";
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
  const devices: Device[] = [];
  const variables: Record<string, Variable[]> = {};
  const writes: WriteRecord[] = [];
  for (const record of records) {
    const view =
      needsProcess || ctx.whereis(deviceName(record)) !== undefined
        ? await withDevice(ctx, record, (device) => ctx.call(device, "view"))
        : undefined;
    devices.push(view?.device ?? toDevice(record, false));
    variables[record.device] = [...(view?.variables ?? [])];
    writes.push(...(view?.openWrites ?? []));
  }
  return {
    type: "snapshot",
    id: request.id,
    epoch,
    offset,
    ...(topics.has("devices") ? { devices } : {}),
    ...(topics.has("variables") ? { variables } : {}),
    ...(topics.has("writes") ? { writes: writes.map(toWrite) } : {}),
  };
}
