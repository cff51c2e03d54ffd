/**
 * Runs a group of requests in one synced transaction of each file they write to: each request all or nothing by itself,
 * none answered before the sync. The main file is committed before the others, since they refer to its rows.
 */

import type { DatabaseSync } from "node:sqlite";
import { toProblem, type Answer, type Problem, type Request } from "./messages.ts";
import { prepareOnce, type PrepareOnce } from "./statement.ts";

/** Runs one request and gives its value, or throws. It joins each file before it writes to it. */
export type Run = (request: Request) => unknown;

export interface GroupCommit {
  /** Takes a file into the running group and request; what they do to it is undone if they fail. */
  readonly join: (database: DatabaseSync) => void;
  /** What fails of a group is in its answers; it doesn't throw. */
  commit(requests: readonly Request[], run: Run): readonly Answer[];
}

interface Outcome {
  readonly answer: Answer;
  readonly wroteTo: ReadonlySet<DatabaseSync>;
}

/** `onUndone` is called whenever something that ran was undone: what was remembered of it is wrong then. */
export function groupCommit(main: DatabaseSync, onUndone: () => void): GroupCommit {
  const statements = new WeakMap<DatabaseSync, PrepareOnce>();
  const inGroup = new Set<DatabaseSync>();
  let inRequest = new Set<DatabaseSync>();

  function execute(database: DatabaseSync, sql: string): void {
    const prepared = statements.get(database) ?? prepareOnce(database);
    statements.set(database, prepared);
    prepared(sql).run();
  }

  function join(database: DatabaseSync): void {
    if (inRequest.has(database)) return;
    if (!inGroup.has(database)) {
      execute(database, "BEGIN IMMEDIATE");
      inGroup.add(database);
    }
    execute(database, "SAVEPOINT request");
    inRequest.add(database);
  }

  function runOne(request: Request, run: Run): Outcome {
    inRequest = new Set();
    try {
      const value = run(request);
      for (const database of inRequest) execute(database, "RELEASE request");
      return { answer: { id: request.id, value }, wroteTo: inRequest };
    } catch (error) {
      onUndone();
      // A full disk or a failed read can make SQLite roll back by itself, and then the whole group.
      for (const database of inGroup) if (!database.isTransaction) throw error;
      for (const database of inRequest) {
        execute(database, "ROLLBACK TO request");
        execute(database, "RELEASE request");
      }
      return { answer: { id: request.id, problem: toProblem(error) }, wroteTo: new Set() };
    }
  }

  /** Commits the main file, or throws; then each of the others. Gives those that couldn't be. */
  function commitFiles(): ReadonlyMap<DatabaseSync, Problem> {
    const failed = new Map<DatabaseSync, Problem>();
    if (inGroup.delete(main)) execute(main, "COMMIT");
    for (const database of inGroup) {
      try {
        execute(database, "COMMIT");
      } catch (error) {
        if (database.isTransaction) execute(database, "ROLLBACK");
        failed.set(database, toFailure(error));
      }
    }
    if (failed.size > 0) onUndone();
    return failed;
  }

  function undoGroup(): void {
    for (const database of [main, ...inGroup]) if (database.isTransaction) database.exec("ROLLBACK");
    onUndone();
  }

  return {
    join,
    commit(requests, run) {
      inGroup.clear();
      try {
        const outcomes = requests.map((request) => runOne(request, run));
        const failed = commitFiles();
        return outcomes.map((outcome) => toAnswer(outcome, failed));
      } catch (error) {
        undoGroup();
        const problem = toFailure(error);
        return requests.map(({ id }) => ({ id, problem }));
      }
    },
  };
}

function toAnswer({ answer, wroteTo }: Outcome, failed: ReadonlyMap<DatabaseSync, Problem>): Answer {
  for (const database of wroteTo) {
    const problem = failed.get(database);
    if (problem !== undefined) return { id: answer.id, problem };
  }
  return answer;
}

function toFailure(error: unknown): Problem {
  return { kind: "failed", message: toProblem(error).message };
}
