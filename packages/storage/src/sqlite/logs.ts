/** Searching log entries, over the segments of a project. */

import { LOG_LEVELS, levelRank } from "@wheelhouse/protocol";
import type { LogEntryRecord, LogQuery } from "../ports.ts";
import type { Order } from "./bounds.ts";
import { searchSegment, type LogFilter } from "./log-search.ts";
import type { Names } from "./names.ts";
import type { LogRow } from "./segments/log-blocks.ts";
import { inOrder, mayHold } from "./segments/segment-order.ts";
import type { SegmentRow } from "./segments/segment-list.ts";
import type { ReadSegments } from "./segments/read-segments.ts";
import { checkUnbroken } from "../rules/unbroken.ts";
import { fromFieldsText } from "../rules/values.ts";

export function logReading(names: Names, segments: ReadSegments) {
  function search(
    project: string,
    filter: LogFilter,
    order: Order,
    limit: number,
  ): readonly LogEntryRecord[] {
    const row = names.project(project);
    const found: LogRow[] = [];
    for (const segment of row === undefined ? [] : inOrder(segments.of(row), order)) {
      if (found.length >= limit) break;
      if (!mayHold(segment, filter.low, filter.high)) continue;
      const rows = searchSegment(segments.open(segment), filter, order, limit - found.length);
      for (const log of rows) found.push(log);
    }
    return found.map((log) => toLogRecord(project, names, log));
  }

  function oldestOf(project: string): SegmentRow | undefined {
    const row = names.project(project);
    return row === undefined ? undefined : segments.oldest(row);
  }

  return {
    logs(query: LogQuery): readonly LogEntryRecord[] {
      checkUnbroken(query, () => oldestOf(query.project)?.firstEntry);
      const filter = toFilter(names, query);
      return filter === undefined ? [] : search(query.project, filter, query.order ?? "newest", query.limit);
    },
    /** Those after one id and up to another. */
    logsBetween: (project: string, after: number, upTo: number, limit: number): readonly LogEntryRecord[] =>
      search(project, { low: after + 1, high: upTo }, "oldest", limit),
  };
}

/** The filter in rows; undefined when nothing can fit. */
function toFilter(names: Names, query: LogQuery): LogFilter | undefined {
  const { project, device, session, level, text, from, to, before = Infinity, after = 0 } = query;
  const filter: { -readonly [Key in keyof LogFilter]: LogFilter[Key] } = {
    low: after + 1,
    high: Math.min(before - 1, Number.MAX_SAFE_INTEGER),
  };
  const projectRow = names.project(project);
  if (projectRow === undefined || filter.low > filter.high) return undefined;
  if (device !== undefined) {
    const row = names.deviceRow(projectRow, device);
    if (row === undefined) return undefined;
    filter.device = row;
  }
  if (session !== undefined) {
    const found = names.sessionRow(session);
    if (found === undefined || found.device !== (filter.device ?? found.device)) return undefined;
    filter.session = found.row;
    filter.device = found.device;
  }
  if (level !== undefined) filter.level = levelRank(level);
  if (text !== undefined && text !== "") filter.text = text;
  if (from !== undefined) filter.from = from;
  if (to !== undefined) filter.to = to;
  return filter;
}

function toLogRecord(project: string, names: Names, row: LogRow): LogEntryRecord {
  const { id, device, session, at, delay, level, message, fields } = row;
  return {
    id,
    project,
    device: names.device(device),
    session: session === null ? null : names.session(session),
    at,
    receivedAt: at + delay,
    level: LOG_LEVELS[level] ?? "info",
    message,
    fields: fromFieldsText(fields),
  };
}
