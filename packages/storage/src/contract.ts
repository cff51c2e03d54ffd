/** `@wheelhouse/storage/contract`: the behaviour every storage adapter shares, as a vitest suite. */

import { afterEach, beforeEach, describe } from "vitest";
import { accountContract } from "./contract/accounts.ts";
import { credentialContract } from "./contract/accounts-credentials.ts";
import { memberContract } from "./contract/accounts-members.ts";
import { passwordResetContract } from "./contract/accounts-password-resets.ts";
import { batchContract } from "./contract/batches.ts";
import { durabilityContract } from "./contract/durability.ts";
import { entryContract } from "./contract/entries.ts";
import type { Subject } from "./contract/subject.ts";
import { historyContract } from "./contract/history.ts";
import { logContract } from "./contract/logs.ts";
import { markerContract } from "./contract/markers.ts";
import { retentionContract } from "./contract/retention.ts";
import { sampleContract } from "./contract/samples.ts";
import { sessionContract } from "./contract/sessions.ts";
import { writePageContract } from "./contract/write-pages.ts";
import { writeContract } from "./contract/writes.ts";
import type { Storage } from "./ports.ts";

/** How the suite gets at an adapter. */
export interface StorageAdapter {
  /** Opens empty data of its own. */
  open(): Promise<OpenedAdapter>;
}

export interface OpenedAdapter {
  readonly storage: Storage;
  /** Opens the same data again, after the storage before was closed. */
  reopen(): Promise<Storage>;
  /** Removes the data; every storage of it is closed by then. */
  dispose(): Promise<void>;
}

/**
 * Runs the suite against an adapter, in a file that vitest runs.
 *
 * @example
 * storageContract("memory", {
 *   async open() {
 *     const disk = memoryDisk();
 *     const reopen = () => openMemoryStorage({ disk });
 *     return { storage: await reopen(), reopen, dispose: async () => {} };
 *   },
 * });
 */
export function storageContract(name: string, adapter: StorageAdapter): void {
  describe(`storage contract: ${name}`, () => {
    let opened: OpenedAdapter;
    let storage: Storage;
    const subject: Subject = {
      get storage() {
        return storage;
      },
      async reopen() {
        await storage.close();
        storage = await opened.reopen();
      },
    };
    beforeEach(async () => {
      opened = await adapter.open();
      storage = opened.storage;
    });
    afterEach(async () => {
      await storage.close();
      await opened.dispose();
    });
    accountContract(subject);
    credentialContract(subject);
    memberContract(subject);
    passwordResetContract(subject);
    sessionContract(subject);
    batchContract(subject);
    writeContract(subject);
    writePageContract(subject);
    logContract(subject);
    markerContract(subject);
    historyContract(subject);
    sampleContract(subject);
    entryContract(subject);
    retentionContract(subject);
    durabilityContract(subject);
  });
}
