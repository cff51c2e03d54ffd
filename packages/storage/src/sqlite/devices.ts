/** Devices and their variables: what people change of them, and reading them. */

import type { VariableDeclaration } from "@wheelhouse/protocol";
import type { DatabaseSync } from "node:sqlite";
import type { DeviceAddress, DeviceRecord, DeviceUpdate, StoredVariable, Time } from "../ports.ts";
import type { SegmentOverlay } from "./segments/overlay.ts";
import type { SegmentWriter } from "./segments/segment-writer.ts";
import { prepare } from "./statement.ts";
import { fromStored, type StoredValue } from "../rules/values.ts";

export function deviceWriting(
  database: DatabaseSync,
  segment: (project: number) => SegmentWriter | undefined,
) {
  const update = prepare(
    database,
    `UPDATE devices SET given_name = CASE WHEN ?3 THEN ?4 ELSE given_name END,
       given_tags = CASE WHEN ?5 THEN ?6 ELSE given_tags END
     WHERE project = (SELECT row FROM projects WHERE id = ?1) AND id = ?2`,
  );
  const find = prepare<DeviceRow>(database, `${SELECT_DEVICE} WHERE projects.id = ? AND devices.id = ?`);
  return {
    updateDevice({ project, device, name, tags }: DeviceUpdate): DeviceRecord | undefined {
      const givesName = name === undefined ? 0 : 1;
      const givesTags = tags === undefined ? 0 : 1;
      const text = tags === undefined || tags === null ? null : JSON.stringify(tags);
      update.run(project, device, givesName, name ?? null, givesTags, text);
      const row = find.get(project, device);
      return row === undefined
        ? undefined
        : toDeviceRecord(row, segment(row.projectRow)?.overlay.deviceSeenAt(row.row));
    },
  };
}

export function deviceReading(database: DatabaseSync) {
  const devices = prepare<DeviceRow>(database, `${SELECT_DEVICE} WHERE projects.id = ? ORDER BY devices.id`);
  const device = prepare<DeviceRow>(database, `${SELECT_DEVICE} WHERE projects.id = ? AND devices.id = ?`);
  const variables = prepare<VariableRow>(
    database,
    `SELECT variables.row, variables.declaration, variables.type, variables.value, variables.at,
       variables.received_at AS receivedAt
     FROM variables JOIN devices ON devices.row = variables.device JOIN projects ON projects.row = devices.project
     WHERE projects.id = ? AND devices.id = ? ORDER BY variables.row`,
  );
  return {
    devices(project: string, overlay: SegmentOverlay): readonly DeviceRecord[] {
      const seenAt = overlay.devicesSeenAt();
      return devices.all(project).map((row) => toDeviceRecord(row, seenAt.get(row.row)));
    },
    device(address: DeviceAddress, overlay: SegmentOverlay): DeviceRecord | undefined {
      const row = device.get(address.project, address.device);
      return row === undefined ? undefined : toDeviceRecord(row, overlay.deviceSeenAt(row.row));
    },
    variables: (address: DeviceAddress, overlay: SegmentOverlay): readonly StoredVariable[] =>
      variables
        .all(address.project, address.device)
        .map((row) => toStoredVariable({ ...row, ...overlay.reported(row.row) })),
  };
}

interface DeviceRow extends Omit<DeviceRecord, "reported" | "given"> {
  readonly row: number;
  readonly projectRow: number;
  readonly name: string | null;
  readonly tags: string;
  readonly givenName: string | null;
  readonly givenTags: string | null;
}

interface VariableRow {
  readonly row: number;
  readonly declaration: string;
  readonly type: string | null;
  readonly value: StoredValue | null;
  readonly at: Time;
  readonly receivedAt: Time;
}

const SELECT_DEVICE = `
  SELECT devices.row, projects.row AS projectRow, projects.id AS project, devices.id AS device, devices.name,
    devices.tags, devices.given_name AS givenName, devices.given_tags AS givenTags, devices.app, devices.build,
    devices.first_seen AS firstSeen, devices.last_seen AS lastSeen
  FROM devices JOIN projects ON projects.row = devices.project`;

function toDeviceRecord(row: DeviceRow, seenAt = 0): DeviceRecord {
  const { project, device, name, tags, givenName, givenTags, app, build, firstSeen, lastSeen } = row;
  return {
    project,
    device,
    reported: { name, tags: toTags(tags) },
    given: { name: givenName, tags: givenTags === null ? null : toTags(givenTags) },
    app,
    build,
    firstSeen,
    lastSeen: Math.max(lastSeen, seenAt),
  };
}

function toTags(text: string): readonly string[] {
  return JSON.parse(text) as readonly string[];
}

function toStoredVariable({ declaration, type, value, at, receivedAt }: VariableRow): StoredVariable {
  return {
    declaration: JSON.parse(declaration) as VariableDeclaration,
    type,
    reported: value === null ? null : { value: fromStored(value), at, receivedAt },
  };
}
