/** Runs a group of requests in one synced transaction: each all or nothing by itself, none answered before the sync. */

import type { DatabaseSync } from "node:sqlite";
import { toProblem, type Answer, type Problem, type Request } from "./messages.ts";

/** Runs one request and gives its value, or throws. */
export type Run = (request: Request) => unknown;

/** Makes the function that commits groups. What fails of a group is in its answers; it doesn't throw. */
export function groupCommit(
  database: DatabaseSync,
  run: Run,
): (requests: readonly Request[]) => readonly Answer[] {
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const savepoint = database.prepare("SAVEPOINT request");
  const release = database.prepare("RELEASE request");
  const rollBackRequest = database.prepare("ROLLBACK TO request");

  function answer(request: Request): Answer {
    savepoint.run();
    try {
      const value = run(request);
      release.run();
      return { id: request.id, value };
    } catch (error) {
      // A full disk or a failed read can make SQLite roll back by itself, and then the whole group.
      if (!database.isTransaction) throw error;
      rollBackRequest.run();
      release.run();
      return { id: request.id, problem: toProblem(error) };
    }
  }

  return (requests) => {
    try {
      begin.run();
      const answers = requests.map(answer);
      commit.run();
      return answers;
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      const problem: Problem = { kind: "failed", message: toProblem(error).message };
      return requests.map(({ id }) => ({ id, problem }));
    }
  };
}
