/** The calls that change data; they run in the writer thread, each inside a group's transaction. */

import type { DatabaseSync } from "node:sqlite";
import { accountWriting } from "./accounts.ts";
import { batchWriting } from "./batches.ts";
import { entryCounter } from "./entries.ts";
import { sessionWriting } from "./sessions.ts";
import { writeWriting } from "./writes.ts";

export type WriterCalls = ReturnType<typeof writerCalls>;

export function writerCalls(database: DatabaseSync) {
  const entries = entryCounter(database);
  const writes = writeWriting(database, entries);
  return {
    ...accountWriting(database),
    ...sessionWriting(database),
    ...batchWriting(database, entries, writes),
    ...writes,
  };
}
