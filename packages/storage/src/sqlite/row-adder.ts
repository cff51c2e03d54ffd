/** Adding rows to a table, many with one statement: one statement a row costs half as much again. */

import type { SQLInputValue } from "node:sqlite";
import type { PrepareOnce } from "./statement.ts";

export interface RowAdder {
  /** Takes a row on; it is in the table after the next `flush` at the latest. */
  add(...row: SQLInputValue[]): void;
  flush(): void;
  /** Forgets what was taken on. */
  forget(): void;
}

/** Rows of one statement: as many of the first size as there are, then of the next. */
const SIZES = [64, 8, 1] as const;

export interface RowsOf {
  /** What stands before `VALUES`. */
  readonly insert: string;
  readonly columns: number;
  /** What stands for a row, where that is more than a `?` for each column. */
  readonly row?: string;
  /** What stands behind the rows. */
  readonly onConflict?: string;
}

export function rowAdder(
  prepared: PrepareOnce,
  { insert, columns, row = Array(columns).fill("?").join(", "), onConflict = "" }: RowsOf,
): RowAdder {
  const statements = SIZES.map((size) => ({
    size: size * columns,
    statement: prepared(`${insert} VALUES ${Array(size).fill(`(${row})`).join(", ")} ${onConflict}`),
  }));
  const most = SIZES[0] * columns;
  let waiting: SQLInputValue[] = [];

  function flush(): void {
    const values = waiting;
    waiting = [];
    let first = 0;
    for (const { size, statement } of statements) {
      for (; values.length - first >= size; first += size)
        statement.run(...values.slice(first, first + size));
    }
  }

  return {
    add(...values) {
      for (const value of values) waiting.push(value);
      if (waiting.length >= most) flush();
    },
    flush,
    forget() {
      waiting = [];
    },
  };
}
