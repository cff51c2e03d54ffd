/**
 * Runs a group of requests in one synced transaction of each file they write to: each request all or nothing by itself,
 * none answered before the sync. The main file is committed before the others, since they refer to its rows.
 *
 * Hardly ever does a request fail, and keeping each apart from the others costs more than many a request. So a group runs as
 * one first; only if something fails, all of it is undone and run again, request by request.
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

export interface GroupHooks {
  /** Puts into the files what requests left in memory for that. */
  readonly settle: () => void;
  /** Called whenever something that ran was undone: what was remembered of it is wrong then. */
  readonly onUndone: () => void;
}

interface Outcome {
  readonly answer: Answer;
  readonly wroteTo: ReadonlySet<DatabaseSync>;
}

export function groupCommit(main: DatabaseSync, { settle, onUndone }: GroupHooks): GroupCommit {
  const statements = new WeakMap<DatabaseSync, PrepareOnce>();
  const inGroup = new Set<DatabaseSync>();
  let inRequest = new Set<DatabaseSync>();
  let keepsApart = false;

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
    if (keepsApart) execute(database, "SAVEPOINT request");
    inRequest.add(database);
  }

  function runOne(request: Request, run: Run): Outcome {
    inRequest = new Set();
    return { answer: { id: request.id, value: run(request) }, wroteTo: inRequest };
  }

  function runApart(request: Request, run: Run): Outcome {
    try {
      const outcome = runOne(request, run);
      settle();
      for (const database of inRequest) execute(database, "RELEASE request");
      return outcome;
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

  /** Undefined when something failed, and all of it is undone. */
  function runAsOne(requests: readonly Request[], run: Run): readonly Outcome[] | undefined {
    keepsApart = false;
    try {
      const outcomes = requests.map((request) => runOne(request, run));
      settle();
      return outcomes;
    } catch {
      undoGroup();
      return undefined;
    }
  }

  function runOneByOne(requests: readonly Request[], run: Run): readonly Outcome[] {
    keepsApart = true;
    return requests.map((request) => runApart(request, run));
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
    inGroup.clear();
    onUndone();
  }

  return {
    join,
    commit(requests, run) {
      inGroup.clear();
      try {
        const outcomes = runAsOne(requests, run) ?? runOneByOne(requests, run);
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
