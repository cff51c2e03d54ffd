/** How a new marker becomes a stored one. */

import type { DeviceAddress, DeviceBatch, MarkerRecord, PersonMarker } from "../ports.ts";

/** A batch's markers as they are stored: one id after the other. */
export function toMarkerRecords(
  { project, device, session, markers }: DeviceAddress & Pick<DeviceBatch, "session" | "markers">,
  firstId: number,
): readonly MarkerRecord[] {
  return markers.map(({ name, fields, at, receivedAt }, index) => ({
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
