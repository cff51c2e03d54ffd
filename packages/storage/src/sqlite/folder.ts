/** The data folder: made when missing, refused when it can't be written or another server holds it. */

import { accessSync, constants, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StorageUnusableError } from "../ports.ts";
import { isOutOfRoom, noRoomFor } from "./reserve.ts";

export interface HeldFolder {
  /** The database's file. */
  readonly file: string;
  release(): void;
}

/** The file of a data folder without which there is no data in it. */
export function databaseFile(folder: string): string {
  return join(folder, "wheelhouse.db");
}

/**
 * Makes the folder where it is missing and holds it until it is released or the process ends, however it ends.
 *
 * @throws StorageUnusableError when it can't be made or written, or is held already.
 */
export function holdFolder(folder: string): HeldFolder {
  makeWritable(folder);
  const lock = lockFolder(folder);
  const pidFile = join(folder, PID_FILE);
  try {
    writeFileSync(pidFile, `${process.pid}\n`);
  } catch {
    // The disk may be full; what can be done about that is for whoever opens the data.
  }
  return {
    file: databaseFile(folder),
    release() {
      rmSync(pidFile, { force: true });
      lock.close();
    },
  };
}

/** Who holds the folder, for the message to the next one only. */
const PID_FILE = "lock.pid";

function makeWritable(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw notWritable(folder, error);
  }
}

/** With those above it. One by one: Node.js' own way tries for ever where the system has no room for folders (`/proc`). */
function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Somebody else may have been quicker.
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function notWritable(folder: string, error: unknown): StorageUnusableError {
  return new StorageUnusableError(`the data folder ${folder} can't be written: ${(error as Error).message}`);
}

/**
 * Holds an exclusive lock on a small database beside the data: the system takes such a lock away when its process
 * dies, also by kill -9, so there is never a stale one. Nothing is written to it, so nothing is left to recover.
 */
function lockFolder(folder: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(folder, "lock.db"), { timeout: 0 });
    lock.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return lock;
  } catch (error) {
    lock?.close();
    throw new StorageUnusableError(whyNotLocked(folder, error), { cause: error });
  }
}

function whyNotLocked(folder: string, error: unknown): string {
  const { errcode, message } = error as Error & { readonly errcode?: number };
  if (errcode === SQLITE_BUSY)
    return `the data folder ${folder} is held by another Wheelhouse${holderOf(folder)}`;
  if (isOutOfRoom(error)) return noRoomFor(folder);
  return `the data folder ${folder} can't be locked: ${message}`;
}

/** The pid isn't in `lock.db`: reading that file and closing it again would drop this process's own lock (fcntl). */
function holderOf(folder: string): string {
  try {
    const pid = readFileSync(join(folder, PID_FILE), "utf8").trim();
    return pid === "" ? "" : ` (process ${pid})`;
  } catch {
    return "";
  }
}

const SQLITE_BUSY = 5;
