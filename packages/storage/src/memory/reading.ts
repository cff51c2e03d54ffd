/** Reading devices, history, log entries and writes from memory. */

import type {
  DeviceAddress,
  DeviceRecord,
  DeviceState,
  HistoryQuery,
  LogEntryRecord,
  LogQuery,
  PageQuery,
  StoredEntries,
  WriteRecord,
} from "../ports.ts";
import { isNumeric, newestChanges, thinNumbers, type Point } from "../rules/history.ts";
import { foldCase, levelRank } from "../rules/logs.ts";
import { isOpen } from "../rules/writes.ts";
import { deviceKey, type MemoryDisk } from "./disk.ts";

export function readingCalls(disk: MemoryDisk) {
  return {
    devices(project: string): readonly DeviceRecord[] {
      const records = [...disk.devices.values()].map(({ record }) => record);
      return records
        .filter((record) => record.project === project)
        .sort((one, other) => (one.device < other.device ? -1 : 1));
    },
    deviceState(address: DeviceAddress): DeviceState | undefined {
      const device = disk.devices.get(deviceKey(address));
      if (device === undefined) return undefined;
      const variables = [...device.variables.values()].map(({ declaration, type, reported }) => ({
        declaration,
        type,
        reported,
      }));
      return { record: device.record, variables, writes: newestAndOpen(disk, address) };
    },
    history(query: HistoryQuery): readonly Point[] {
      const samples = disk.devices.get(deviceKey(query))?.variables.get(query.name)?.samples ?? [];
      const { from = -Infinity, to = Infinity } = query;
      const points = samples
        .filter(({ at }) => at >= from && at <= to)
        .map(({ at, value }): Point => [at, value]);
      if (!isNumeric(query.kind)) return newestChanges(points.toReversed(), query.points);
      const numbers = points.filter((point): point is Point<number> => typeof point[1] === "number");
      const extent = { count: numbers.length, first: numbers[0]?.[0] ?? 0, last: numbers.at(-1)?.[0] ?? 0 };
      return thinNumbers(numbers, extent, query.points);
    },
    logs: (query: LogQuery): readonly LogEntryRecord[] =>
      newest(disk.logs.toReversed(), query, toLogFilter(query)),
    writes: (query: PageQuery): readonly WriteRecord[] =>
      newest([...disk.writes.values()].toReversed(), query, () => true),
    lastEntry: (): number => disk.lastEntry,
    entriesAfter(project: string, entry: number, limit: number): StoredEntries | undefined {
      const logs = disk.logs.filter((log) => log.project === project && log.id > entry);
      const writes = [...disk.writes.values()]
        .filter((write) => write.project === project && write.entry > entry)
        .sort((one, other) => one.entry - other.entry);
      return logs.length + writes.length > limit ? undefined : { logs, writes };
    },
  };
}

function newestAndOpen(disk: MemoryDisk, address: DeviceAddress): readonly WriteRecord[] {
  const writes = [...disk.writes.values()].filter(
    ({ project, device }) => project === address.project && device === address.device,
  );
  const newest = new Map(writes.map((write) => [write.name, write.id]));
  return writes.filter((write) => isOpen(write) || newest.get(write.name) === write.id);
}

function newest<Entry extends LogEntryRecord | WriteRecord>(
  newestFirst: readonly Entry[],
  { project, device, before = Infinity, limit }: PageQuery,
  fits: (entry: Entry) => boolean,
): readonly Entry[] {
  return newestFirst
    .filter(
      (entry) =>
        entry.project === project &&
        (device === undefined || entry.device === device) &&
        entry.id < before &&
        fits(entry),
    )
    .slice(0, limit);
}

function toLogFilter({ session, level, text, from, to }: LogQuery): (log: LogEntryRecord) => boolean {
  const least = level === undefined ? 0 : levelRank(level);
  const folded = foldCase(text ?? "");
  return (log) =>
    (session === undefined || log.session === session) &&
    levelRank(log.level) >= least &&
    log.at >= (from ?? -Infinity) &&
    log.at <= (to ?? Infinity) &&
    foldCase(log.message).includes(folded);
}
