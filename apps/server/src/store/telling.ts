/**
 * Tells of each entry once it is stored: log entries, markers and changes of writes. Pages resume by an entry's id, so
 * they are told of here, where the storage answers in the order of the ids, and nowhere else.
 */

import type { DeviceStorage, Storage, WriteRecord } from "@wheelhouse/storage";
import type { ProjectEvent } from "../devices/protocol.ts";

type StoredEvent = Extract<ProjectEvent, { type: "stored" }>;

/** The same storage; `tell` is called before whoever asked is answered. */
export function telling(storage: Storage, tell: (project: string, event: StoredEvent) => void): Storage {
  const { devices } = storage;

  function tellWrites(writes: readonly WriteRecord[]): void {
    for (const write of writes) tell(write.project, { ...NOTHING, device: write.device, writes: [write] });
  }

  // Each passes its answer on by one step, so that none overtakes another; and nothing keeps what was given to be stored.
  const told: Partial<DeviceStorage> = {
    append(batch) {
      const { project, device } = batch;
      return devices.append(batch).then((stored) => {
        const { logs, markers, writes } = stored;
        if (logs.length + markers.length + writes.length > 0)
          tell(project, { type: "stored", device, logs, markers, writes });
        return stored;
      });
    },
    addMarker: (marker) =>
      devices.addMarker(marker).then((stored) => {
        tell(stored.project, { ...NOTHING, device: stored.device, markers: [stored] });
        return stored;
      }),
    change: (wish) =>
      devices.change(wish).then((stored) => {
        const { project, device } = wish;
        tell(project, { ...NOTHING, device, writes: [...stored.replaced, ...stored.writes] });
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

const NOTHING = { type: "stored", logs: [], markers: [], writes: [] } as const;
