/** What is done with an index, by steps, once nothing is added to its segment any more. */

import type { DatabaseSync } from "node:sqlite";
import { openSegmentToWrite, segmentFile, sizeOfFile, type SegmentName } from "../segments/segment-file.ts";
import { giveRoomBack, inTransaction, prepare } from "../statement.ts";

/** Pages of the text index that one step writes: some 20 ms. */
const PAGES_A_STEP = 256;
/** Of a file's pages, when it is written anew without those that are free. */
const MOST_FREE = 1 / 8;

/** Gives the function that merges some of the texts' segments, towards one, and tells whether it found any to merge. */
export function textMerging(index: DatabaseSync): () => boolean {
  // Less than nothing merges all into one, and not only where there are many (FTS5, "The 'merge' Command").
  const merge = prepare(index, `INSERT INTO texts (texts, rank) VALUES ('merge', -${PAGES_A_STEP})`);
  const changes = prepare<{ count: number }>(index, "SELECT total_changes() AS count");
  const countChanges = () => changes.get()?.count ?? 0;
  return () => {
    const before = countChanges();
    inTransaction(index, () => merge.run());
    // The command itself is one.
    return countChanges() - before > 1;
  };
}

/** Gives the room back that merging has left. */
export function dropFreePages(index: DatabaseSync): void {
  const { pages, free } = prepare<{ pages: number; free: number }>(
    index,
    "SELECT page_count AS pages, freelist_count AS free FROM pragma_page_count, pragma_freelist_count",
  ).get() ?? { pages: 0, free: 0 };
  if (free > pages * MOST_FREE) giveRoomBack(index);
}

/** Empties the write-ahead logs of both files; false while a reader stands in one of them. */
export function dropLogs(index: DatabaseSync, folder: string, name: SegmentName): boolean {
  const file = segmentFile(folder, name);
  return dropLog(index) && (sizeOfFile(`${file}-wal`) === 0 || dropLogOf(folder, name));
}

function dropLogOf(folder: string, name: SegmentName): boolean {
  const { database, tell } = openSegmentToWrite(folder, name);
  try {
    return tell(() => dropLog(database));
  } finally {
    database.close();
  }
}

function dropLog(database: DatabaseSync): boolean {
  database.exec("PRAGMA busy_timeout = 0");
  return prepare<{ busy: number }>(database, "PRAGMA wal_checkpoint (TRUNCATE)").get()?.busy === 0;
}
