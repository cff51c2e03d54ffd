/** The counter that log entries and changes of writes share. */

import type { DatabaseSync } from "node:sqlite";
import { prepare } from "./statement.ts";

export interface EntryCounter {
  /** Gives out the next `count` ids and returns the first. Those of a request that is rolled back stay unused. */
  take(count: number): number;
}

/** Goes on after the highest stored id. */
export function entryCounter(database: DatabaseSync): EntryCounter {
  let last = entryReading(database).lastEntry();
  return {
    take(count) {
      const first = last + 1;
      last += count;
      return first;
    },
  };
}

export function entryReading(database: DatabaseSync) {
  const last = prepare<{ entry: number }>(
    database,
    `SELECT max(coalesce((SELECT max(id) FROM logs), 0), coalesce((SELECT max(entry) FROM writes), 0)) AS entry`,
  );
  return { lastEntry: (): number => last.get()?.entry ?? 0 };
}
