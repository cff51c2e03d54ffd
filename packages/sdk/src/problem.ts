/** What can go wrong, as a game is told: an event, or the error of a promise it waits for. Never an exception in its loop. */

import type { Code } from "@wheelhouse/protocol";

/**
 * The server's codes, and the client's own: `unreachable` (no connection, or none that was welcomed; told once per
 * outage), `disconnected` (the connection was lost, the client comes back by itself), `buffer_full` (the oldest
 * lines are being dropped; told once until the buffer was empty again). `invalid` and `too_large` are the client's too,
 * for what it left out because no server would take it.
 */
export type ProblemCode = Code | "unreachable" | "disconnected" | "buffer_full";

export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  /** Whether the client has stopped for good because of it. */
  readonly final: boolean;
  /** The line it is about, where the server said so. */
  readonly seq?: number;
}

/** Waiting is in vain: the game was closed, or the server wants it not to come back. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
  readonly code = "stopped";
  /** What stopped it; absent when that was `close`. */
  readonly problem: Problem | undefined;

  constructor(problem?: Problem) {
    super(
      problem === undefined
        ? "the connection was closed"
        : `stopped for good: ${problem.code}: ${problem.message}`,
    );
    this.problem = problem;
  }
}
