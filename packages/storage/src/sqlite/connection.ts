/** The main file as a thread has it open. */

import type { DatabaseSync } from "node:sqlite";
import { StorageUnusableError } from "../ports.ts";
import { databaseFile } from "./folder.ts";
import { openToRead } from "./open-to-read.ts";
import { isOutOfRoom, noRoomFor } from "./reserve.ts";

export interface Connection {
  readonly database: DatabaseSync;
  readonly epoch: string;
  close(): void;
}

/** The writer must have opened the folder before. @throws StorageUnusableError */
export function openForReading(folder: string): Connection {
  const file = databaseFile(folder);
  try {
    const database = openToRead(file);
    return { database, epoch: readEpoch(database), close: () => database.close() };
  } catch (error) {
    throw unusable(file, error);
  }
}

export function readEpoch(database: DatabaseSync): string {
  return (database.prepare("SELECT epoch FROM data").get() as { epoch: string }).epoch;
}

export function unusable(file: string, error: unknown): StorageUnusableError {
  if (error instanceof StorageUnusableError) return error;
  if (isOutOfRoom(error)) return new StorageUnusableError(noRoomFor(file), { cause: error });
  return new StorageUnusableError(`the data file ${file} can't be used: ${(error as Error).message}`);
}
