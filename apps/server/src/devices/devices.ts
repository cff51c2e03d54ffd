/** All device processes: one for each device that is connected or that a request concerns, started when first needed. */

import {
  NoProcessError,
  defineDynamicSupervisor,
  processName,
  type DynamicSupervisorProtocol,
  type Ref,
  type Verbs,
} from "@wheelhouse/actors";
import type { DeviceAddress, DeviceRecord } from "@wheelhouse/storage";
import { DeviceServer } from "./device.ts";
import { deviceName, type DeviceProtocol, type DeviceView } from "./protocol.ts";
import { toDevice } from "./views.ts";

type DevicesProtocol = DynamicSupervisorProtocol<DeviceAddress, DeviceProtocol>;

export const Devices = processName<DevicesProtocol>("devices");

/** A device that crashes isn't restarted: whoever needs it next starts it anew, from what is stored. */
export const DevicesSupervisor = defineDynamicSupervisor<void, DeviceAddress, DeviceProtocol>(
  "Devices",
  () => ({
    child: (address) => DeviceServer.child(address, { name: deviceName(address), restart: "temporary" }),
  }),
);

/** Tries before giving up on a process that ends whenever it is spoken to. */
const TRIES = 3;

/** Speaks to a device's process, started if need be. One that went to rest just then is started again. */
export async function withDevice<R>(
  ctx: Pick<Verbs, "call" | "whereis">,
  address: DeviceAddress,
  speak: (device: Ref<DeviceProtocol>) => Promise<R>,
): Promise<R> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await speak(await findDevice(ctx, address));
    } catch (error) {
      if (!(error instanceof NoProcessError) || left <= 1) throw error;
    }
  }
}

/**
 * How a device is shown: as its process sees it, which `wakes` has started if need be, else as it is stored, away and without
 * variables. One that fails is nobody else's concern.
 */
export async function showDevice(
  ctx: Pick<Verbs, "call" | "whereis">,
  record: DeviceRecord,
  wakes: boolean,
): Promise<DeviceView> {
  const asks = wakes || ctx.whereis(deviceName(record)) !== undefined;
  const view = asks
    ? await withDevice(ctx, record, (device) => ctx.call(device, "view")).catch(() => undefined)
    : undefined;
  return view ?? { device: toDevice(record, false), variables: [], openWrites: [] };
}

/** Devices that something is done with at a time. */
const AT_ONCE = 100;

/** Does something with many devices, in their order, some at once. */
export async function eachOf<Item, Result>(
  devices: readonly Item[],
  work: (device: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < devices.length; start += AT_ONCE)
    results.push(...(await Promise.all(devices.slice(start, start + AT_ONCE).map(work))));
  return results;
}

async function findDevice(
  ctx: Pick<Verbs, "call" | "whereis">,
  address: DeviceAddress,
): Promise<Ref<DeviceProtocol>> {
  const name = deviceName(address);
  const living = ctx.whereis(name);
  if (living !== undefined) return living;
  const start = await ctx.call(Devices, "startChild", address);
  if (start.outcome === "started") return start.ref;
  // Somebody else may have started it in the meantime.
  const other = ctx.whereis(name);
  if (other !== undefined) return other;
  throw start.outcome === "failed" && start.reason instanceof Error
    ? start.reason
    : new NoProcessError(name.name);
}
