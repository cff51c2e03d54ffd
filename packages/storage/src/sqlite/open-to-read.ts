/** Opening a file that another thread writes. */

import { DatabaseSync } from "node:sqlite";
import { orClose } from "./statement.ts";

/** @throws StaleSnapshotError when the file is gone. */
export function openToRead(file: string): DatabaseSync {
  const database = open(file);
  return orClose(database, () => {
    database.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA mmap_size = ${MAPPED_BYTES}`);
    return database;
  });
}

function open(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    if ((error as { errcode?: number }).errcode === SQLITE_CANTOPEN)
      throw new StaleSnapshotError("a file is gone");
    throw error;
  }
}

const SQLITE_CANTOPEN = 14;
/** A reader waits this long for the moments in which WAL recovery or a reset of the log holds it up. */
const BUSY_TIMEOUT_MS = 5_000;
/** Little, since many are open at a time; what is read again is in the system's cache, and mapped. */
const CACHE_KIB = 4_096;
const MAPPED_BYTES = 268_435_456;

/** The files changed between the snapshots of two of them; on new ones the same request will do. */
export class StaleSnapshotError extends Error {
  override readonly name = "StaleSnapshotError";
  readonly code = "stale_snapshot";
}
