/** What is done with an open database: prepared statements whose rows have a type, transactions, giving room back. */

import type { DatabaseSync, SQLInputValue } from "node:sqlite";

export interface Statement<Row> {
  get(...parameters: SQLInputValue[]): Row | undefined;
  all(...parameters: SQLInputValue[]): Row[];
  iterate(...parameters: SQLInputValue[]): Iterable<Row>;
  run(...parameters: SQLInputValue[]): {
    readonly changes: number | bigint;
    readonly lastInsertRowid: number | bigint;
  };
}

/** `Row` is what the statement's columns say; nothing checks it. */
export function prepare<Row = never>(database: DatabaseSync, sql: string): Statement<Row> {
  return database.prepare(sql) as unknown as Statement<Row>;
}

/** Prepares a statement at its first use and keeps it. */
export type PrepareOnce = <Row = never>(sql: string) => Statement<Row>;

export function prepareOnce(database: DatabaseSync): PrepareOnce {
  const known = new Map<string, Statement<unknown>>();
  return <Row>(sql: string) => {
    const statement = known.get(sql) ?? prepare<unknown>(database, sql);
    known.set(sql, statement);
    return statement as Statement<Row>;
  };
}

/** Takes the last steps of opening a database, and closes it where one of them fails. */
export function orClose<Result>(database: DatabaseSync, open: () => Result): Result {
  try {
    return open();
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Runs something as one transaction, outside of any other. */
export function inTransaction<Result>(database: DatabaseSync, run: () => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = run();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** Writes the file anew without the pages that are free, which else are only used again. */
export function giveRoomBack(database: DatabaseSync): void {
  try {
    database.exec("VACUUM");
  } catch {
    // It takes as much room once more for a moment; where there isn't, it has to do as it is.
  }
}
