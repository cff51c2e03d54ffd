/** Changes by people, and what became of them. */

import type { DatabaseSync } from "node:sqlite";
import type {
  DeviceAddress,
  NewChange,
  StoredChange,
  Time,
  WriteQuery,
  WriteRecord,
  WriteStateName,
  WriteUpdate,
} from "../ports.ts";
import { unknownDevice, unknownVariable } from "../rules/arguments.ts";
import { isOpen, newWrite, replaceWrite, toExpiry, updateWrite } from "../rules/writes.ts";
import type { EntryCounter } from "./entries.ts";
import type { Names } from "./names.ts";
import { prepare } from "./statement.ts";
import { fromStored, toStored, type StoredValue } from "../rules/values.ts";
import { writeFinding } from "./write-pages.ts";

export function writeWriting(database: DatabaseSync, entries: EntryCounter) {
  const takeSet = prepare<DeviceRow>(
    database,
    `UPDATE devices SET last_set = last_set + 1
     WHERE project = (SELECT row FROM projects WHERE id = ?1) AND id = ?2
     RETURNING row, project, last_set AS lastSet`,
  );
  const findVariable = prepare<{ row: number }>(
    database,
    "SELECT row FROM variables WHERE device = ? AND name = ?",
  );
  const openWritesOf = prepare<WriteRow>(
    database,
    `${SELECT_WRITE} WHERE writes.device = ? AND writes.variable = ? AND ${IS_OPEN}
     ORDER BY writes.id`,
  );
  const addWrite = prepare(
    database,
    `INSERT INTO writes
       (project, device, variable, set_id, from_value, value, state, applied, by, created_at, updated_at, expires_at,
        entry, name)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'pending', 'null', ?7, ?8, ?8, ?9, ?10, ?11)`,
  );
  const findWrite = prepare<WriteRow>(database, `${SELECT_WRITE} WHERE writes.id = ?`);
  const saveWrite = prepare(
    database,
    "UPDATE writes SET state = ?2, applied = ?3, reason = ?4, updated_at = ?5, entry = ?6 WHERE id = ?1",
  );

  const overdue = prepare<{ id: number }>(
    database,
    `SELECT id FROM writes WHERE expires_at <= ? AND expires_at IS NOT NULL AND ${IS_OPEN}
     ORDER BY id`,
  );

  function save(write: WriteRecord): WriteRecord {
    saveWrite.run(write.id, write.state, toStored(write.applied), write.reason, write.updatedAt, write.entry);
    return write;
  }

  function find(id: number): WriteRecord | undefined {
    const row = findWrite.get(id);
    return row === undefined ? undefined : toWriteRecord(row);
  }

  function variableRow(device: number, name: string): number {
    const variable = findVariable.get(device, name);
    if (variable === undefined) throw unknownVariable(name);
    return variable.row;
  }

  function replaceOpenWrites(device: number, variable: number, at: Time): WriteRecord[] {
    const open = openWritesOf.all(device, variable).map(toWriteRecord);
    return open.map((write) => save(replaceWrite(write, at, entries.take(1))));
  }

  function add(
    { row, project, lastSet: set }: DeviceRow,
    variable: number,
    change: NewChange,
    value: NewChange["values"][number],
  ): WriteRecord {
    const entry = entries.take(1);
    const [from, to] = [toStored(value.from), toStored(value.value)];
    const { by, at, expiresAt } = change;
    const { name } = value;
    const added = addWrite.run(project, row, variable, set, from, to, by, at, expiresAt, entry, name);
    return newWrite(change, value, { id: Number(added.lastInsertRowid), set, entry });
  }

  function updateWrites(updates: readonly WriteUpdate[]): readonly WriteRecord[] {
    return updates.flatMap((update) => {
      const write = find(update.id);
      if (write === undefined) return [];
      return [isOpen(write) ? save(updateWrite(write, update, entries.take(1))) : write];
    });
  }

  return {
    change(change: NewChange): StoredChange {
      const owner = takeSet.get(change.project, change.device);
      if (owner === undefined) throw unknownDevice(change.device);
      const variables = change.values.map(({ name }) => variableRow(owner.row, name));
      const replaced = variables.flatMap((variable) => replaceOpenWrites(owner.row, variable, change.at));
      const writes = change.values.map((value, index) =>
        add(owner, variables[index] as number, change, value),
      );
      return { set: owner.lastSet, writes, replaced: replaced.sort((one, other) => one.id - other.id) };
    },
    updateWrites,
    expireWrites: (at: Time): readonly WriteRecord[] =>
      updateWrites(overdue.all(at).map((write) => toExpiry(write, at))),
  };
}

/** A step of a page of writes: see write-pages.ts. */
export interface WriteStep {
  readonly writes: readonly WriteRecord[];
  readonly next: number | null;
}

export function writeReading(database: DatabaseSync, names: Names) {
  const find = writeFinding(database, names);
  const byId = prepare<WriteRow>(database, `${SELECT_WRITE} WHERE writes.id = ?`);
  const one = prepare<WriteRow>(database, `${SELECT_WRITE} WHERE projects.id = ? AND writes.id = ?`);
  const newestAndOpen = prepare<WriteRow>(
    database,
    `${SELECT_WRITE} WHERE writes.id IN (
       SELECT (SELECT max(id) FROM writes WHERE writes.variable = variables.row)
       FROM variables WHERE variables.device = (${DEVICE_ROW})
       UNION
       SELECT id FROM writes WHERE writes.device = (${DEVICE_ROW}) AND ${IS_OPEN}
     ) ORDER BY writes.id`,
  );
  const between = prepare<WriteRow>(
    database,
    `${SELECT_WRITE} WHERE writes.project = (SELECT row FROM projects WHERE id = ?) AND writes.entry > ?
       AND writes.entry <= ? ORDER BY writes.entry LIMIT ?`,
  );
  return {
    writes(query: WriteQuery): WriteStep {
      const { ids, next } = find(query);
      return { writes: ids.map((id) => toWriteRecord(byId.get(id) as WriteRow)), next };
    },
    write(project: string, id: number): WriteRecord | undefined {
      const row = one.get(project, id);
      return row === undefined ? undefined : toWriteRecord(row);
    },
    newestAndOpen: ({ project, device }: DeviceAddress): readonly WriteRecord[] =>
      newestAndOpen.all(project, device).map(toWriteRecord),
    /** Those whose newest entry is after one and not after another. */
    writesBetween: (project: string, after: number, upTo: number, limit: number): readonly WriteRecord[] =>
      between.all(project, after, upTo, limit).map(toWriteRecord),
  };
}

interface DeviceRow {
  readonly row: number;
  readonly project: number;
  readonly lastSet: number;
}

interface WriteRow {
  readonly id: number;
  readonly project: string;
  readonly device: string;
  readonly setId: number;
  readonly name: string;
  readonly fromValue: StoredValue;
  readonly value: StoredValue;
  readonly state: WriteStateName;
  readonly applied: StoredValue;
  readonly reason: string | null;
  readonly by: string;
  readonly createdAt: Time;
  readonly updatedAt: Time;
  readonly expiresAt: Time | null;
  readonly entry: number;
}

const SELECT_WRITE = `
  SELECT writes.id, projects.id AS project, devices.id AS device, writes.set_id AS setId, writes.name,
    writes.from_value AS fromValue, writes.value, writes.state, writes.applied, writes.reason, writes.by,
    writes.created_at AS createdAt, writes.updated_at AS updatedAt, writes.expires_at AS expiresAt,
    writes.entry
  FROM writes CROSS JOIN devices ON devices.row = writes.device
    CROSS JOIN projects ON projects.row = writes.project`;

/** As the indexes of open writes say it. */
const IS_OPEN = "writes.state IN ('pending', 'sent')";

const DEVICE_ROW = `
  SELECT devices.row FROM devices JOIN projects ON projects.row = devices.project
  WHERE projects.id = ?1 AND devices.id = ?2`;

function toWriteRecord({ setId, fromValue, ...row }: WriteRow): WriteRecord {
  return {
    ...row,
    set: setId,
    from: fromStored(fromValue),
    value: fromStored(row.value),
    applied: fromStored(row.applied),
  };
}
