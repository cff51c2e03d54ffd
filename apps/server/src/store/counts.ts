/** What a storage was given to keep since it was opened, and whether it keeps it. */

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

export interface StoreCounts {
  logEntries: number;
  values: number;
  markers: number;
  /** How often a write came into each state. */
  readonly writes: Record<WriteStateName, number>;
  /** When storing something failed last; `undefined` once something was stored again. */
  failedAt: number | undefined;
}

export function noCounts(): StoreCounts {
  const writes = { pending: 0, sent: 0, applied: 0, rejected: 0, expired: 0, cancelled: 0, replaced: 0 };
  return { logEntries: 0, values: 0, markers: 0, writes, failedAt: undefined };
}

/** The same storage, counted. */
export function counted(storage: Storage, counts: StoreCounts, now: () => number): Storage {
  const { devices } = storage;

  /** A call that stores something. */
  function storing<A extends readonly unknown[], R>(
    call: (...args: A) => Promise<R>,
    count: (result: R, ...args: A) => void = () => {},
  ): (...args: A) => Promise<R> {
    return async (...args) => {
      try {
        const result = await call(...args);
        counts.failedAt = undefined;
        count(result, ...args);
        return result;
      } catch (error) {
        if (error instanceof StorageFailedError) counts.failedAt = now();
        throw error;
      }
    };
  }

  const watched: Partial<DeviceStorage> = {
    openSession: storing((opening: SessionOpening) => devices.openSession(opening)),
    closeSession: storing((closing: SessionClosing) => devices.closeSession(closing)),
    updateDevice: storing((update: DeviceUpdate) => devices.updateDevice(update)),
    append: storing(
      (batch: DeviceBatch) => devices.append(batch),
      ({ writes }, batch) => {
        counts.logEntries += batch.logs.length;
        counts.values += batch.samples.length;
        counts.markers += batch.markers.length;
        countUpdates(counts, batch.writes, writes);
      },
    ),
    addMarker: storing(
      (marker: PersonMarker) => devices.addMarker(marker),
      () => (counts.markers += 1),
    ),
    change: storing(
      (wish: NewChange) => devices.change(wish),
      ({ writes, replaced }) => countStates(counts, [...writes, ...replaced]),
    ),
    updateWrites: storing(
      (updates: readonly WriteUpdate[]) => devices.updateWrites(updates),
      (writes, updates) => countUpdates(counts, updates, writes),
    ),
    expireWrites: storing(
      (at: Time) => devices.expireWrites(at),
      (writes) => countStates(counts, writes),
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
