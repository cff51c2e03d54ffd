/** A reading thread: requests one by one, each on snapshots of its own. */

import { openForReading } from "./connection.ts";
import { DamagedIndexError, DamagedSegmentError } from "./damage.ts";
import { toProblem, type Answer, type Request, type ThreadOptions } from "./messages.ts";
import { StaleSnapshotError } from "./open-to-read.ts";
import { readerCalls } from "./reader.ts";
import { runFrom } from "./run-call.ts";
import { readSegments } from "./segments/read-segments.ts";
import type { Server } from "./serve.ts";

export function openServer({ folder }: ThreadOptions): Server {
  const connection = openForReading(folder);
  const { database, epoch } = connection;
  const segments = readSegments(database, folder);
  const run = runFrom(readerCalls(database, folder, segments));
  const begin = database.prepare("BEGIN");
  const commit = database.prepare("COMMIT");

  function onOneSnapshot(request: Request): unknown {
    begin.run();
    try {
      return run(request);
    } catch (error) {
      if (error instanceof DamagedIndexError) segments.setIndexAside(error.key);
      if (error instanceof DamagedSegmentError) segments.passOver(error.key);
      throw error;
    } finally {
      segments.release();
      if (database.isTransaction) commit.run();
    }
  }

  function answer(request: Request): Answer {
    let stale = 0;
    let damaged = 0;
    for (;;) {
      try {
        return { id: request.id, value: onOneSnapshot(request) };
      } catch (error) {
        if (error instanceof StaleSnapshotError && stale < MOST_STALE) stale += 1;
        else if (isDamaged(error) && damaged < MOST_DAMAGED) damaged += 1;
        else return { id: request.id, problem: toProblem(error) };
      }
    }
  }

  return {
    epoch,
    answer(requests, send) {
      for (const request of requests) {
        const answered = answer(request);
        segments.passOverNone();
        send({ answers: [answered] });
      }
    },
    close() {
      segments.close();
      connection.close();
    },
  };
}

function isDamaged(error: unknown): boolean {
  return error instanceof DamagedIndexError || error instanceof DamagedSegmentError;
}

/** A file can be dropped while a request is about to open it; hardly ever twice in a row. */
const MOST_STALE = 4;
/** There is one less each time. */
const MOST_DAMAGED = 10_000;
