/**
 * Log entries as a segment holds them: some at a time, as one text. A row and its statement cost ten times what an entry
 * costs within one, and most entries are read together with their neighbours.
 */

import type { DatabaseSync } from "node:sqlite";
import type { Time } from "../../ports.ts";
import type { IdRange } from "../index/read-index.ts";
import { prepare } from "../statement.ts";

/**
 * Five values stand for each entry: how long after its block's `at` it was, how long after that it was received, its level,
 * its message, and its fields as JSON. Small numbers take less room and time than times do.
 */
type Plain = number | string | null;
const VALUES_OF_EACH = 5;

/** What of an entry is stored. */
export interface LogToStore {
  readonly at: Time;
  readonly receivedAt: Time;
  /** Its rank. */
  readonly level: number;
  readonly message: string;
  readonly fields: string | null;
}

/** Entries with ids one after the other, of one device and session. */
export interface LogBlock {
  readonly count: number;
  /** That of the first entry. */
  readonly at: Time;
  readonly firstReceivedAt: Time;
  readonly lastReceivedAt: Time;
  /** JSON: a list of {@link Plain}, five of each entry. */
  readonly entries: string;
}

/** So that to read one entry means to read no more than these. */
const MOST_IN_BLOCK = 16;

export const LOG_BLOCKS_TABLE = `
  CREATE TABLE IF NOT EXISTS log_blocks (
    id INTEGER PRIMARY KEY,
    count INTEGER NOT NULL,
    device INTEGER NOT NULL,
    session INTEGER,
    at INTEGER NOT NULL,
    entries TEXT NOT NULL
  );`;

export function toLogBlocks(logs: readonly LogToStore[]): readonly LogBlock[] {
  const blocks: LogBlock[] = [];
  for (let first = 0; first < logs.length; first += MOST_IN_BLOCK)
    blocks.push(toBlock(logs.slice(first, first + MOST_IN_BLOCK)));
  return blocks;
}

function toBlock(logs: readonly LogToStore[]): LogBlock {
  const begin = logs[0]?.at ?? 0;
  let [firstReceivedAt, lastReceivedAt] = [Infinity, -Infinity];
  const plain: Plain[] = [];
  for (const { at, receivedAt, level, message, fields } of logs) {
    firstReceivedAt = Math.min(firstReceivedAt, receivedAt);
    lastReceivedAt = Math.max(lastReceivedAt, receivedAt);
    plain.push(at - begin, receivedAt - at, level, message, fields);
  }
  return { count: logs.length, at: begin, firstReceivedAt, lastReceivedAt, entries: JSON.stringify(plain) };
}

/** A block as it is read; its first entry has its id. */
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
  readonly level: number;
  readonly message: string;
  readonly fields: string | null;
}

/** Its entries within the range. */
export function toLogRows(
  { id: first, entries, ...block }: LogBlockRow,
  { low, high }: IdRange,
): readonly LogRow[] {
  const rows: LogRow[] = [];
  const plain = JSON.parse(entries) as readonly Plain[];
  const last = Math.min(high, first + plain.length / VALUES_OF_EACH - 1);
  for (let id = Math.max(low, first); id <= last; id += 1)
    rows.push(toLogRow(id, block, plain, (id - first) * VALUES_OF_EACH));
  return rows;
}

function toLogRow(
  id: number,
  { device, session, at }: Omit<LogBlockRow, "id" | "entries">,
  plain: readonly Plain[],
  from: number,
): LogRow {
  return {
    id,
    device,
    session,
    at: at + (plain[from] as number),
    delay: plain[from + 1] as number,
    level: plain[from + 2] as number,
    message: plain[from + 3] as string,
    fields: plain[from + 4] as string | null,
  };
}

/** SQL for the blocks that hold entries of a range, whose bounds are its first two parameters. */
export const BLOCKS_BETWEEN = `id BETWEEN ?1 - ${MOST_IN_BLOCK - 1} AND ?2 AND id + count > ?1`;

/** Segments of earlier versions have a row for each entry, and are added to no more. */
export function isOfRows(segment: DatabaseSync): boolean {
  const find = "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = 'logs'";
  return prepare<{ 1: number }>(segment, find).get() !== undefined;
}

/** Has such a segment read as if it had blocks, of one entry each. */
export function readRowsAsBlocks(segment: DatabaseSync): void {
  if (!isOfRows(segment)) return;
  segment.exec(`CREATE TEMP VIEW log_blocks AS
    SELECT id, 1 AS count, device, session, at, json_array(0, delay, level, message, fields) AS entries FROM logs`);
}
