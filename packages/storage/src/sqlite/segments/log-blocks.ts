/** The log entries of a segment: a row for each block of them, and how those rows are read. */

import type { DatabaseSync } from "node:sqlite";
import type { Time } from "../../ports.ts";
import { MOST_IN_BLOCK, unpackLogs } from "../../rules/log-blocks.ts";
import type { IdRange } from "../index/read-index.ts";
import { DamageError } from "../damage.ts";
import type { PrepareOnce } from "../statement.ts";

export const LOG_BLOCKS_TABLE = `
  CREATE TABLE IF NOT EXISTS log_blocks (
    id INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    device INTEGER NOT NULL,
    session INTEGER,
    at INTEGER NOT NULL,
    entries TEXT NOT NULL
  );`;

/** A block as it is read; its first entry has its id, and the others those that follow. */
export interface LogBlockRow {
  readonly id: number;
  readonly device: number;
  readonly session: number | null;
  readonly at: Time;
  readonly entries: string;
}

/** An entry as it is read. */
export interface LogRow {
  readonly id: number;
  readonly device: number;
  readonly session: number | null;
  readonly at: Time;
  readonly delay: number;
  /** Its rank. */
  readonly level: number;
  readonly message: string;
  /** JSON. */
  readonly fields: string | null;
}

/** Its entries within the range. @throws DamageError when its text isn't what was stored. */
export function toLogRows(block: LogBlockRow, { low, high }: IdRange): readonly LogRow[] {
  const { id: first, device, session } = block;
  try {
    return unpackLogs<LogRow>(
      block,
      (place, at, delay, level, message, fields) => ({
        id: first + place,
        device,
        session,
        at,
        delay,
        level,
        message,
        fields,
      }),
      Math.max(low - first, 0),
      high - first,
    );
  } catch (cause) {
    throw new DamageError(`the log entries from ${first} on aren't what was stored`, { cause });
  }
}

/** SQL for the blocks that hold entries of a range, whose bounds are its first two parameters. */
export const BLOCKS_BETWEEN = `id BETWEEN ?1 - ${MOST_IN_BLOCK - 1} AND ?2 AND id + count > ?1`;

/** Segments of earlier versions have a row for each entry, and are added to no more. */
export function isOfRows(segment: PrepareOnce): boolean {
  const find = "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = 'logs'";
  return segment<{ 1: number }>(find).get() !== undefined;
}

/** Has such a segment read as if it had blocks, of one entry each. */
export function readRowsAsBlocks(database: DatabaseSync, prepared: PrepareOnce): void {
  if (!isOfRows(prepared)) return;
  database.exec(`CREATE TEMP VIEW log_blocks AS
    SELECT id, 1 AS count, device, session, at, json_array(0, delay, level, message, fields) AS entries FROM logs`);
}
