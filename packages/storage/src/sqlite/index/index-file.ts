/**
 * The index of a segment: what finds log entries, and histories in chunks. It lies in a file of its own, is written
 * behind the segment by the indexer only, and can be made anew from it at any time.
 */

import { DatabaseSync } from "node:sqlite";
import { orClose } from "../statement.ts";

/** Opens it for writing, and makes it where it is missing. */
export function openIndex(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  return orClose(database, () => {
    // It may fall behind after a power cut: what is missing is indexed again.
    database.exec(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -${CACHE_KIB}`,
    );
    database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    const { user_version: version } = database.prepare("PRAGMA user_version").get() as {
      user_version: number;
    };
    if (version === 0) database.exec(`BEGIN; ${TABLES} PRAGMA user_version = ${VERSION}; COMMIT`);
    else if (version !== VERSION) throw new Error(`index version ${version} instead of ${VERSION}`);
    return database;
  });
}

/** Raised when the tables change: an index of another version is made anew. */
export const VERSION = 1;

const BUSY_TIMEOUT_MS = 5_000;
const CACHE_KIB = 4_096;
const CHECKPOINT_PAGES = 8_000;

/**
 * `through` says up to which log entry and sample all is in the other tables; `complete` that the segment is closed and
 * nothing is missing.
 *
 * `texts` has a document for up to eight entries whose ids have the same eighth (see log-indexing.ts): what it finds is
 * looked at again in the segment, so it needs neither positions nor the text itself. Ranges of ids may hold other
 * entries too. A run has the samples that were indexed at one go, each variable's in chunks of its own; runs are merged.
 */
const TABLES = `
  CREATE TABLE through (entry INTEGER NOT NULL, sample INTEGER NOT NULL, complete INTEGER NOT NULL);
  INSERT INTO through VALUES (0, 0, 0);

  CREATE VIRTUAL TABLE texts USING fts5 (
    messages, content = '', columnsize = 0, detail = none, tokenize = 'trigram case_sensitive 1'
  );
  CREATE TABLE blocks (
    first_id INTEGER PRIMARY KEY,
    last_id INTEGER NOT NULL,
    min_at INTEGER NOT NULL,
    max_at INTEGER NOT NULL
  );
  CREATE TABLE notes (id INTEGER PRIMARY KEY, device INTEGER NOT NULL, level INTEGER NOT NULL);
  CREATE INDEX notes_by_device ON notes (device);
  CREATE TABLE device_ranges (
    device INTEGER NOT NULL,
    first_id INTEGER NOT NULL,
    last_id INTEGER NOT NULL,
    PRIMARY KEY (device, first_id)
  ) WITHOUT ROWID;
  CREATE TABLE session_ranges (session INTEGER PRIMARY KEY, first_id INTEGER NOT NULL, last_id INTEGER NOT NULL);

  CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    tier INTEGER NOT NULL,
    first_chunk INTEGER NOT NULL,
    last_chunk INTEGER NOT NULL
  );
  CREATE TABLE chunks (
    id INTEGER PRIMARY KEY,
    variable INTEGER NOT NULL,
    from_at INTEGER NOT NULL,
    to_at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    numbers INTEGER NOT NULL,
    lowest REAL,
    lowest_at INTEGER,
    highest REAL,
    highest_at INTEGER,
    samples BLOB NOT NULL
  );
  CREATE INDEX chunks_by_variable ON chunks (variable);
`;
