/** Reading devices, history, log entries and writes from memory. */

import { toLogMatcher } from "@wheelhouse/protocol";
import type {
  DeviceAddress,
  DeviceRecord,
  DeviceState,
  HistoryQuery,
  LogEntryRecord,
  LogQuery,
  MarkerQuery,
  MarkerRecord,
  PageQuery,
  SamplePage,
  SampleQuery,
  StoredEntries,
  WriteQuery,
  WriteRecord,
} from "../ports.ts";
import { isNumeric, newestChanges, thinNumbers, type Point } from "../rules/history.ts";
import { checkUnbroken } from "../rules/unbroken.ts";
import { deviceKey, type MemoryDisk, type StoredDevice } from "./disk.ts";

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
      return { record: device.record, variables, writes: newestAndOpen(disk, device) };
    },
    history(query: HistoryQuery): readonly Point[] {
      const samples = disk.devices.get(deviceKey(query))?.variables.get(query.name)?.samples ?? [];
      const { from = -Infinity, to = Infinity } = query;
      const points = samples
        .filter(({ at }) => at >= from && at <= to)
        .map(({ at, value }): Point => [at, value]);
      if (!isNumeric(query.kind)) return newestChanges(points.toReversed(), query.points);
      const numbers = points.filter((point): point is Point<number> => typeof point[1] === "number");
      return thinNumbers(numbers, query.points);
    },
    samples(query: SampleQuery): SamplePage {
      checkUnbroken(query, () => (disk.droppedThrough.get(query.project)?.sample ?? 0) + 1);
      return samplePage(disk, query);
    },
    logs(query: LogQuery): readonly LogEntryRecord[] {
      checkUnbroken(query, () => oldestEntry(disk, query.project));
      return pageOf(disk.logs, query, toLogFilter(query));
    },
    markers(query: MarkerQuery): readonly MarkerRecord[] {
      checkUnbroken(query, () => oldestEntry(disk, query.project));
      return pageOf(disk.markers, query, toMarkerFilter(query));
    },
    writes: (query: WriteQuery): readonly WriteRecord[] =>
      pageOf([...disk.writes.values()], query, toWriteFilter(query)),
    write(project: string, id: number): WriteRecord | undefined {
      const write = disk.writes.get(id);
      return write?.project === project ? write : undefined;
    },
    lastEntry: (): number => disk.lastEntry,
    entriesAfter(project: string, entry: number, limit: number): StoredEntries | undefined {
      const logs = disk.logs.filter((log) => log.project === project && log.id > entry);
      const markers = disk.markers.filter((marker) => marker.project === project && marker.id > entry);
      const writes = [...disk.writes.values()]
        .filter((write) => write.project === project && write.entry > entry)
        .sort((one, other) => one.entry - other.entry);
      const count = logs.length + markers.length + writes.length;
      return count > limit ? undefined : { logs, markers, writes };
    },
  };
}

/** The first entry that retention may have left there. */
function oldestEntry(disk: MemoryDisk, project: string): number {
  return (disk.droppedThrough.get(project)?.entry ?? 0) + 1;
}

function newestAndOpen(disk: MemoryDisk, device: StoredDevice): readonly WriteRecord[] {
  const ids = new Set([...device.newestWrites.values(), ...device.openWrites]);
  return [...ids].sort((one, other) => one - other).map((id) => disk.writes.get(id) as WriteRecord);
}

function pageOf<Entry extends LogEntryRecord | MarkerRecord | WriteRecord>(
  oldestFirst: readonly Entry[],
  query: PageQuery,
  fits: (entry: Entry) => boolean,
): readonly Entry[] {
  const { project, device, before = Infinity, after = -Infinity, order = "newest", limit } = query;
  const found = oldestFirst.filter(
    (entry) =>
      entry.project === project &&
      (device === undefined || entry.device === device || entry.device === null) &&
      entry.id < before &&
      entry.id > after &&
      fits(entry),
  );
  return order === "newest" ? found.slice(-limit).toReversed() : found.slice(0, limit);
}

function samplePage(disk: MemoryDisk, query: SampleQuery): SamplePage {
  const { project, device, name, from = -Infinity, to = Infinity, after = 0, limit } = query;
  const found = [...disk.devices.values()]
    .filter(({ record }) => record.project === project && (device ?? record.device) === record.device)
    .flatMap(({ record, variables }) =>
      [...variables].flatMap(([own, { samples }]) =>
        samples.map((sample) => ({ ...sample, device: record.device, name: own })),
      ),
    )
    .filter((sample) => (name ?? sample.name) === sample.name && sample.number > after)
    .filter(({ at }) => at >= from && at <= to)
    .sort((one, other) => one.number - other.number);
  const page = found.slice(0, limit);
  return {
    samples: page.map(({ number: _, ...sample }) => sample),
    next: found.length > limit ? (page.at(-1)?.number ?? null) : null,
  };
}

function toMarkerFilter({ session, from, to }: MarkerQuery): (marker: MarkerRecord) => boolean {
  return (marker) =>
    (session === undefined || marker.session === session) &&
    marker.at >= (from ?? -Infinity) &&
    marker.at <= (to ?? Infinity);
}

function toWriteFilter({ name, state, by, from, to }: WriteQuery): (write: WriteRecord) => boolean {
  return (write) =>
    (name ?? write.name) === write.name &&
    (state ?? write.state) === write.state &&
    (by ?? write.by) === write.by &&
    write.createdAt >= (from ?? -Infinity) &&
    write.createdAt <= (to ?? Infinity);
}

function toLogFilter({ session, level, text, from, to }: LogQuery): (log: LogEntryRecord) => boolean {
  const matches = toLogMatcher({ level, text });
  return (log) =>
    (session === undefined || log.session === session) &&
    log.at >= (from ?? -Infinity) &&
    log.at <= (to ?? Infinity) &&
    matches(log);
}
