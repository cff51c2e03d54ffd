/** Storing markers that a person sets. */

import type { DatabaseSync } from "node:sqlite";
import type { MarkerRecord, PersonMarker } from "../ports.ts";
import { unknownDevice, unknownProject } from "../rules/arguments.ts";
import { toMarkerRecord } from "../rules/markers.ts";
import type { EntryCounter } from "./entries.ts";
import type { KnownRows } from "./known-rows.ts";
import type { SegmentWriter } from "./segments/segment-writer.ts";
import { prepare } from "./statement.ts";

export function markerWriting(
  main: DatabaseSync,
  rows: KnownRows,
  entries: EntryCounter,
  segment: (project: number) => SegmentWriter,
) {
  const findDevice = prepare<{ row: number }>(main, "SELECT row FROM devices WHERE project = ? AND id = ?");

  function deviceRow(project: number, id: string): number {
    const device = findDevice.get(project, id);
    if (device === undefined) throw unknownDevice(id);
    return device.row;
  }

  return {
    addMarker(marker: PersonMarker): MarkerRecord {
      const project = rows.project(marker.project);
      if (project === undefined) throw unknownProject(marker.project);
      const device = marker.device === null ? null : deviceRow(project, marker.device);
      const record = toMarkerRecord(marker, entries.take(1));
      segment(project).addMarker(record, { session: null, device });
      return record;
    },
  };
}
