/** The index of a segment as a reader sees it, on one snapshot. */

import type { Time } from "../../ports.ts";
import type { Chunk } from "../../rules/history.ts";
import { decodeSamples, visitNumbers } from "../../rules/sample-codec.ts";
import { directionOf, type Order } from "../bounds.ts";
import type { PrepareOnce } from "../statement.ts";
import { DamagedIndexError } from "../damage.ts";
import { VERSION } from "./index-file.ts";
import { toTextQuery } from "./text-query.ts";

/** Ids from one to another, both included. */
export interface IdRange {
  readonly low: number;
  readonly high: number;
}

export interface ReadIndex {
  /** The last log entry and the last sample that it covers. */
  readonly throughEntry: number;
  readonly throughSample: number;
  /** Whether nothing will be added any more. */
  readonly isComplete: boolean;
  /** What of the range may hold entries between the two times; undefined for nothing. */
  narrowByTime(range: IdRange, from: Time, to: Time): IdRange | undefined;
  narrowBySession(range: IdRange, session: number): IdRange | undefined;
  /** Ids of entries of that level and above, which is at least the one that notes begin at. */
  notes(range: IdRange, level: number, device: number | undefined, order: Order): Iterable<IdRange>;
  deviceRanges(range: IdRange, device: number, order: Order): Iterable<IdRange>;
  /** How many entries {@link ReadIndex.notes} gives, counted up to `most`. */
  countNotes(range: IdRange, level: number, device: number | undefined, most: number): number;
  /** In how many places the text may be, counted up to `most`. */
  countText(range: IdRange, text: string, most: number): number;
  /** Where the text may be; undefined if it is too short for the index. */
  textRanges(range: IdRange, text: string, order: Order): Iterable<IdRange> | undefined;
  /** A variable's chunks that hold samples between the two times, in order of storing. */
  chunks(variable: number, from: Time, to: Time): readonly Chunk[];
}

interface ChunkRow {
  readonly id: number;
  readonly from: Time;
  readonly to: Time;
  readonly count: number;
  readonly numbers: number;
  readonly lowest: number | null;
  readonly lowestAt: Time | null;
  readonly highest: number | null;
  readonly highestAt: Time | null;
}

/** Undefined for one that can't be read, for now or by this version. */
export function indexReading(prepared: PrepareOnce): ReadIndex | undefined {
  const through = readThrough(prepared);
  if (through === undefined) return undefined;
  const narrow = (sql: string, ...parameters: readonly number[]): IdRange | undefined => {
    const found = prepared<{ low: number | null; high: number | null }>(sql).get(...parameters);
    if (found === undefined || found.low === null || found.high === null) return undefined;
    return { low: found.low, high: found.high };
  };
  return {
    throughEntry: through.entry,
    throughSample: through.sample,
    isComplete: through.complete !== 0,
    narrowByTime({ low, high }, from, to) {
      const sql = `SELECT min(first_id) AS low, max(last_id) AS high FROM blocks
        WHERE first_id <= ?2 AND last_id >= ?1 AND max_at >= ?3 AND min_at <= ?4`;
      return clip(narrow(sql, low, high, from, to), { low, high });
    },
    narrowBySession(range, session) {
      const sql = "SELECT first_id AS low, last_id AS high FROM session_ranges WHERE session = ?";
      return clip(narrow(sql, session), range);
    },
    *notes({ low, high }, level, device, order) {
      const sql = `SELECT id FROM notes WHERE ${ofDevice(device)} AND id BETWEEN ?1 AND ?2 AND level >= ?3
        ORDER BY id ${directionOf(order)}`;
      const rows = prepared<{ id: number }>(sql).iterate(low, high, level, device ?? null);
      for (const { id } of rows) yield { low: id, high: id };
    },
    *deviceRanges({ low, high }, device, order) {
      const sql = `SELECT first_id AS low, last_id AS high FROM device_ranges
        WHERE device = ?1 AND first_id <= ?3 AND last_id >= ?2 ORDER BY first_id ${directionOf(order)}`;
      yield* prepared<IdRange>(sql).iterate(device, low, high);
    },
    countNotes({ low, high }, level, device, most) {
      const sql = `SELECT count(*) AS count FROM (
        SELECT 1 FROM notes WHERE ${ofDevice(device)} AND id BETWEEN ?1 AND ?2 AND level >= ?3 LIMIT ?5)`;
      return prepared<{ count: number }>(sql).get(low, high, level, device ?? null, most)?.count ?? 0;
    },
    countText({ low, high }, text, most) {
      const sql = `SELECT count(*) AS count FROM (
        SELECT 1 FROM texts WHERE texts MATCH ?1 AND rowid BETWEEN ?2 AND ?3 LIMIT ?4)`;
      const query = toTextQuery(text);
      if (query === undefined) return most;
      return prepared<{ count: number }>(sql).get(query, startOfGroup(low), high, most)?.count ?? 0;
    },
    textRanges({ low, high }, text, order) {
      const query = toTextQuery(text);
      if (query === undefined) return undefined;
      const sql = `SELECT rowid AS id FROM texts WHERE texts MATCH ?1 AND rowid BETWEEN ?2 AND ?3
        ORDER BY rowid ${directionOf(order)}`;
      return toGroups(prepared<{ id: number }>(sql).iterate(query, startOfGroup(low), high));
    },
    chunks: (variable, from, to) =>
      prepared<ChunkRow>(SELECT_CHUNKS)
        .all(variable, from, to)
        .map((row) => toChunk(prepared, row)),
  };
}

/** Entries whose ids have the same eighth may share a document of the text index. */
export const GROUP_SIZE = 8;

function startOfGroup(id: number): number {
  return id - (id % GROUP_SIZE);
}

function* toGroups(documents: Iterable<{ readonly id: number }>): Iterable<IdRange> {
  for (const { id } of documents) yield { low: id, high: startOfGroup(id) + GROUP_SIZE - 1 };
}

function readThrough(prepared: PrepareOnce) {
  try {
    const version = prepared<{ user_version: number }>("PRAGMA user_version").get()?.user_version;
    if (version !== VERSION) return undefined;
    return prepared<{ entry: number; sample: number; complete: number }>("SELECT * FROM through").get();
  } catch (error) {
    if (error instanceof DamagedIndexError) throw error;
    return undefined;
  }
}

function clip(range: IdRange | undefined, { low, high }: IdRange): IdRange | undefined {
  if (range === undefined) return undefined;
  const clipped = { low: Math.max(range.low, low), high: Math.min(range.high, high) };
  return clipped.low > clipped.high ? undefined : clipped;
}

const ofDevice = (device: number | undefined) => (device === undefined ? "?4 IS NULL" : "device = ?4");

const SELECT_CHUNKS = `
  SELECT id, from_at AS "from", to_at AS "to", count, numbers, lowest, lowest_at AS lowestAt, highest,
    highest_at AS highestAt
  FROM chunks WHERE variable = ?1 AND to_at >= ?2 AND from_at <= ?3 ORDER BY id`;

function toChunk(prepared: PrepareOnce, row: ChunkRow): Chunk {
  const { id, from, to, count, numbers, lowest, lowestAt, highest, highestAt } = row;
  const samplesOf = () =>
    (
      prepared<{ samples: Uint8Array }>("SELECT samples FROM chunks WHERE id = ?").get(id) as {
        samples: Uint8Array;
      }
    ).samples;
  return {
    from,
    to,
    count,
    numbers,
    lowest: lowest === null || lowestAt === null ? null : [lowestAt, lowest],
    highest: highest === null || highestAt === null ? null : [highestAt, highest],
    read: () => decodeSamples(samplesOf()),
    visitNumbers: (visit) => visitNumbers(samplesOf(), visit),
  };
}
