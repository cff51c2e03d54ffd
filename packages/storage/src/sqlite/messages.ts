/** What the main thread and the database threads say to each other. */

import { DroppedSinceError, StorageFailedError } from "../ports.ts";
import { primaryCode } from "./result-code.ts";
import type { SegmentName } from "./segments/segment-file.ts";
import type { SegmentLimits } from "./segments/segment-limits.ts";

/** The reader is for what answers at once, the searcher for what may take its time. */
export type ThreadRole = "writer" | "reader" | "searcher" | "indexer" | "checkpointer";

/** What a thread is started with. */
export interface ThreadOptions {
  readonly role: ThreadRole;
  readonly folder: string;
  readonly limits: SegmentLimits;
}

export interface Request {
  readonly id: number;
  readonly call: string;
  readonly args: readonly unknown[];
}

/** `open` comes before the first requests, `close` after the last. `stored` tells the indexer that there is more to do. */
export type ToThread = "open" | readonly Request[] | "stored" | "close";

export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly problem?: Problem;
}

/** An error on its way between threads: that the engine failed, that the caller's arguments were wrong, or a {@link DroppedSinceError}. */
export interface Problem {
  readonly kind: "failed" | "invalid" | "dropped";
  readonly message: string;
}

/** A thread answers `open` with `ready` or `unusable`; each message after that answers a group of requests. */
export type FromThread = Opening | Answers;

export interface Answers {
  readonly type: "answers";
  readonly answers: readonly Answer[];
  /** The highest entry id that may be stored by now; from the writer only. */
  readonly lastEntry?: number;
  /** Segments that it is time to checkpoint; from the writer only. */
  readonly grown?: readonly SegmentName[];
}

export type Opening =
  | { readonly type: "ready"; readonly epoch: string; readonly lastEntry?: number }
  | { readonly type: "unusable"; readonly message: string };

export function toProblem(error: unknown): Problem {
  const { code, message } = error as { code?: string; message: string };
  if (error instanceof DroppedSinceError) return { kind: "dropped", message };
  if (code !== "ERR_SQLITE_ERROR")
    return { kind: error instanceof TypeError ? "invalid" : "failed", message };
  const isConstraint = primaryCode(error) === SQLITE_CONSTRAINT;
  return { kind: isConstraint ? "invalid" : "failed", message: `SQLite: ${message}` };
}

export function fromProblem({ kind, message }: Problem): Error {
  switch (kind) {
    case "failed":
      return new StorageFailedError(message);
    case "invalid":
      return new TypeError(message);
    case "dropped":
      return new DroppedSinceError(message);
  }
}

const SQLITE_CONSTRAINT = 19;
