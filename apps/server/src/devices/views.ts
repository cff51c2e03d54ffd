/** Stored records as the API shows them. Pure. */

import type { Device, LogEntry, Marker, Session, Variable, Write } from "@wheelhouse/api";
import type { VariableDeclaration } from "@wheelhouse/protocol";
import type {
  DeviceRecord,
  LogEntryRecord,
  MarkerRecord,
  SessionRecord,
  StoredVariable,
  WriteRecord,
} from "@wheelhouse/storage";

export function toDevice(record: DeviceRecord, online: boolean): Device {
  const { device, reported, app, build, firstSeen, lastSeen } = record;
  return {
    id: device,
    name: nameOf(record),
    app,
    build,
    tags: [...tagsOf(record)],
    reported: { name: reported.name, tags: [...reported.tags] },
    online,
    firstSeen,
    lastSeen,
  };
}

/** What a person gave stands over what the device says. */
function nameOf({ given, reported }: DeviceRecord): string | null {
  return given.name ?? reported.name;
}

export function tagsOf({ given, reported }: DeviceRecord): readonly string[] {
  return given.tags ?? reported.tags;
}

export function toWrite(record: WriteRecord): Write {
  const { id, set, device, name, from, value, state, applied, reason, by, createdAt, updatedAt, expiresAt } =
    record;
  return {
    id,
    set,
    device,
    name,
    from,
    value,
    state,
    applied,
    reason,
    by,
    createdAt,
    updatedAt,
    expiresAt,
  };
}

export function toVariable(
  declaration: VariableDeclaration,
  reported: StoredVariable["reported"],
  desired: WriteRecord | undefined,
): Variable {
  const { name, kind, writable, min, max, step, unit, options, group, help } = declaration;
  return {
    name,
    kind,
    writable,
    min: min ?? null,
    max: max ?? null,
    step: step ?? null,
    unit: unit ?? null,
    options: options === undefined ? null : [...options],
    group: group ?? null,
    help: help ?? null,
    reported: reported === null ? null : { value: reported.value, at: reported.at },
    desired: desired === undefined ? null : toWrite(desired),
  };
}

export function toLogEntry(record: LogEntryRecord): LogEntry {
  const { id, device, session, at, receivedAt, level, message, fields } = record;
  return {
    id,
    device,
    session,
    at,
    receivedAt,
    level,
    message,
    fields: fields === null ? null : { ...fields },
  };
}

export function toMarker(record: MarkerRecord): Marker {
  const { id, device, session, at, receivedAt, name, fields, by } = record;
  return {
    id,
    device,
    session,
    at,
    receivedAt,
    name,
    fields: fields === null ? null : { ...fields },
    by,
  };
}

export function toSession(record: SessionRecord): Session {
  const { id, device, startedAt, seenAt, endedAt, reason, missed } = record;
  return { id, device, startedAt, seenAt, endedAt, reason, missed };
}
