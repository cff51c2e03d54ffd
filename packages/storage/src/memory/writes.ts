/** Changes by people, and what became of them, in memory. */

import type { NewChange, StoredChange, Time, WriteRecord, WriteUpdate } from "../ports.ts";
import { unknownVariable } from "../rules/arguments.ts";
import { isOpen, isOverdue, newWrite, replaceWrite, toExpiry, updateWrite } from "../rules/writes.ts";
import { findDevice, takeEntry, type MemoryDisk, type StoredDevice } from "./disk.ts";

export function writeCalls(disk: MemoryDisk) {
  return {
    change(change: NewChange): StoredChange {
      const device = findDevice(disk, change);
      const unknown = change.values.find(({ name }) => !device.variables.has(name));
      if (unknown !== undefined) throw unknownVariable(unknown.name);
      device.lastSet += 1;
      const set = device.lastSet;
      const replaced = openWritesOf(disk, device, change).map((write) =>
        save(disk, replaceWrite(write, change.at, takeEntry(disk))),
      );
      const writes = change.values.map((value) =>
        save(disk, newWrite(change, value, { id: disk.writes.size + 1, set, entry: takeEntry(disk) })),
      );
      return { set, writes, replaced };
    },
    updateWrites: (updates: readonly WriteUpdate[]): readonly WriteRecord[] => updateWrites(disk, updates),
    expireWrites(at: Time): readonly WriteRecord[] {
      const overdue = [...disk.writes.values()].filter((write) => isOverdue(write, at));
      return updateWrites(
        disk,
        overdue.map((write) => toExpiry(write, at)),
      );
    },
  };
}

export function updateWrites(disk: MemoryDisk, updates: readonly WriteUpdate[]): readonly WriteRecord[] {
  return updates.flatMap((update) => {
    const write = disk.writes.get(update.id);
    if (write === undefined) return [];
    return [isOpen(write) ? save(disk, updateWrite(write, update, takeEntry(disk))) : write];
  });
}

/** The open writes of the variables that are to be changed. */
function openWritesOf(
  disk: MemoryDisk,
  { openWrites }: StoredDevice,
  { values }: NewChange,
): readonly WriteRecord[] {
  const names = new Set(values.map(({ name }) => name));
  const open = [...openWrites].map((id) => disk.writes.get(id) as WriteRecord);
  return open.filter(({ name }) => names.has(name));
}

function save(disk: MemoryDisk, write: WriteRecord): WriteRecord {
  const { newestWrites, openWrites } = findDevice(disk, write);
  disk.writes.set(write.id, write);
  newestWrites.set(write.name, Math.max(write.id, newestWrites.get(write.name) ?? 0));
  if (isOpen(write)) openWrites.add(write.id);
  else openWrites.delete(write.id);
  return write;
}
