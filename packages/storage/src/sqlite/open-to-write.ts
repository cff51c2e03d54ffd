/** Opening the main file for the writer, which brings the folder to this version first. */

import { DatabaseSync } from "node:sqlite";
import { readEpoch, unusable, type Connection } from "./connection.ts";
import { holdFolder } from "./folder.ts";
import { moveOldRows } from "./migrations/move-old-rows.ts";
import type { Reserve } from "./reserve.ts";
import { listsSegments, migrate } from "./schema.ts";
import { removeOrphans } from "./segments/orphans.ts";
import type { SegmentLimits } from "./segments/segment-limits.ts";
import { orClose } from "./statement.ts";

/** @throws StorageUnusableError */
export function openForWriting(folder: string, limits: SegmentLimits, reserve: Reserve): Connection {
  const held = reserve.lend(() => holdFolder(folder));
  try {
    const database = reserve.lend(() => prepareFile(held.file, folder, limits));
    return {
      database,
      epoch: readEpoch(database),
      close() {
        copyLog(database);
        database.close();
        held.release();
      },
    };
  } catch (error) {
    held.release();
    throw unusable(held.file, error);
  }
}

/** A reader that closes after this one would leave the log behind; so at least nothing is in it alone. */
function copyLog(database: DatabaseSync): void {
  try {
    database.exec("PRAGMA wal_checkpoint (PASSIVE)");
  } catch {
    // There is no room in the file: the log keeps it.
  }
}

const BUSY_TIMEOUT_MS = 5_000;
const CACHE_KIB = 8_192;
/** Pages of the log after which a commit also copies them into the database. SQLite's default of 1,000 does it too often for 16 MiB a second. */
const CHECKPOINT_PAGES = 8_000;

function prepareFile(file: string, folder: string, limits: SegmentLimits): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  return orClose(database, () => {
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -${CACHE_KIB}`);
    database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    if (!listsSegments(database)) removeOrphans(folder, []);
    migrate(database, file);
    moveOldRows(database, folder, limits);
    return database;
  });
}
