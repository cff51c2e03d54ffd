/** An index that is damaged, which costs time and never an answer: the segment beside it has everything. */

import { renameSync, rmSync } from "node:fs";
import { primaryCode } from "../result-code.ts";
import type { PrepareOnce, Statement } from "../statement.ts";

/** Thrown while an index is read; the same request does without that index. */
export class DamagedIndexError extends Error {
  override readonly name = "DamagedIndexError";
  readonly code = "damaged_index";
  /** Which segment's: see `segmentKey`. */
  readonly key: string;

  constructor(key: string, cause: unknown) {
    super(`the index of segment ${key} is damaged`, { cause });
    this.key = key;
  }
}

/** What a damaged index is called until somebody has told of it. */
export const DAMAGED_SUFFIX = ".damaged";

/** Takes a damaged index out of the way. Whoever retains tells of it, and removes it. */
export function setAside(file: string): void {
  try {
    for (const log of [`${file}-wal`, `${file}-shm`]) rmSync(log, { force: true });
    renameSync(file, `${file}${DAMAGED_SUFFIX}`);
  } catch {
    // Where an open file can't be renamed, it is done without for as long as it is open.
  }
}

export function isDamage(error: unknown): boolean {
  const code = primaryCode(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** The same statements, which tell damage by {@link DamagedIndexError}. */
export function tellingDamage(prepared: PrepareOnce, key: string): PrepareOnce {
  function tell<Result>(run: () => Result): Result {
    try {
      return run();
    } catch (error) {
      throw isDamage(error) ? new DamagedIndexError(key, error) : error;
    }
  }

  function* each<Row>(rows: Iterable<Row>): IterableIterator<Row> {
    try {
      yield* rows;
    } catch (error) {
      throw isDamage(error) ? new DamagedIndexError(key, error) : error;
    }
  }

  function watch<Row>(statement: Statement<Row>): Statement<Row> {
    return {
      get: (...parameters) => tell(() => statement.get(...parameters)),
      all: (...parameters) => tell(() => statement.all(...parameters)),
      run: (...parameters) => tell(() => statement.run(...parameters)),
      iterate: (...parameters) => each(statement.iterate(...parameters)),
    };
  }

  const known = new Map<string, Statement<unknown>>();
  return <Row>(sql: string) => {
    const statement = known.get(sql) ?? watch<unknown>(tell(() => prepared<unknown>(sql)));
    known.set(sql, statement);
    return statement as Statement<Row>;
  };
}
