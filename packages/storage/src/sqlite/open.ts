/** The ports on top of the threads: what writes goes to the writer, what reads to the readers. */

import { resolve } from "node:path";
import {
  StorageClosedError,
  StorageFailedError,
  type AccountStorage,
  type DeviceBatch,
  type DeviceStorage,
  type Storage,
  type StoredBatch,
  type WriteQuery,
  type WriteRecord,
} from "../ports.ts";
import type { AppendedBatch } from "./batches.ts";
import { toLogRecords } from "../rules/logs.ts";
import { toMarkerRecords } from "../rules/markers.ts";
import type { ThreadOptions, ThreadRole } from "./messages.ts";
import { toParcel } from "./parcel.ts";
import type { ReaderCalls } from "./reader.ts";
import { threadWhenNeeded, type LaterThread } from "./later-thread.ts";
import { openThread, startThread, type DatabaseThread, type StartedThread } from "./thread-client.ts";
import type { CheckpointerCalls } from "./segments/serve-checkpointer.ts";
import type { SegmentName } from "./segments/segment-file.ts";
import type { WriterCalls } from "./writer.ts";

export interface SqliteOptions {
  /** The data folder, made when it is missing. */
  readonly folder: string;
  /** Called once if the storage breaks down by itself: from then on each call rejects, and it is to be opened anew. */
  readonly onFailed?: (error: StorageFailedError) => void;
  /** A segment of this size is closed, and the next begun. Default: {@link SEGMENT_BYTES}. */
  readonly segmentBytes?: number;
  /** So is one that has been added to for this long. Default: {@link SEGMENT_AGE_MS}. */
  readonly segmentAgeMs?: number;
  /** What is stored waits this long for more before it is indexed: few steps for much cost less than many. Default: {@link INDEX_DELAY_MS}. */
  readonly indexDelayMs?: number;
}

export const SEGMENT_BYTES = 128 * 1_024 * 1_024;
export const SEGMENT_AGE_MS = 86_400_000;
export const INDEX_DELAY_MS = 4_000;

/**
 * Opens the data in a folder, which nobody else can open until it is closed or the process ends. Whoever opens it while this
 * program is still closing it, or has just lost one of its threads, waits for that.
 *
 * @throws StorageUnusableError when the folder can't be written, is held already, or its data is of a newer version.
 */
export async function openSqliteStorage(options: SqliteOptions): Promise<Storage> {
  const place = resolve(options.folder);
  await leaving.get(place);
  const crew: { abandon(error: StorageFailedError): Promise<void> }[] = [];
  let failure: StorageFailedError | undefined;
  function fail(cause: StorageFailedError): void {
    if (failure !== undefined) return;
    failure = cause;
    leave(place, ...crew.map((thread) => thread.abandon(cause)));
    options.onFailed?.(cause);
  }
  function join<T extends { abandon(error: StorageFailedError): Promise<void> }>(thread: T): T {
    crew.push(thread);
    if (failure !== undefined) leave(place, thread.abandon(failure));
    return thread;
  }
  const started = (["writer", "reader"] as const).map((role) => startThread(toThreadOptions(role, options)));
  const [first, second] = started as [StartedThread, StartedThread];
  try {
    const begin = (role: ThreadRole) => startThread(toThreadOptions(role, options));
    const checkpointer = join(threadWhenNeeded<CheckpointerCalls>(() => begin("checkpointer"), fail));
    const writer = join(
      await openThread<WriterCalls>(first, fail, (grown) => checkpoint(checkpointer, grown)),
    );
    const reader = join(await openThread<ReaderCalls>(second, fail));
    const searcher = join(threadWhenNeeded<ReaderCalls>(() => begin("searcher"), fail));
    const indexer = join(
      threadWhenNeeded<Record<never, never>>(
        () => begin("indexer"),
        fail,
        options.indexDelayMs ?? INDEX_DELAY_MS,
      ),
    );
    const storage = toStorage({ writer, reader, searcher, indexer, checkpointer });
    return {
      ...storage,
      close() {
        const closed = storage.close();
        leave(place, closed);
        return closed;
      },
    };
  } catch (error) {
    // Whoever opens it hears of it by this error alone, and not by `onFailed` too.
    const cause = new StorageFailedError("the storage couldn't be opened", { cause: error });
    await Promise.all(crew.map((thread) => thread.abandon(cause)));
    await Promise.all(started.map(({ worker }) => worker.terminate()));
    throw error;
  }
}

/** A segment may be gone, or its disk full by then: the writer, which does the rest, hears of it where it matters. */
function checkpoint(checkpointer: Threads["checkpointer"], grown: readonly SegmentName[]): void {
  for (const segment of grown) checkpointer.ask("checkpoint", segment).catch(() => {});
}

/** The folders that threads of this program are still letting go of. */
const leaving = new Map<string, Promise<unknown>>();

function leave(place: string, ...left: readonly Promise<void>[]): void {
  const allLeft = Promise.allSettled([leaving.get(place), ...left]);
  leaving.set(place, allLeft);
  void allLeft.finally(() => leaving.get(place) === allLeft && leaving.delete(place));
}

function toThreadOptions(role: ThreadRole, options: SqliteOptions): ThreadOptions {
  const { folder, segmentBytes, segmentAgeMs } = options;
  const limits = { maxBytes: segmentBytes ?? SEGMENT_BYTES, maxAgeMs: segmentAgeMs ?? SEGMENT_AGE_MS };
  return { role, folder, limits };
}

/** Of a batch, what gets ids. The rest isn't kept until it is stored. */
type SaidEntries = Pick<DeviceBatch, "project" | "device" | "session" | "logs" | "markers">;

/** Its log entries are many, and mostly nobody asks for them back. */
class StoredSaid implements StoredBatch {
  readonly markers: StoredBatch["markers"];
  readonly writes: StoredBatch["writes"];
  readonly #said: SaidEntries;
  readonly #firstEntry: number;
  #logs: StoredBatch["logs"] | undefined;

  constructor(said: SaidEntries, { firstEntry, writes }: AppendedBatch) {
    this.#said = said;
    this.#firstEntry = firstEntry;
    this.markers = toMarkerRecords(said, firstEntry + said.logs.length);
    this.writes = writes;
  }

  get logs(): StoredBatch["logs"] {
    return (this.#logs ??= toLogRecords(this.#said, this.#firstEntry));
  }
}

interface Threads {
  readonly writer: DatabaseThread<WriterCalls>;
  readonly reader: DatabaseThread<ReaderCalls>;
  /** These start when they are first needed, since that takes most of the time in which a storage opens. */
  readonly searcher: LaterThread<ReaderCalls>;
  readonly indexer: LaterThread<Record<never, never>>;
  readonly checkpointer: LaterThread<CheckpointerCalls>;
}

function toStorage(threads: Threads): Storage {
  const { writer, reader, searcher, indexer, checkpointer } = threads;
  let isClosed = false;
  return {
    epoch: writer.epoch,
    accounts: toAccounts(threads),
    devices: toDevices(threads, () => isClosed),
    async close() {
      isClosed = true;
      // What the indexer is at may take seconds, and is taken up again.
      await Promise.all([
        reader.close(),
        searcher.close(),
        indexer.stop(),
        checkpointer.close(),
        writer.close(),
      ]);
    },
  };
}

function toAccounts({ writer, reader }: Threads): AccountStorage {
  return {
    countUsers: (...args) => reader.ask("countUsers", ...args),
    register: (...args) => writer.ask("register", ...args),
    userByEmail: (...args) => reader.ask("userByEmail", ...args),
    userById: (...args) => reader.ask("userById", ...args),
    memberships: (...args) => reader.ask("memberships", ...args),
    setRetention: (...args) => writer.ask("setRetention", ...args),
    setPassword: (...args) => writer.ask("setPassword", ...args),
    addPasswordReset: (...args) => writer.ask("addPasswordReset", ...args),
    passwordReset: (...args) => reader.ask("passwordReset", ...args),
    resetPassword: (...args) => writer.ask("resetPassword", ...args),
    addWebSession: (...args) => writer.ask("addWebSession", ...args),
    webSessions: (...args) => reader.ask("webSessions", ...args),
    sessionHolder: (...args) => reader.ask("sessionHolder", ...args),
    touchWebSession: (...args) => writer.ask("touchWebSession", ...args),
    removeWebSession: (...args) => writer.ask("removeWebSession", ...args),
    addKnownDevice: (...args) => writer.ask("addKnownDevice", ...args),
    knownDevice: (...args) => reader.ask("knownDevice", ...args),
    forgetKnownDevices: (...args) => writer.ask("forgetKnownDevices", ...args),
    addToken: (...args) => writer.ask("addToken", ...args),
    tokens: (...args) => reader.ask("tokens", ...args),
    tokenHolder: (...args) => reader.ask("tokenHolder", ...args),
    touchToken: (...args) => writer.ask("touchToken", ...args),
    removeToken: (...args) => writer.ask("removeToken", ...args),
    addProject: (...args) => writer.ask("addProject", ...args),
    renameProject: (...args) => writer.ask("renameProject", ...args),
    members: (...args) => reader.ask("members", ...args),
    setRole: (...args) => writer.ask("setRole", ...args),
    removeMember: (...args) => writer.ask("removeMember", ...args),
    addInvitation: (...args) => writer.ask("addInvitation", ...args),
    invitations: (...args) => reader.ask("invitations", ...args),
    invitation: (...args) => reader.ask("invitation", ...args),
    removeInvitation: (...args) => writer.ask("removeInvitation", ...args),
    acceptInvitation: (...args) => writer.ask("acceptInvitation", ...args),
    registerInvited: (...args) => writer.ask("registerInvited", ...args),
    addDeviceKey: (...args) => writer.ask("addDeviceKey", ...args),
    deviceKeys: (...args) => reader.ask("deviceKeys", ...args),
    validDeviceKey: (...args) => reader.ask("validDeviceKey", ...args),
    revokeDeviceKey: (...args) => writer.ask("revokeDeviceKey", ...args),
  };
}

function toDevices({ writer, reader, searcher, indexer }: Threads, isClosed: () => boolean): DeviceStorage {
  async function toStored(said: SaidEntries, appended: Promise<AppendedBatch>): Promise<StoredBatch> {
    const stored = new StoredSaid(said, await appended);
    indexer.notify();
    return stored;
  }

  /** The writer answers in the order in which it is asked. */
  let lastStored: Promise<unknown> = Promise.resolve();
  const store: typeof writer.ask = (call, ...args) => {
    const stored = writer.ask(call, ...args);
    lastStored = stored;
    return stored;
  };

  return {
    openSession: (opening) => store("openSession", opening),
    closeSession: (closing) => store("closeSession", closing),
    append(batch) {
      const { project, device, session, logs, markers } = batch;
      return toStored({ project, device, session, logs, markers }, store("append", toParcel(batch)));
    },
    // Entries are answered for in the order of their ids, so what is quick mustn't overtake `append`: these wait as it does.
    change: async (change) => await store("change", change),
    updateWrites: async (updates) => await store("updateWrites", updates),
    expireWrites: async (at) => await store("expireWrites", at),
    addMarker: async (marker) => await store("addMarker", marker),
    updateDevice: (update) => store("updateDevice", update),
    devices: (project) => reader.ask("devices", project),
    async deviceState(address) {
      await Promise.allSettled([lastStored]);
      return reader.ask("deviceState", address);
    },
    sessions: (query) => reader.ask("sessions", query),
    history: (query) => searcher.ask("history", query),
    samples: (query) => searcher.ask("samples", query),
    logs: (query) => searcher.ask("logs", query),
    markers: (query) => searcher.ask("markers", query),
    writes: (query) => wholePage(reader, query),
    write: (project, id) => reader.ask("write", project, id),
    async lastEntry() {
      if (isClosed()) throw new StorageClosedError("the storage is closed");
      return writer.lastEntry;
    },
    entriesAfter: (project, entry, limit) =>
      reader.ask("entriesBetween", project, entry, writer.lastEntry, limit),
    async retain(now) {
      const dropped = await store("retain", now);
      indexer.notify();
      if (isClosed()) return dropped;
      if (searcher.isStarted) await searcher.ask("closeDropped");
      await reader.ask("closeDropped");
      return dropped;
    },
    status() {
      indexer.notify();
      return reader.ask("status");
    },
  };
}

/** A page of writes, found by steps: between two of them the reader answers others. */
async function wholePage(
  reader: DatabaseThread<ReaderCalls>,
  query: WriteQuery,
): Promise<readonly WriteRecord[]> {
  const found: WriteRecord[] = [];
  let rest = query;
  for (;;) {
    const { writes, next } = await reader.ask("writes", rest);
    for (const write of writes) found.push(write);
    if (next === null || found.length >= query.limit) return found;
    const place = query.order === "oldest" ? { after: next } : { before: next };
    rest = { ...query, ...place, limit: query.limit - found.length };
  }
}
