/**
 * A batch on its way to the writer: lists of plain values, since what is copied between threads costs by the object. Both
 * sides know the order of the values from here.
 */

import { levelRank } from "@wheelhouse/protocol";
import type { DeviceAddress, DeviceBatch, Time } from "../ports.ts";
import { toFieldsText, toStored, type StoredValue } from "./values.ts";

export interface Parcel extends DeviceAddress {
  readonly session: string;
  /** 0 for a batch without. */
  readonly seq: number;
  readonly missed: number;
  readonly receivedAt: Time;
  readonly samples: readonly Plain[];
  readonly logs: readonly Plain[];
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

/** Takes a log entry as it is stored; `fields` is JSON. */
export type VisitLog = (
  at: Time,
  delay: number,
  level: number,
  message: string,
  fields: string | null,
) => void;

type Plain = number | string | boolean | null;

export function toParcel(batch: DeviceBatch): Parcel {
  const { project, device, session, seq = 0, missed, receivedAt, declarations, markers, writes } = batch;
  const samples: Plain[] = [];
  for (const { name, value, at, receivedAt: came, backlog } of batch.samples)
    samples.push(name, toStored(value), at, came - at, backlog);
  const logs: Plain[] = [];
  for (const { at, receivedAt: came, level, message, fields } of batch.logs)
    logs.push(at, came - at, levelRank(level), message, toFieldsText(fields));
  const parcel = { project, device, session, seq, missed, receivedAt, samples, logs };
  if (declarations.length + markers.length + writes.length === 0) return parcel;
  return { ...parcel, rest: { declarations, markers, writes } };
}

const VALUES_OF_EACH = 5;

export function countLogs({ logs }: Parcel): number {
  return logs.length / VALUES_OF_EACH;
}

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

export function visitLogs({ logs }: Parcel, visit: VisitLog): void {
  for (let first = 0; first < logs.length; first += VALUES_OF_EACH)
    visit(
      logs[first] as Time,
      logs[first + 1] as number,
      logs[first + 2] as number,
      logs[first + 3] as string,
      logs[first + 4] as string | null,
    );
}
