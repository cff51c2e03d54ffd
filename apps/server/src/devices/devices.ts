/** All device processes: one for each device that is connected or that a request concerns, started when first needed. */

import {
  NoProcessError,
  defineDynamicSupervisor,
  processName,
  type DynamicSupervisorProtocol,
  type Ref,
  type Verbs,
} from "@wheelhouse/actors";
import type { DeviceAddress } from "@wheelhouse/storage";
import { DeviceServer } from "./device.ts";
import { deviceName, type DeviceProtocol } from "./protocol.ts";

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
