/** How a new marker becomes a stored one. */

import type { DeviceBatch, MarkerRecord, PersonMarker } from "../ports.ts";

/** A batch's markers as they are stored: one id after the other. */
export function toMarkerRecords(batch: DeviceBatch, firstId: number): readonly MarkerRecord[] {
  const { project, device, session } = batch;
  return batch.markers.map(({ name, fields, at, receivedAt }, index) => ({
    id: firstId + index,
    project,
    device,
    session,
    by: null,
    name,
    fields,
    at,
    receivedAt,
  }));
}

/** A person's marker as it is stored. */
export function toMarkerRecord(marker: PersonMarker, id: number): MarkerRecord {
  const { project, device, by, name, fields, at, receivedAt } = marker;
  return { id, project, device, session: null, by, name, fields, at, receivedAt };
}
