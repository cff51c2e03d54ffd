/**
 * Files that are damaged. An index costs time and never an answer: the segment beside it has everything. A segment costs what
 * can't be read of it, and nothing else: whoever reads does without it, and whoever writes begins another.
 */

import { renameSync, rmSync, writeFileSync } from "node:fs";
import { primaryCode } from "./result-code.ts";
import type { PrepareOnce, Statement } from "./statement.ts";

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

/** Thrown while a segment is read or written; the same request does without that segment, and what comes goes into another. */
export class DamagedSegmentError extends Error {
  override readonly name = "DamagedSegmentError";
  readonly code = "damaged_segment";
  /** Which: see `segmentKey`. */
  readonly key: string;

  constructor(key: string, cause: unknown) {
    super(`segment ${key} is damaged: ${(cause as Error).message}`, { cause });
    this.key = key;
  }
}

/** What a damaged index is called until somebody has told of it, and what a note is called that says the same of a segment. */
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

/** Notes beside a segment that it is damaged; it stays where it is. Whoever retains tells of it, and removes the note. */
export function noteDamage(file: string): void {
  try {
    writeFileSync(`${file}${DAMAGED_SUFFIX}`, "");
  } catch {
    // The disk is full; who comes upon it next notes it.
  }
}

/** What SQLite doesn't see: thrown where it is found, and told as whose it is. */
export class DamageError extends Error {
  override readonly name = "DamageError";
  readonly code = "damage";
}

export function isDamage(error: unknown): boolean {
  const code = primaryCode(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB || error instanceof DamageError;
}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

/** Runs something; damage that it meets is thrown as an error that says whose it is. */
export type TellDamage = <Result>(run: () => Result) => Result;

export function tellDamageAs(toError: (cause: unknown) => Error): TellDamage {
  return (run) => {
    try {
      return run();
    } catch (error) {
      throw isDamage(error) ? toError(error) : error;
    }
  };
}

/** The same statements, which tell damage so. */
export function tellingDamage(prepared: PrepareOnce, tell: TellDamage): PrepareOnce {
  function* each<Row>(rows: Iterable<Row>): IterableIterator<Row> {
    try {
      yield* rows;
    } catch (error) {
      tell(() => {
        throw error;
      });
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
