/** The ports on top of the two threads: what writes goes to the writer, what reads to the reader. */

import type { AccountStorage, DeviceStorage, Storage, StorageFailedError } from "../ports.ts";
import { toLogRecords } from "../rules/logs.ts";
import type { ReaderCalls } from "./reader.ts";
import { openThread, startThread, type DatabaseThread } from "./thread-client.ts";
import type { WriterCalls } from "./writer.ts";

export interface SqliteOptions {
  /** The data folder, made when it is missing. */
  readonly folder: string;
  /** Called once if the storage breaks down by itself: from then on each call rejects, and it is to be opened anew. */
  readonly onFailed?: (error: StorageFailedError) => void;
}

/**
 * Opens the data in a folder, which nobody else can open until it is closed or the process ends.
 *
 * @throws StorageUnusableError when the folder can't be written, is held already, or its data is of a newer version.
 */
export async function openSqliteStorage({ folder, onFailed }: SqliteOptions): Promise<Storage> {
  const threads: { abandon(error: StorageFailedError): void }[] = [];
  let failure: StorageFailedError | undefined;
  function fail(error: StorageFailedError): void {
    if (failure !== undefined) return;
    failure = error;
    for (const thread of threads) thread.abandon(error);
    onFailed?.(error);
  }
  const started = [startThread("writer", folder), startThread("reader", folder)] as const;
  try {
    const writer = await openThread<WriterCalls>(started[0], fail);
    threads.push(writer);
    const reader = await openThread<ReaderCalls>(started[1], fail);
    threads.push(reader);
    if (failure !== undefined) reader.abandon(failure);
    return toStorage(writer, reader);
  } catch (error) {
    await Promise.all(started.map(({ worker }) => worker.terminate()));
    throw error;
  }
}

type Writer = DatabaseThread<WriterCalls>;
type Reader = DatabaseThread<ReaderCalls>;

function toStorage(writer: Writer, reader: Reader): Storage {
  return {
    epoch: writer.epoch,
    accounts: toAccounts(writer, reader),
    devices: toDevices(writer, reader),
    async close() {
      await Promise.all([reader.close(), writer.close()]);
    },
  };
}

function toAccounts(writer: Writer, reader: Reader): AccountStorage {
  return {
    countUsers: () => reader.ask("countUsers"),
    register: (user, project, key) => writer.ask("register", user, project, key),
    userByEmail: (email) => reader.ask("userByEmail", email),
    userById: (id) => reader.ask("userById", id),
    memberships: (user) => reader.ask("memberships", user),
    addWebSession: (session) => writer.ask("addWebSession", session),
    webSession: (tokenHash) => reader.ask("webSession", tokenHash),
    removeWebSession: (tokenHash) => writer.ask("removeWebSession", tokenHash),
    addDeviceKey: (key) => writer.ask("addDeviceKey", key),
    deviceKeys: (project) => reader.ask("deviceKeys", project),
    validDeviceKey: (key) => reader.ask("validDeviceKey", key),
    revokeDeviceKey: (project, id, at) => writer.ask("revokeDeviceKey", project, id, at),
  };
}

function toDevices(writer: Writer, reader: Reader): DeviceStorage {
  return {
    openSession: (opening) => writer.ask("openSession", opening),
    closeSession: (closing) => writer.ask("closeSession", closing),
    async append(batch) {
      const { firstLog, writes } = await writer.ask("append", batch);
      return { logs: toLogRecords(batch, firstLog), writes };
    },
    change: (change) => writer.ask("change", change),
    updateWrites: (updates) => writer.ask("updateWrites", updates),
    devices: (project) => reader.ask("devices", project),
    deviceState: (address) => reader.ask("deviceState", address),
    history: (query) => reader.ask("history", query),
    logs: (query) => reader.ask("logs", query),
    writes: (query) => reader.ask("writes", query),
    lastEntry: () => reader.ask("lastEntry"),
    entriesAfter: (project, entry, limit) => reader.ask("entriesAfter", project, entry, limit),
  };
}
