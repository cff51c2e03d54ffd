/**
 * A batch on its way to the writer: lists of plain values, since what is copied between threads costs by the object. Both
 * sides know the order of the values from here.
 */

import type { DeviceAddress, DeviceBatch, Time } from "../ports.ts";
import type { LogBlock } from "../rules/log-blocks.ts";
import { toStored, type StoredValue } from "./values.ts";

export interface Parcel extends DeviceAddress {
  readonly session: string;
  /** 0 for a batch without. */
  readonly seq: number;
  readonly missed: number;
  readonly receivedAt: Time;
  readonly samples: readonly Plain[];
  readonly logs: readonly LogBlock[];
  /** What hardly any batch has. */
  readonly rest?: Pick<DeviceBatch, "declarations" | "markers" | "writes">;
}

/** Takes a sample as it is stored; `delay` is how long after `at` it was received. */
export type VisitSample = (
  name: string,
  value: StoredValue,
  at: Time,
  delay: number,
  backlog: boolean,
) => void;

type Plain = number | string | boolean | null;

export function toParcel(batch: DeviceBatch): Parcel {
  const { project, device, session, seq = 0, missed, receivedAt, declarations, markers, writes } = batch;
  const samples: Plain[] = [];
  for (const { name, value, at, receivedAt: came, backlog } of batch.samples)
    samples.push(name, toStored(value), at, came - at, backlog);
  const logs = batch.logs.blocks;
  const parcel = { project, device, session, seq, missed, receivedAt, samples, logs };
  if (declarations.length + markers.length + writes.length === 0) return parcel;
  return { ...parcel, rest: { declarations, markers, writes } };
}

export function countLogs({ logs }: Parcel): number {
  return logs.reduce((sum, { count }) => sum + count, 0);
}

const VALUES_OF_EACH = 5;

export function visitSamples({ samples }: Parcel, visit: VisitSample): void {
  for (let first = 0; first < samples.length; first += VALUES_OF_EACH)
    visit(
      samples[first] as string,
      samples[first + 1] as StoredValue,
      samples[first + 2] as Time,
      samples[first + 3] as number,
      samples[first + 4] as boolean,
    );
}
