/** A batch on its way to the writer. What is copied between threads costs by the object, so what is many is packed. */

import type { DeviceAddress, DeviceBatch, Time } from "../ports.ts";
import type { PlainSamples } from "../rules/new-samples.ts";
import type { PlainLogs } from "../rules/packed-logs.ts";

export interface Parcel extends DeviceAddress {
  readonly session: string;
  /** 0 for a batch without. */
  readonly seq: number;
  readonly missed: number;
  readonly receivedAt: Time;
  readonly samples: PlainSamples;
  readonly logs: PlainLogs;
  /** Log entries in them. */
  readonly logCount: number;
  /** What hardly any batch has. */
  readonly rest?: Pick<DeviceBatch, "declarations" | "markers" | "writes">;
}

export function toParcel(batch: DeviceBatch): Parcel {
  const { project, device, session, seq = 0, missed, receivedAt, declarations, markers, writes } = batch;
  const samples = batch.samples.plain;
  const { plain: logs, length: logCount } = batch.logs;
  const parcel = { project, device, session, seq, missed, receivedAt, samples, logs, logCount };
  if (declarations.length + markers.length + writes.length === 0) return parcel;
  return { ...parcel, rest: { declarations, markers, writes } };
}
