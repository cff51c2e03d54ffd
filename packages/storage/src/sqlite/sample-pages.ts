/** Reading samples in the order of their arrival, over the segments of a project. */

import type { SamplePage, SampleQuery, SampleRecord, Time } from "../ports.ts";
import { timesBetween } from "./bounds.ts";
import type { Names } from "./names.ts";
import type { ReadSegment, ReadSegments } from "./segments/read-segments.ts";
import { checkUnbroken } from "../rules/unbroken.ts";
import { fromStored, type StoredValue } from "../rules/values.ts";

interface SampleRow {
  readonly number: number;
  readonly variable: number;
  readonly at: Time;
  readonly delay: number;
  readonly value: StoredValue;
}

/** Samples that one request looks at, so that few among many don't hold up the others. */
const MOST_LOOKED_AT = 200_000;

export function samplePageReading(names: Names, segments: ReadSegments) {
  return {
    samples(query: SampleQuery): SamplePage {
      const { project, device, name, limit } = query;
      const projectRow = names.project(project);
      if (projectRow === undefined) return NOTHING;
      checkUnbroken(query, () => segments.oldest(projectRow)?.firstSample);
      const isOfAll = device === undefined && name === undefined;
      const variables = isOfAll ? undefined : names.variableRows(projectRow, device, name);
      if (variables?.length === 0) return NOTHING;
      const found: SampleRow[] = [];
      let after = query.after ?? 0;
      let left = MOST_LOOKED_AT;
      for (const row of segments.of(projectRow)) {
        if ((row.lastSample ?? Infinity) <= after) continue;
        // What was dropped needn't be looked at.
        after = Math.max(after, row.firstSample - 1);
        const segment = segments.open(row);
        const rows = readSamples(segment, query, variables, after, after + left, limit + 1 - found.length);
        for (const sample of rows) found.push(sample);
        if (found.length > limit)
          return toPage(names, found.slice(0, limit), found[limit - 1]?.number ?? null);
        const last = row.lastSample ?? lastSampleIn(segment);
        if (last >= after + left) return toPage(names, found, after + left);
        left -= last - after;
        after = last;
      }
      return toPage(names, found, null);
    },
  };
}

const NOTHING: SamplePage = { samples: [], next: null };

function readSamples(
  segment: ReadSegment,
  query: SampleQuery,
  variables: readonly number[] | undefined,
  after: number,
  upTo: number,
  limit: number,
): readonly SampleRow[] {
  const ofVariables =
    variables === undefined ? "?5 IS NULL" : "variable IN (SELECT value FROM json_each(?5))";
  const page = segment.prepared<SampleRow>(
    `SELECT number, variable, at, delay, value FROM samples
     WHERE number > ?1 AND number <= ?2 AND at BETWEEN ?3 AND ?4 AND ${ofVariables} ORDER BY number LIMIT ?6`,
  );
  const list = variables === undefined ? null : JSON.stringify(variables);
  return page.all(after, upTo, ...timesBetween(query), list, limit);
}

function lastSampleIn({ prepared, row }: ReadSegment): number {
  const last = prepared<{ number: number | null }>("SELECT max(number) AS number FROM samples").get();
  return last?.number ?? row.firstSample - 1;
}

function toPage(names: Names, rows: readonly SampleRow[], next: number | null): SamplePage {
  const samples = rows.map(({ variable, at, delay, value }): SampleRecord => {
    const { device, name } = names.variable(variable);
    return { device, name, value: fromStored(value), at, receivedAt: at + delay };
  });
  return { samples, next };
}
