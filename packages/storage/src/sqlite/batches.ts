/** Storing what a device said: declarations, samples, log entries and answers to writes, with the `seq` they end at. */

import type { JsonObject } from "@wheelhouse/protocol";
import type { DatabaseSync } from "node:sqlite";
import type { DeviceBatch, Sample, WriteRecord, WriteUpdate } from "../ports.ts";
import { unknownSession, unknownVariable } from "../rules/arguments.ts";
import { levelRank } from "../rules/logs.ts";
import type { EntryCounter } from "./entries.ts";
import { prepare } from "./statement.ts";
import { toStored } from "./values.ts";

/** What the caller can't know of its batch; the rest of the answer it has itself, and copies between threads cost. */
export interface AppendedBatch {
  readonly firstLog: number;
  readonly writes: readonly WriteRecord[];
}

interface Origin {
  readonly session: number;
  readonly device: number;
  readonly project: number;
}

export function batchWriting(
  database: DatabaseSync,
  entries: EntryCounter,
  writes: { updateWrites(updates: readonly WriteUpdate[]): readonly WriteRecord[] },
) {
  const findOrigin = prepare<Origin>(
    database,
    `SELECT sessions.row AS session, devices.row AS device, projects.row AS project
     FROM sessions JOIN devices ON devices.row = sessions.device JOIN projects ON projects.row = devices.project
     WHERE sessions.id = ? AND devices.id = ? AND projects.id = ?`,
  );
  const seeSession = prepare(
    database,
    `UPDATE sessions SET acknowledged = max(acknowledged, ?2), missed = missed + ?3, seen_at = max(seen_at, ?4)
     WHERE row = ?1`,
  );
  const seeDevice = prepare(database, "UPDATE devices SET last_seen = max(last_seen, ?2) WHERE row = ?1");
  const declare = prepare(
    database,
    `INSERT INTO variables (device, name, declaration, type) VALUES (?, ?, ?, ?)
     ON CONFLICT (device, name) DO UPDATE SET declaration = excluded.declaration, type = excluded.type`,
  );
  const findVariable = prepare<{ row: number }>(
    database,
    "SELECT row FROM variables WHERE device = ? AND name = ?",
  );
  const addSample = prepare(
    database,
    `INSERT INTO samples (variable, at, tie, received_at, value)
     SELECT ?1, ?2, coalesce(max(tie) + 1, 0), ?3, ?4 FROM samples WHERE variable = ?1 AND at = ?2`,
  );
  const report = prepare(
    database,
    "UPDATE variables SET value = ?2, at = ?3, received_at = ?4 WHERE row = ?1",
  );
  const addLog = prepare(
    database,
    `INSERT INTO logs (id, project, device, session, at, received_at, level, message, fields)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );

  function addDeclarations(device: number, declarations: DeviceBatch["declarations"]): void {
    for (const { declaration, type } of declarations) {
      declare.run(device, declaration.name, JSON.stringify(declaration), type);
    }
  }

  function addSamples(device: number, samples: readonly Sample[]): void {
    const newest = new Map<number, Sample>();
    for (const sample of samples) {
      const variable = findVariable.get(device, sample.name);
      if (variable === undefined) throw unknownVariable(sample.name);
      addSample.run(variable.row, sample.at, sample.receivedAt, toStored(sample.value));
      if (!sample.backlog) newest.set(variable.row, sample);
    }
    for (const [row, { value, at, receivedAt }] of newest) report.run(row, toStored(value), at, receivedAt);
  }

  function addLogs({ project, device, session }: Origin, logs: DeviceBatch["logs"]): number {
    const first = entries.take(logs.length);
    let id = first;
    for (const { at, receivedAt, level, message, fields } of logs) {
      const rank = levelRank(level);
      addLog.run(id, project, device, session, at, receivedAt, rank, message, toFields(fields));
      id += 1;
    }
    return first;
  }

  return {
    append(batch: DeviceBatch): AppendedBatch {
      const origin = findOrigin.get(batch.session, batch.device, batch.project);
      if (origin === undefined) throw unknownSession(batch.device);
      seeSession.run(origin.session, batch.seq ?? 0, batch.missed, batch.receivedAt);
      seeDevice.run(origin.device, batch.receivedAt);
      addDeclarations(origin.device, batch.declarations);
      addSamples(origin.device, batch.samples);
      return { firstLog: addLogs(origin, batch.logs), writes: writes.updateWrites(batch.writes) };
    },
  };
}

function toFields(fields: JsonObject | null): string | null {
  return fields === null ? null : JSON.stringify(fields);
}
