/**
 * Room on the disk that is kept for when there is no other: what frees room needs some itself, if only to note what it
 * is about to do.
 */

import { randomFillSync } from "node:crypto";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { primaryCode } from "./result-code.ts";
import { sizeOfFile } from "./segments/segment-file.ts";

export interface Reserve {
  /** Runs it, and where there is no room for it, again with the reserve's. What it wrote has to be undone when it throws. */
  lend<Result>(run: () => Result): Result;
  /** Runs it with the reserve's room, and takes back what is left of that before anybody else can. */
  withRoom<Result>(run: () => Result): Result;
  /** Takes the room, or as much of it as there is. Costs nothing where it is taken. */
  fill(): void;
}

export const RESERVE_FILE = "reserve";
export const RESERVE_BYTES = 4 * 1_024 * 1_024;

export function diskReserve(folder: string): Reserve {
  const file = join(folder, RESERVE_FILE);

  function withRoom<Result>(run: () => Result): Result {
    rmSync(file, { force: true });
    try {
      return run();
    } finally {
      fill();
    }
  }

  function fill(): void {
    const size = sizeOfFile(file);
    if (size < RESERVE_BYTES) grow(file, size);
  }

  return {
    lend(run) {
      try {
        return run();
      } catch (error) {
        if (!mayNeedRoom(error) || sizeOfFile(file) === 0) throw error;
        return withRoom(run);
      }
    },
    withRoom,
    fill,
  };
}

/** Whether something failed for want of room. */
export function isOutOfRoom(error: unknown): boolean {
  const { code = "", errcode, cause } = error as SystemError;
  return errcode === SQLITE_FULL || OUT_OF_ROOM.has(code) || (cause instanceof Error && isOutOfRoom(cause));
}

/** What to tell of that, and what helps. */
export function noRoomFor(path: string): string {
  return `the disk has no room left for ${path}: make some, and start again`;
}

/** SQLite tells of quotas, and limits on the size of files, as of any failure to write. */
function mayNeedRoom(error: unknown): boolean {
  return isOutOfRoom(error) || primaryCode(error) === SQLITE_IOERR;
}

interface SystemError {
  readonly code?: string;
  readonly errcode?: number;
  readonly cause?: unknown;
}

const OUT_OF_ROOM: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);
const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;

const STEP_BYTES = 262_144;

/** Noise, since zeros take no room where files are compressed. */
function grow(file: string, size: number): void {
  const noise = randomFillSync(Buffer.allocUnsafe(STEP_BYTES));
  try {
    const descriptor = openSync(file, "a");
    try {
      for (let bytes = size; bytes < RESERVE_BYTES;)
        bytes += writeSync(descriptor, noise, 0, Math.min(STEP_BYTES, RESERVE_BYTES - bytes));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // There isn't more room: it is as big as it could be.
  }
}
