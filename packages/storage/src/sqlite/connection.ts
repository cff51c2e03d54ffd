/** Opening the database for one of the two threads. */

import { DatabaseSync } from "node:sqlite";
import { StorageUnusableError } from "../ports.ts";
import { databaseFile, holdFolder } from "./folder.ts";
import { migrate } from "./schema.ts";

export interface Connection {
  readonly database: DatabaseSync;
  readonly epoch: string;
  close(): void;
}

/** @throws StorageUnusableError */
export function openForWriting(folder: string): Connection {
  const held = holdFolder(folder);
  try {
    const database = prepareFile(held.file);
    return {
      database,
      epoch: readEpoch(database),
      close() {
        database.close();
        held.release();
      },
    };
  } catch (error) {
    held.release();
    throw unusable(held.file, error);
  }
}

/** The writer must have opened the folder before. @throws StorageUnusableError */
export function openForReading(folder: string): Connection {
  const file = databaseFile(folder);
  try {
    const database = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    return { database, epoch: readEpoch(database), close: () => database.close() };
  } catch (error) {
    throw unusable(file, error);
  }
}

/** A reader waits this long for the moments in which WAL recovery or a reset of the log holds it up. */
const BUSY_TIMEOUT_MS = 5_000;
const CACHE_KIB = 65_536;
/** Pages of the log after which a commit also copies them into the database. SQLite's default of 1,000 does it too often for 16 MiB a second. */
const CHECKPOINT_PAGES = 8_000;

function prepareFile(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -${CACHE_KIB}`);
    database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    migrate(database, file);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function readEpoch(database: DatabaseSync): string {
  return (database.prepare("SELECT epoch FROM data").get() as { epoch: string }).epoch;
}

function unusable(file: string, error: unknown): StorageUnusableError {
  if (error instanceof StorageUnusableError) return error;
  return new StorageUnusableError(`the data file ${file} can't be used: ${(error as Error).message}`);
}
