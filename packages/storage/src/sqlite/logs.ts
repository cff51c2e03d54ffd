/** Searching log entries, newest first. */

import { LOG_LEVELS, type JsonObject } from "@wheelhouse/protocol";
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import type { LogEntryRecord, LogQuery, Time } from "../ports.ts";
import { foldCase, levelRank } from "../rules/logs.ts";
import { prepare, type Statement } from "./statement.ts";

export function logReading(database: DatabaseSync) {
  const statements = new Map<string, Statement<LogRow>>();
  const after = prepare<LogRow>(
    database,
    `${SELECT_LOG} WHERE ${OF_PROJECT} AND logs.id > ? ORDER BY logs.id LIMIT ?`,
  );
  database.function("includes_folded", { deterministic: true }, (message, folded) =>
    foldCase(String(message)).includes(String(folded)) ? 1 : 0,
  );

  function statementFor(sql: string): Statement<LogRow> {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = prepare<LogRow>(database, sql);
    statements.set(sql, statement);
    return statement;
  }

  return {
    logs(query: LogQuery): readonly LogEntryRecord[] {
      const conditions = toConditions(query);
      const where = conditions.map(({ sql }) => sql).join(" AND ");
      const statement = statementFor(`${SELECT_LOG} WHERE ${where} ORDER BY logs.id DESC LIMIT ?`);
      const rows = statement.all(...conditions.flatMap(({ parameters }) => parameters), query.limit);
      return rows.map((row) => toLogRecord(query.project, row));
    },
    logsAfter: (project: string, entry: number, limit: number): readonly LogEntryRecord[] =>
      after.all(project, entry, limit).map((row) => toLogRecord(project, row)),
  };
}

interface LogRow {
  readonly id: number;
  readonly device: string;
  readonly session: string | null;
  readonly at: Time;
  readonly receivedAt: Time;
  readonly level: number;
  readonly message: string;
  readonly fields: string | null;
}

interface Condition {
  readonly sql: string;
  readonly parameters: readonly SQLInputValue[];
}

/** CROSS JOIN, because the planner must begin with the entries: their order and the limit end the search. */
const SELECT_LOG = `
  SELECT logs.id, devices.id AS device, sessions.id AS session, logs.at, logs.received_at AS receivedAt, logs.level,
    logs.message, logs.fields
  FROM logs CROSS JOIN devices ON devices.row = logs.device LEFT JOIN sessions ON sessions.row = logs.session`;

const OF_PROJECT = "logs.project = (SELECT row FROM projects WHERE id = ?)";
const OF_DEVICE = `logs.device = (
  SELECT devices.row FROM devices JOIN projects ON projects.row = devices.project
  WHERE projects.id = ? AND devices.id = ?)`;
/** A session is found through its device's index; the plus sign before the other condition keeps SQLite from that one's. */
const OF_DEVICE_OF_SESSION = "logs.device = (SELECT device FROM sessions WHERE id = ?)";
/** The condition of the indexes of few entries; SQLite uses them only where it stands in the query literally. */
const OF_NOTE = "logs.level >= 2";

function toConditions(query: LogQuery): readonly Condition[] {
  const { project, device, session, level, text, from, to, before } = query;
  const conditions: Condition[] = [];
  const add = (sql: string, ...parameters: SQLInputValue[]) => conditions.push({ sql, parameters });
  if (device !== undefined) add(OF_DEVICE, project, device);
  else if (session !== undefined) add(`${OF_DEVICE_OF_SESSION} AND +${OF_PROJECT}`, session, project);
  else add(OF_PROJECT, project);
  if (session !== undefined) add("logs.session = (SELECT row FROM sessions WHERE id = ?)", session);
  if (before !== undefined) add("logs.id < ?", before);
  if (level !== undefined) add("logs.level >= ?", levelRank(level));
  if (level !== undefined && levelRank(level) >= levelRank("warn")) add(OF_NOTE);
  if (from !== undefined) add("logs.at >= ?", from);
  if (to !== undefined) add("logs.at <= ?", to);
  if (text !== undefined) add("includes_folded(logs.message, ?)", foldCase(text));
  return conditions;
}

function toLogRecord(project: string, row: LogRow): LogEntryRecord {
  const { id, device, session, at, receivedAt, level, message, fields } = row;
  return {
    id,
    project,
    device,
    session,
    at,
    receivedAt,
    level: LOG_LEVELS[level] ?? "info",
    message,
    fields: fields === null ? null : (JSON.parse(fields) as JsonObject),
  };
}
