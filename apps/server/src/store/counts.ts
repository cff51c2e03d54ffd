/** What a storage was given to keep since it was opened. */

import {
  StorageFailedError,
  type DeviceBatch,
  type DeviceStorage,
  type DeviceUpdate,
  type NewChange,
  type PersonMarker,
  type SessionClosing,
  type SessionOpening,
  type Storage,
  type Time,
  type WriteRecord,
  type WriteStateName,
  type WriteUpdate,
} from "@wheelhouse/storage";
import type { StoringHealth } from "./storing-health.ts";

export interface StoreCounts {
  logEntries: number;
  values: number;
  markers: number;
  /** How often a write came into each state. */
  readonly writes: Record<WriteStateName, number>;
}

export function noCounts(): StoreCounts {
  const writes = { pending: 0, sent: 0, applied: 0, rejected: 0, expired: 0, cancelled: 0, replaced: 0 };
  return { logEntries: 0, values: 0, markers: 0, writes };
}

/** The same storage, counted, and watched for whether it keeps what it is given. */
export function counted(storage: Storage, counts: StoreCounts, health: StoringHealth): Storage {
  const { devices } = storage;

  /** A call that stores something. What it is given is looked at before, so that nothing of it is kept until it is stored. */
  function storing<A extends readonly unknown[], R>(
    name: keyof DeviceStorage,
    call: (...args: A) => Promise<R>,
    counter: (...args: A) => (result: R) => void = () => () => {},
  ): (...args: A) => Promise<R> {
    return (...args) => settle(name, call(...args), counter(...args));
  }

  async function settle<R>(
    name: keyof DeviceStorage,
    stored: Promise<R>,
    count: (result: R) => void,
  ): Promise<R> {
    try {
      const result = await stored;
      health.stored(name);
      count(result);
      return result;
    } catch (error) {
      if (error instanceof StorageFailedError) health.failed(name, error);
      throw error;
    }
  }

  const watched: Partial<DeviceStorage> = {
    openSession: storing("openSession", (opening: SessionOpening) => devices.openSession(opening)),
    closeSession: storing("closeSession", (closing: SessionClosing) => devices.closeSession(closing)),
    updateDevice: storing("updateDevice", (update: DeviceUpdate) => devices.updateDevice(update)),
    append: storing(
      "append",
      (batch: DeviceBatch) => devices.append(batch),
      ({ logs, samples, markers, writes: updates }) => {
        const [entries, values, marks] = [logs.length, samples.length, markers.length];
        return ({ writes }) => {
          counts.logEntries += entries;
          counts.values += values;
          counts.markers += marks;
          countUpdates(counts, updates, writes);
        };
      },
    ),
    addMarker: storing(
      "addMarker",
      (marker: PersonMarker) => devices.addMarker(marker),
      () => () => (counts.markers += 1),
    ),
    change: storing(
      "change",
      (wish: NewChange) => devices.change(wish),
      () =>
        ({ writes, replaced }) =>
          countStates(counts, [...writes, ...replaced]),
    ),
    updateWrites: storing(
      "updateWrites",
      (updates: readonly WriteUpdate[]) => devices.updateWrites(updates),
      (updates) => (writes) => countUpdates(counts, updates, writes),
    ),
    expireWrites: storing(
      "expireWrites",
      (at: Time) => devices.expireWrites(at),
      () => (writes) => countStates(counts, writes),
    ),
  };
  return { ...storage, devices: { ...devices, ...watched } };
}

function countStates({ writes: counts }: StoreCounts, writes: readonly WriteRecord[]): void {
  for (const { state } of writes) counts[state] += 1;
}

/** Only the updates that did something. */
function countUpdates(
  counts: StoreCounts,
  updates: readonly WriteUpdate[],
  writes: readonly WriteRecord[],
): void {
  const stored = new Map(writes.map((write) => [write.id, write]));
  const effective = updates.flatMap(({ id, state, at }) => {
    const write = stored.get(id);
    return write !== undefined && write.state === state && write.updatedAt === at ? [write] : [];
  });
  countStates(counts, effective);
}
