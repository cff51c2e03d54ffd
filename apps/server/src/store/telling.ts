/**
 * Tells of each entry once it is stored: log entries, markers and changes of writes. Pages resume by an entry's id, so
 * they are told of here, where the storage answers in the order of the ids, and nowhere else.
 */

import type { DeviceStorage, Storage, StoredBatch, WriteRecord } from "@wheelhouse/storage";
import type { ProjectEvent } from "../devices/protocol.ts";

type StoredEvent = Extract<ProjectEvent, { type: "stored" }>;

/** The same storage; `tell` is called before whoever asked is answered. The event is made only where somebody is to hear it. */
export function telling(
  storage: Storage,
  tell: (project: string, toEvent: () => StoredEvent) => void,
): Storage {
  const { devices } = storage;

  function tellWrites(writes: readonly WriteRecord[]): void {
    for (const write of writes)
      tell(write.project, () => ({ ...NOTHING, device: write.device, writes: [write] }));
  }

  // Each passes its answer on by one step, so that none overtakes another; and nothing keeps what was given to be stored.
  const told: Partial<DeviceStorage> = {
    append(batch) {
      const { project, device } = batch;
      const hasEntries = batch.logs.length + batch.markers.length + batch.writes.length > 0;
      return devices.append(batch).then((stored) => {
        if (hasEntries) tell(project, () => toEvent(device, stored));
        return stored;
      });
    },
    addMarker: (marker) =>
      devices.addMarker(marker).then((stored) => {
        tell(stored.project, () => ({ ...NOTHING, device: stored.device, markers: [stored] }));
        return stored;
      }),
    change: (wish) =>
      devices.change(wish).then((stored) => {
        const { project, device } = wish;
        tell(project, () => ({ ...NOTHING, device, writes: [...stored.replaced, ...stored.writes] }));
        return stored;
      }),
    updateWrites: (updates) =>
      devices.updateWrites(updates).then((stored) => {
        tellWrites(stored);
        return stored;
      }),
    expireWrites: (at) =>
      devices.expireWrites(at).then((expired) => {
        tellWrites(expired);
        return expired;
      }),
  };
  return { ...storage, devices: { ...devices, ...told } };
}

function toEvent(device: string, { logs, markers, writes }: StoredBatch): StoredEvent {
  return { type: "stored", device, logs, markers, writes };
}

const NOTHING = { type: "stored", logs: [], markers: [], writes: [] } as const;
