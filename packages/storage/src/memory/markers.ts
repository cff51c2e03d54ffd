/** Markers that a person sets, in memory. */

import type { MarkerRecord, PersonMarker } from "../ports.ts";
import { toMarkerRecord } from "../rules/markers.ts";
import { findDevice, findProject, takeEntry, type MemoryDisk } from "./disk.ts";

export function markerCalls(disk: MemoryDisk) {
  return {
    addMarker(marker: PersonMarker): MarkerRecord {
      const { project, device } = marker;
      findProject(disk, project);
      if (device !== null) findDevice(disk, { project, device });
      const record = toMarkerRecord(marker, takeEntry(disk));
      disk.markers.push(record);
      return record;
    },
  };
}
