/** Reading what a variable was over time. */

import type { JsonValue } from "@wheelhouse/protocol";
import type { DatabaseSync } from "node:sqlite";
import type { HistoryQuery, Time } from "../ports.ts";
import { isNumeric, newestChanges, thinNumbers, type Extent, type Point } from "../rules/history.ts";
import { prepare } from "./statement.ts";
import { fromStored, type StoredValue } from "./values.ts";

export function historyReading(database: DatabaseSync) {
  const findVariable = prepare<{ row: number }>(
    database,
    `SELECT variables.row
     FROM projects JOIN devices ON devices.project = projects.row JOIN variables ON variables.device = devices.row
     WHERE projects.id = ? AND devices.id = ? AND variables.name = ?`,
  );
  const extentOfNumbers = prepare<Extent>(
    database,
    `SELECT count(*) AS count, coalesce(min(at), 0) AS first, coalesce(max(at), 0) AS last ${NUMBERS_BETWEEN}`,
  );
  const numbers = prepare<SampleRow<number>>(
    database,
    `SELECT at, value ${NUMBERS_BETWEEN} ORDER BY at, tie`,
  );
  const newestFirst = prepare<SampleRow<StoredValue>>(
    database,
    `SELECT at, value ${SAMPLES_BETWEEN} ORDER BY at DESC, tie DESC`,
  );
  return {
    history(query: HistoryQuery): readonly Point[] {
      const variable = findVariable.get(query.project, query.device, query.name);
      if (variable === undefined) return [];
      const range = [variable.row, query.from ?? -Infinity, query.to ?? Infinity];
      if (!isNumeric(query.kind)) {
        return newestChanges(toPoints(newestFirst.iterate(...range), fromStored), query.points);
      }
      const extent = extentOfNumbers.get(...range) as Extent;
      return thinNumbers(toPoints(numbers.iterate(...range), Number), extent, query.points);
    },
  };
}

interface SampleRow<Value> {
  readonly at: Time;
  readonly value: Value;
}

const SAMPLES_BETWEEN = "FROM samples WHERE variable = ?1 AND at >= ?2 AND at <= ?3";
const NUMBERS_BETWEEN = `${SAMPLES_BETWEEN} AND typeof(value) <> 'text'`;

function* toPoints<Stored, Value extends JsonValue>(
  rows: Iterable<SampleRow<Stored>>,
  toValue: (stored: Stored) => Value,
): Iterable<Point<Value>> {
  for (const { at, value } of rows) yield [at, toValue(value)];
}
