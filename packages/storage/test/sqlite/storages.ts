/** Storages of a test, each in a folder of its own. */

import { afterEach, beforeEach } from "vitest";
import type { Storage } from "../../src/index.ts";
import { openSqliteStorage, type SqliteOptions } from "../../src/sqlite/index.ts";
import { makeFolder, type TemporaryFolder } from "./folders.ts";

/** A timer's longest: with it as `indexDelayMs`, the storage's own indexer never comes to it. */
export const NEVER_MS = 2 ** 31 - 1;

/** A storage in an empty folder, of each test of a file; both are gone after the test. */
export interface StorageInFolder {
  readonly storage: Storage;
  readonly folder: string;
  /** To be called before `storage` is used, and again when it is closed. */
  open(options?: Partial<SqliteOptions>): Promise<void>;
}

export function useStorage(): StorageInFolder {
  let temporary: TemporaryFolder;
  let storage: Storage;
  beforeEach(() => {
    temporary = makeFolder();
  });
  afterEach(async () => {
    await storage.close();
    temporary.remove();
  });
  return {
    get storage() {
      return storage;
    },
    get folder() {
      return temporary.folder;
    },
    async open(options = {}) {
      storage = await openSqliteStorage({ folder: temporary.folder, ...options });
    },
  };
}
