/** Searching one segment: the index says where to look, and each entry there is looked at; what isn't indexed yet is read. */

import { foldCase, levelRank, toTextMatcher } from "@wheelhouse/protocol";
import type { SQLInputValue } from "node:sqlite";
import type { Time } from "../ports.ts";
import { directionOf, timesBetween, type Order } from "./bounds.ts";
import type { IdRange, ReadIndex } from "./index/read-index.ts";
import { BLOCKS_BETWEEN, toLogRows, type LogBlockRow, type LogRow } from "./segments/log-blocks.ts";
import type { ReadSegment } from "./segments/read-segments.ts";
import type { Statement } from "./statement.ts";

/** What is wanted, in rows; ids from `low` to `high`, both included. */
export interface LogFilter extends IdRange {
  readonly device?: number;
  readonly session?: number;
  readonly level?: number;
  readonly text?: string;
  readonly from?: Time;
  readonly to?: Time;
}

export function searchSegment(
  segment: ReadSegment,
  filter: LogFilter,
  order: Order,
  limit: number,
): readonly LogRow[] {
  const look = entriesIn(segment, filter, order);
  const found: LogRow[] = [];
  let { low, high } = filter;
  for (const range of rangesToLookAt(segment.index, filter, order)) {
    // Ranges come in order but may overlap, so what was looked at is left out.
    const left = { low: Math.max(low, range.low), high: Math.min(high, range.high) };
    if (left.low > left.high) continue;
    for (const row of look(left, limit - found.length)) found.push(row);
    if (found.length >= limit) break;
    if (order === "newest") high = left.low - 1;
    else low = left.high + 1;
  }
  return found;
}

/** Gives what fits of a range. */
function entriesIn(
  segment: ReadSegment,
  filter: LogFilter,
  order: Order,
): (range: IdRange, limit: number) => readonly LogRow[] {
  const conditions = toConditions(filter);
  const where = [BLOCKS_BETWEEN, ...conditions.map(({ sql }) => sql)].join(" AND ");
  const statement: Statement<LogBlockRow> = segment.prepared(
    `SELECT id, device, session, at, entries FROM log_blocks WHERE ${where} ORDER BY id ${directionOf(order)}`,
  );
  const parameters = conditions.map(({ parameter }) => parameter);
  const fits = toMatcher(filter);
  return (range, limit) => {
    const found: LogRow[] = [];
    for (const block of statement.iterate(range.low, range.high, ...parameters)) {
      const rows = segment.tell(() => toLogRows(block, range)).filter(fits);
      for (const row of order === "newest" ? rows.toReversed() : rows) found.push(row);
      if (found.length >= limit) break;
    }
    return found.slice(0, limit);
  };
}

/** What can be asked of whole blocks, each with the parameter that stands for its `?`. */
function toConditions({
  device,
  session,
  text,
}: LogFilter): readonly { sql: string; parameter: SQLInputValue }[] {
  return [
    ...(device === undefined ? [] : [{ sql: "device = ?", parameter: device }]),
    ...(session === undefined ? [] : [{ sql: "session = ?", parameter: session }]),
    ...(text === undefined || !IS_WRITTEN_AS_IT_IS.test(text)
      ? []
      : [{ sql: MAY_HOLD_TEXT, parameter: foldCase(text) }]),
  ];
}

/** SQLite knows the cases of ASCII only, but is much faster than to read each entry. */
const MAY_HOLD_TEXT = "(length(entries) <> octet_length(entries) OR instr(upper(entries), ?) > 0)";
/** In ASCII, without what JSON escapes. */
const IS_WRITTEN_AS_IT_IS = /^[ !#-[\]-~]+$/u;

function toMatcher({ level = 0, text = "", from, to }: LogFilter): (row: LogRow) => boolean {
  const [first, last] = timesBetween({ from, to });
  const hasText = toTextMatcher(text);
  return (row) => row.level >= level && row.at >= first && row.at <= last && hasText(row.message);
}

/** Where entries may be, in order. */
function* rangesToLookAt(index: ReadIndex | undefined, filter: LogFilter, order: Order): Iterable<IdRange> {
  const { low, high } = filter;
  const through = index?.throughEntry ?? 0;
  const tail = { low: Math.max(low, through + 1), high };
  if (order === "newest") yield tail;
  if (index !== undefined && low <= through) {
    const indexed = narrow(index, filter, { low, high: Math.min(high, through) });
    if (indexed !== undefined) yield* indexedRanges(index, filter, indexed, order);
  }
  if (order === "oldest") yield tail;
}

function narrow(index: ReadIndex, { session, from, to }: LogFilter, range: IdRange): IdRange | undefined {
  const bySession = session === undefined ? range : index.narrowBySession(range, session);
  if (bySession === undefined || (from === undefined && to === undefined)) return bySession;
  return index.narrowByTime(bySession, ...timesBetween({ from, to }));
}

/** The part of the index that says most: a rare text, else notes, since they are few, else a text that isn't rare. */
function indexedRanges(
  index: ReadIndex,
  { device, level = 0, text }: LogFilter,
  range: IdRange,
  order: Order,
): Iterable<IdRange> {
  if (level >= FIRST_NOTE) {
    const isRare =
      text !== undefined &&
      index.countNotes(range, level, device, FEW_NOTES) === FEW_NOTES &&
      index.countText(range, text, RARE_TEXTS) < RARE_TEXTS;
    if (!isRare) return index.notes(range, level, device, order);
  }
  const found = text === undefined ? undefined : index.textRanges(range, text, order);
  if (found !== undefined) return found;
  return device === undefined ? [range] : index.deviceRanges(range, device, order);
}

/** Entries of this level and above are few among many, and asked for often. */
export const FIRST_NOTE = levelRank("warn");
/** Notes that are looked at sooner than it is found out how rare a text is. */
const FEW_NOTES = 2_000;
/** Places where looking takes less time than to go through the notes of a segment. */
const RARE_TEXTS = 1_000;
