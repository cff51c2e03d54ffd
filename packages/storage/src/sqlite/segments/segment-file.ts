/**
 * A segment: what one project's devices said in a span of time, in a file of its own that is only ever added to, and
 * dropped as a whole. Beside it lies its index (see ../index/index-file.ts).
 */

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import {
  DamageError,
  DamagedSegmentError,
  noteDamage,
  tellDamageAs,
  tellingDamage,
  type TellDamage,
} from "../damage.ts";
import { StaleSnapshotError, openToRead } from "../open-to-read.ts";
import { orClose, prepare, prepareOnce, type PrepareOnce } from "../statement.ts";
import { LOG_BLOCKS_TABLE, readRowsAsBlocks } from "./log-blocks.ts";

export interface SegmentName {
  /** The project's row. */
  readonly project: number;
  /** Rises in the project, from 1. */
  readonly number: number;
}

/** A segment's place in a map of those of all projects. */
export function segmentKey({ project, number }: SegmentName): string {
  return `${project}/${number}`;
}

export function segmentFile(folder: string, { project, number }: SegmentName): string {
  return join(folder, "segments", String(project), `${number}.db`);
}

export function indexFile(folder: string, { project, number }: SegmentName): string {
  return join(folder, "segments", String(project), `${number}${INDEX_ENDING}`);
}

const INDEX_ENDING = ".index.db";

export function isIndexFile(file: string): boolean {
  return file.endsWith(INDEX_ENDING);
}

/** Bytes on disk, with the index. */
export function sizeOfSegment(folder: string, name: SegmentName): number {
  return filesOf(folder, name).reduce((sum, file) => sum + sizeOfFile(file), 0);
}

export function sizeOfFile(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

export function removeSegment(folder: string, name: SegmentName): void {
  for (const file of filesOf(folder, name)) rmSync(file, { force: true });
}

export function removeIndex(folder: string, name: SegmentName): void {
  for (const file of withLog(indexFile(folder, name))) rmSync(file, { force: true });
}

/** Makes the file, with its tables and in place of what a crash may have left there, and syncs that it exists. */
export function createSegment(folder: string, name: SegmentName): void {
  const file = segmentFile(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  removeSegment(folder, name);
  const database = openDatabase(file, "rwc");
  try {
    database.exec(`BEGIN; ${TABLES} COMMIT`);
  } finally {
    database.close();
  }
  for (const directory of [dirname(file), dirname(dirname(file)), folder]) syncDirectory(directory);
}

/** A segment that is open; whatever meets damage in it throws a {@link DamagedSegmentError}, and that is noted. */
export interface OpenSegment {
  readonly database: DatabaseSync;
  readonly prepared: PrepareOnce;
  /** Guards what is made of its rows. */
  readonly tell: TellDamage;
  /** Whether damage was met. */
  readonly isDamaged: boolean;
}

/** Where it is gone, it isn't made. @throws DamagedSegmentError */
export function openSegmentToWrite(folder: string, name: SegmentName): OpenSegment {
  return openSegment(folder, name, (file) => openDatabase(file, "rw"));
}

/** One of an earlier version as if it were of this. @throws DamagedSegmentError @throws StaleSnapshotError when it is gone. */
export function openSegmentToRead(folder: string, name: SegmentName): OpenSegment {
  const segment = openSegment(folder, name, openToRead);
  return orClose(segment.database, () => {
    readRowsAsBlocks(segment.database, segment.prepared);
    return segment;
  });
}

function openSegment(folder: string, name: SegmentName, open: (file: string) => DatabaseSync): OpenSegment {
  const file = segmentFile(folder, name);
  let isDamaged = false;
  const tell = tellDamageAs((cause) => {
    isDamaged = true;
    noteDamage(file);
    return new DamagedSegmentError(segmentKey(name), cause);
  });
  const database = tell(() => openWhole(file, open));
  return {
    database,
    prepared: tellingDamage(prepareOnce(database), tell),
    tell,
    get isDamaged() {
      return isDamaged;
    },
  };
}

/** A file that was cut to nothing is a database as well, without tables. */
function openWhole(file: string, open: (file: string) => DatabaseSync): DatabaseSync {
  const database = open(file);
  try {
    const tables = prepare(database, "SELECT 1 FROM sqlite_schema WHERE name = 'samples'");
    if (tables.get() === undefined) throw new DamageError("it has no tables");
    return database;
  } catch (error) {
    database.close();
    // It may have been dropped between its opening and its first page.
    throw existsSync(file) ? error : new StaleSnapshotError("a file is gone");
  }
}

function openDatabase(file: string, mode: "rw" | "rwc"): DatabaseSync {
  const url = pathToFileURL(file);
  url.searchParams.set("mode", mode);
  const database = new DatabaseSync(url, { timeout: BUSY_TIMEOUT_MS });
  return orClose(database, () => {
    // The size of pages only means something to a file that is being made.
    database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`);
    database.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
    database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    return database;
  });
}

const BUSY_TIMEOUT_MS = 5_000;
/** Little: rows are added at the end. It has to hold what one group of requests adds. */
const CACHE_KIB = 8_192;
/** Four times SQLite's default: each page is two writes to the log, and so log entries go in half as fast again. */
const PAGE_BYTES = 16_384;
/** Pages of the log, 32 MiB, after which a commit also copies them into the file. Smaller, it would do that too often. */
const CHECKPOINT_PAGES = 2_000;

/** All of a segment that may be there. */
export function filesOf(folder: string, name: SegmentName): readonly string[] {
  return [...withLog(segmentFile(folder, name)), ...withLog(indexFile(folder, name))];
}

function withLog(file: string): readonly string[] {
  return [file, `${file}-wal`, `${file}-shm`];
}

/** Without this a power cut may take the file's name away, and all that was synced in it. */
function syncDirectory(directory: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(directory, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * `delay` is how long after `at` a thing was received. `value` has an affinity that keeps whole numbers small. What has
 * to be durable together with the data is here too, and overlays the main file until the segment is closed:
 * `missed` counts what was missed since the segment began.
 */
const TABLES = `${LOG_BLOCKS_TABLE}
  CREATE TABLE markers (
    id INTEGER PRIMARY KEY,
    device INTEGER,
    session INTEGER,
    at INTEGER NOT NULL,
    delay INTEGER NOT NULL,
    name TEXT NOT NULL,
    fields TEXT,
    by TEXT
  );
  CREATE TABLE samples (
    number INTEGER PRIMARY KEY,
    variable INTEGER NOT NULL,
    at INTEGER NOT NULL,
    delay INTEGER NOT NULL,
    value REAL NOT NULL
  );
  CREATE TABLE progress (
    session INTEGER PRIMARY KEY,
    device INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL,
    missed INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
  );
  CREATE INDEX progress_by_device ON progress (device);
  CREATE TABLE reported (
    variable INTEGER PRIMARY KEY,
    value REAL NOT NULL,
    at INTEGER NOT NULL,
    received_at INTEGER NOT NULL
  );
  CREATE TABLE span (first_received_at INTEGER, last_received_at INTEGER);
  INSERT INTO span VALUES (NULL, NULL);
`;
