/** Reading what a variable was over time, over the segments of its project. */

import type { HistoryQuery, Time } from "../ports.ts";
import {
  isNumeric,
  newestChanges,
  newestFirst,
  thinChunks,
  toChunk,
  type Chunk,
  type Point,
} from "../rules/history.ts";
import { timesBetween } from "./bounds.ts";
import type { Names } from "./names.ts";
import type { ReadSegment, ReadSegments } from "./segments/read-segments.ts";
import { fromStored, type StoredValue } from "../rules/values.ts";

export function historyReading(names: Names, segments: ReadSegments) {
  return {
    history(query: HistoryQuery): readonly Point[] {
      const variable = names.variableRow(query.project, query.device, query.name);
      if (variable === undefined) return [];
      const [from, to] = timesBetween(query);
      const chunks = segments
        .of(variable.project)
        .flatMap((row) => chunksOf(segments.open(row), variable.row, from, to));
      if (isNumeric(query.kind)) return thinChunks(chunks, from, to, query.points);
      return newestChanges(newestFirst(chunks, from, to), query.points);
    },
  };
}

/** Those of the index, and one of what isn't indexed yet. */
function chunksOf(segment: ReadSegment, variable: number, from: Time, to: Time): readonly Chunk[] {
  const indexed = segment.index?.chunks(variable, from, to) ?? [];
  const tail = segment.prepared<{ readonly at: Time; readonly value: StoredValue }>(
    `SELECT at, value FROM samples WHERE number > ? AND variable = ? AND at BETWEEN ? AND ? ORDER BY number`,
  );
  const rows = tail.all(segment.index?.throughSample ?? 0, variable, from, to);
  if (rows.length === 0) return indexed;
  return [...indexed, toChunk(rows.map(({ at, value }): Point => [at, fromStored(value)]))];
}
