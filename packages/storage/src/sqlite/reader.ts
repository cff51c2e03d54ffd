/** The calls that only read; they run in the reading threads, each on one snapshot of each file. */

import type { DatabaseSync } from "node:sqlite";
import type {
  DeviceAddress,
  DeviceRecord,
  DeviceState,
  LogEntryRecord,
  LogQuery,
  MarkerQuery,
  MarkerRecord,
  SessionQuery,
  SessionRecord,
  StoredEntries,
  WriteQuery,
  WriteRecord,
} from "../ports.ts";
import { accountReading } from "./accounts.ts";
import { deviceReading } from "./devices.ts";
import { historyReading } from "./history.ts";
import { logReading } from "./logs.ts";
import { markerReading } from "./marker-pages.ts";
import { readNames } from "./names.ts";
import { samplePageReading } from "./sample-pages.ts";
import { NO_OVERLAY, type SegmentOverlay } from "./segments/overlay.ts";
import type { ReadSegments } from "./segments/read-segments.ts";
import { sessionReading } from "./sessions.ts";
import { statusReading } from "./status.ts";
import { writeReading, type WriteStep } from "./writes.ts";

export type ReaderCalls = ReturnType<typeof readerCalls>;

export function readerCalls(main: DatabaseSync, folder: string, segments: ReadSegments) {
  const names = readNames(main);
  const devices = deviceReading(main);
  const sessions = sessionReading(main);
  const logs = logReading(names, segments);
  const markers = markerReading(names, segments);
  const writes = writeReading(main, names);

  function overlay(project: string): SegmentOverlay {
    const row = names.project(project);
    const current = row === undefined ? undefined : segments.current(row);
    return current === undefined ? NO_OVERLAY : segments.open(current).overlay;
  }

  return {
    ...accountReading(main),
    ...historyReading(names, segments),
    ...samplePageReading(names, segments),
    ...statusReading(main, folder, segments),
    logs: (query: LogQuery): readonly LogEntryRecord[] => logs.logs(query),
    markers: (query: MarkerQuery): readonly MarkerRecord[] => markers.markers(query),
    devices: (project: string): readonly DeviceRecord[] => devices.devices(project, overlay(project)),
    sessions(query: SessionQuery): readonly SessionRecord[] {
      const above = overlay(query.project);
      return sessions.sessions(query, (session) => above.progress(session));
    },
    writes: (query: WriteQuery): WriteStep => writes.writes(query),
    write: (project: string, id: number): WriteRecord | undefined => writes.write(project, id),
    deviceState(address: DeviceAddress): DeviceState | undefined {
      const above = overlay(address.project);
      const record = devices.device(address, above);
      if (record === undefined) return undefined;
      return {
        record,
        variables: devices.variables(address, above),
        writes: writes.newestAndOpen(address),
      };
    },
    /** What is after one id and up to another, which has to be one up to which all is in all files. */
    entriesBetween(project: string, after: number, upTo: number, limit: number): StoredEntries | undefined {
      const stored = {
        logs: logs.logsBetween(project, after, upTo, limit + 1),
        markers: markers.markersBetween(project, after, upTo, limit + 1),
        writes: writes.writesBetween(project, after, upTo, limit + 1),
      };
      const count = stored.logs.length + stored.markers.length + stored.writes.length;
      return count > limit ? undefined : stored;
    },
    closeDropped: (): void => segments.closeDropped(),
  };
}
