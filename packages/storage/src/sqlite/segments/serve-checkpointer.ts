/**
 * The checkpointer thread: copies a segment's write-ahead log into its file while the writer goes on adding to that log. SQLite
 * begins the log anew only once all of it is copied, and while something is added that never is: so the writer, which checkpoints
 * by itself where a log is long, still copies the end, in milliseconds. What this thread leaves is all that it ever costs.
 */

import { openForReading } from "../connection.ts";
import { toProblem, type Answer, type Request, type ThreadOptions } from "../messages.ts";
import { runFrom } from "../run-call.ts";
import type { Server } from "../serve.ts";
import { prepare } from "../statement.ts";
import { openSegmentToWrite, type SegmentName } from "./segment-file.ts";

export type CheckpointerCalls = ReturnType<typeof checkpointerCalls>;

export function openServer({ folder }: ThreadOptions): Server {
  const connection = openForReading(folder);
  const run = runFrom(checkpointerCalls(folder));

  function answer(request: Request): Answer {
    try {
      return { id: request.id, value: run(request) };
    } catch (error) {
      return { id: request.id, problem: toProblem(error) };
    }
  }

  return {
    epoch: connection.epoch,
    answer: (requests, send) => send({ answers: requests.map(answer) }),
    close: () => connection.close(),
  };
}

/** While a log is copied it grows by less than was copied, so each round has less to do. */
const MOST_ROUNDS = 4;
/** Pages that are worth another round. */
const PAGES_A_ROUND = 256;

export function checkpointerCalls(folder: string) {
  return {
    /** Gives how many pages of the log are in the file. @throws Error when that segment can't be written, or is gone. */
    checkpoint(name: SegmentName): number {
      const { database } = openSegmentToWrite(folder, name);
      try {
        const copy = prepare<{ checkpointed: number }>(database, "PRAGMA wal_checkpoint (PASSIVE)");
        let copied = 0;
        for (let rounds = 0; rounds < MOST_ROUNDS; rounds += 1) {
          const before = copied;
          copied = copy.get()?.checkpointed ?? 0;
          if (copied - before < PAGES_A_ROUND) break;
        }
        return copied;
      } finally {
        database.close();
      }
    },
  };
}
