/** The indexer thread: it is only told that there is something new. */

import { openForReading } from "../connection.ts";
import type { ThreadOptions } from "../messages.ts";
import type { Server } from "../serve.ts";
import { startIndexer } from "./indexer.ts";

export function openServer({ folder }: ThreadOptions): Server {
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
