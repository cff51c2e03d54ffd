/** The indexer thread: it is only told that there is something new. */

import { setPriority } from "node:os";
import { openForReading } from "../connection.ts";
import type { ThreadOptions } from "../messages.ts";
import type { Server } from "../serve.ts";
import { startIndexer } from "./indexer.ts";

/** How far behind the other threads, on a scale from -20 (before all) to 19. */
const NICENESS = 10;

export function openServer({ folder }: ThreadOptions): Server {
  giveWay();
  const connection = openForReading(folder);
  const { database, epoch } = connection;
  const indexer = startIndexer(database, folder);
  return {
    epoch,
    answer: () => {},
    wake: () => indexer.wake(),
    close() {
      indexer.close();
      connection.close();
    },
  };
}

/**
 * What is stored is found without its index too, so nobody waits for this thread, and it works for a second at a time. Only on
 * Linux has a thread a priority of its own.
 */
function giveWay(): void {
  if (process.platform === "linux") setPriority(NICENESS);
}
