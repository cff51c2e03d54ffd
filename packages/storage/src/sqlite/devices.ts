/** Reading devices and their variables. */

import type { VariableDeclaration } from "@wheelhouse/protocol";
import type { DatabaseSync } from "node:sqlite";
import type { DeviceAddress, DeviceRecord, StoredVariable, Time } from "../ports.ts";
import { prepare } from "./statement.ts";
import { fromStored, type StoredValue } from "./values.ts";

export function deviceReading(database: DatabaseSync) {
  const devices = prepare<DeviceRow>(database, `${SELECT_DEVICE} WHERE projects.id = ? ORDER BY devices.id`);
  const device = prepare<DeviceRow>(database, `${SELECT_DEVICE} WHERE projects.id = ? AND devices.id = ?`);
  const variables = prepare<VariableRow>(
    database,
    `SELECT variables.declaration, variables.type, variables.value, variables.at,
       variables.received_at AS receivedAt
     FROM variables JOIN devices ON devices.row = variables.device JOIN projects ON projects.row = devices.project
     WHERE projects.id = ? AND devices.id = ? ORDER BY variables.row`,
  );
  return {
    devices: (project: string): readonly DeviceRecord[] => devices.all(project).map(toDeviceRecord),
    device(address: DeviceAddress): DeviceRecord | undefined {
      const row = device.get(address.project, address.device);
      return row === undefined ? undefined : toDeviceRecord(row);
    },
    variables: (address: DeviceAddress): readonly StoredVariable[] =>
      variables.all(address.project, address.device).map(toStoredVariable),
  };
}

type DeviceRow = Omit<DeviceRecord, "tags"> & { readonly tags: string };

interface VariableRow {
  readonly declaration: string;
  readonly type: string | null;
  readonly value: StoredValue | null;
  readonly at: Time;
  readonly receivedAt: Time;
}

const SELECT_DEVICE = `
  SELECT projects.id AS project, devices.id AS device, devices.name, devices.app, devices.build, devices.tags,
    devices.first_seen AS firstSeen, devices.last_seen AS lastSeen
  FROM devices JOIN projects ON projects.row = devices.project`;

function toDeviceRecord(row: DeviceRow): DeviceRecord {
  return { ...row, tags: JSON.parse(row.tags) as readonly string[] };
}

function toStoredVariable({ declaration, type, value, at, receivedAt }: VariableRow): StoredVariable {
  return {
    declaration: JSON.parse(declaration) as VariableDeclaration,
    type,
    reported: value === null ? null : { value: fromStored(value), at, receivedAt },
  };
}
