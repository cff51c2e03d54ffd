/**
 * What the server asks of a storage, whichever engine is behind it. Every call is asynchronous; one that writes
 * resolves only when what it wrote is durable. `contract.ts` holds every adapter to the same behaviour.
 *
 * A call that names what isn't stored (a project, a session, an undeclared variable), or stores an id a second time,
 * rejects with a `TypeError` and leaves nothing behind: the caller is wrong, and trying again won't help.
 */

import type { JsonObject, JsonValue, KindName, LogLevel, VariableDeclaration } from "@wheelhouse/protocol";

/** Milliseconds since 1970. */
export type Time = number;

export interface Storage {
  /** A random name of this data, made with it: entry ids of different epochs can't be compared. */
  readonly epoch: string;
  readonly accounts: AccountStorage;
  readonly devices: DeviceStorage;
  /** Ends after everything asked before is done. Calls after it reject with {@link StorageClosedError}. */
  close(): Promise<void>;
}

// Accounts

export interface UserRecord {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly createdAt: Time;
}

export type RoleName = "viewer" | "editor" | "owner";

export interface ProjectRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Time;
}

export interface DeviceKeyRecord {
  readonly id: string;
  readonly project: string;
  readonly key: string;
  readonly name: string;
  readonly createdAt: Time;
  readonly revokedAt: Time | null;
}

/** A log-in. The cookie's value is never stored, only its hash. */
export interface WebSessionRecord {
  readonly tokenHash: string;
  readonly user: string;
  readonly createdAt: Time;
  readonly expiresAt: Time;
}

export interface Membership {
  readonly project: ProjectRecord;
  readonly role: RoleName;
}

export interface AccountStorage {
  countUsers(): Promise<number>;
  /** Stores a user with a first project (as its owner) and a first key, all or nothing. */
  register(user: UserRecord, project: ProjectRecord, key: DeviceKeyRecord): Promise<"registered" | "exists">;
  /** `email` in lower case. */
  userByEmail(email: string): Promise<UserRecord | undefined>;
  userById(id: string): Promise<UserRecord | undefined>;
  /** A user's projects, oldest first. */
  memberships(user: string): Promise<readonly Membership[]>;

  addWebSession(session: WebSessionRecord): Promise<void>;
  webSession(tokenHash: string): Promise<WebSessionRecord | undefined>;
  removeWebSession(tokenHash: string): Promise<void>;

  addDeviceKey(key: DeviceKeyRecord): Promise<void>;
  /** Revoked ones included, oldest first. */
  deviceKeys(project: string): Promise<readonly DeviceKeyRecord[]>;
  /** The record of a key that is valid now. */
  validDeviceKey(key: string): Promise<DeviceKeyRecord | undefined>;
  revokeDeviceKey(project: string, id: string, at: Time): Promise<DeviceKeyRecord | undefined>;
}

// Devices

/** A device's id within its project. */
export interface DeviceAddress {
  readonly project: string;
  readonly device: string;
}

export interface DeviceRecord extends DeviceAddress {
  readonly name: string | null;
  readonly app: string | null;
  readonly build: string | null;
  readonly tags: readonly string[];
  readonly firstSeen: Time;
  readonly lastSeen: Time;
}

/** A device that begins or resumes a run. Fields that are absent keep what is stored. */
export interface SessionOpening extends DeviceAddress {
  readonly name?: string;
  readonly app?: string;
  readonly build?: string;
  readonly tags?: readonly string[];
  readonly at: Time;
  /** The id a new session gets. */
  readonly newSession: string;
  /** The session to go on with, resumed only if it is this device's, not ended for good, and not silent since before `resumeAfter`. */
  readonly resume?: string;
  readonly resumeAfter: Time;
}

export interface OpenedSession {
  readonly session: string;
  readonly resumed: boolean;
  /** Highest `seq` of the session whose line is durable or was refused; 0 for a new one. */
  readonly acknowledged: number;
  /** Sequence numbers of the session that were skipped so far. */
  readonly missed: number;
}

/** A session of which no more is expected (`bye`), or one that only lost its connection and may be resumed. */
export interface SessionClosing {
  readonly session: string;
  readonly at: Time;
  readonly reason: string;
  readonly resumable: boolean;
}

export interface StoredVariable {
  readonly declaration: VariableDeclaration;
  /** The type name a dialect-1 device sent last; null for dialect 2. */
  readonly type: string | null;
  readonly reported: { readonly value: JsonValue; readonly at: Time; readonly receivedAt: Time } | null;
}

export interface Sample {
  readonly name: string;
  readonly value: JsonValue;
  readonly at: Time;
  readonly receivedAt: Time;
  /** History only; the reported value stays as it is. */
  readonly backlog: boolean;
}

export interface NewLogEntry {
  readonly at: Time;
  readonly receivedAt: Time;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: JsonObject | null;
}

export interface LogEntryRecord extends NewLogEntry, DeviceAddress {
  /** Rises in order of storing, over the whole data, and is shared with writes: see {@link DeviceStorage.entriesAfter}. */
  readonly id: number;
  readonly session: string | null;
}

/** What one device said, to be stored as a whole together with the `seq` that covers it. */
export interface DeviceBatch extends DeviceAddress {
  readonly session: string;
  /** The session's highest `seq` that this batch covers; absent for dialect 1. */
  readonly seq?: number;
  /** Sequence numbers that were skipped, to be added to the session's count. */
  readonly missed: number;
  readonly receivedAt: Time;
  /** Declarations that are new or changed. They keep the variable's reported value. */
  readonly declarations: readonly {
    readonly declaration: VariableDeclaration;
    readonly type: string | null;
  }[];
  readonly samples: readonly Sample[];
  readonly logs: readonly NewLogEntry[];
  /** Writes whose state changed. */
  readonly writes: readonly WriteUpdate[];
}

export interface StoredBatch {
  /** The batch's log entries with their ids, in order. */
  readonly logs: readonly LogEntryRecord[];
  /** The batch's writes as they now are, in order, also those that the update did nothing to. */
  readonly writes: readonly WriteRecord[];
}

// Writes

export type WriteStateName =
  | "pending"
  | "sent"
  | "applied"
  | "rejected"
  | "expired"
  | "cancelled"
  | "replaced";

/** The states a write can still leave. */
export const OPEN_WRITE_STATES: readonly WriteStateName[] = ["pending", "sent"];

export interface WriteRecord extends DeviceAddress {
  readonly id: number;
  /** The change it belongs to, rising per device: the `id` of the wire's `set`. */
  readonly set: number;
  readonly name: string;
  readonly from: JsonValue;
  readonly value: JsonValue;
  readonly state: WriteStateName;
  /** What the device reports after its answer; null before it. */
  readonly applied: JsonValue;
  readonly reason: string | null;
  readonly by: string;
  readonly createdAt: Time;
  readonly updatedAt: Time;
  /** The entry id of its newest change of state. */
  readonly entry: number;
}

/** A change by a person: the open writes of the same variables become `replaced` in the same step. */
export interface NewChange extends DeviceAddress {
  readonly by: string;
  readonly at: Time;
  readonly values: readonly { readonly name: string; readonly from: JsonValue; readonly value: JsonValue }[];
}

export interface StoredChange {
  readonly set: number;
  /** In the order of `values`, all `pending`. */
  readonly writes: readonly WriteRecord[];
  readonly replaced: readonly WriteRecord[];
}

/** Does nothing to a write that isn't open any more. */
export interface WriteUpdate {
  readonly id: number;
  readonly state: WriteStateName;
  readonly applied?: JsonValue;
  readonly reason?: string;
  readonly at: Time;
}

/** All a device's process needs to begin. */
export interface DeviceState {
  readonly record: DeviceRecord;
  /** In the order of their first declaration. */
  readonly variables: readonly StoredVariable[];
  /** The newest write of each variable, and every open one, by rising id. */
  readonly writes: readonly WriteRecord[];
}

// Reading

export interface HistoryQuery extends DeviceAddress {
  readonly name: string;
  readonly kind: KindName;
  readonly from?: Time;
  readonly to?: Time;
  readonly points: number;
}

/** Entries newest first, by id. */
export interface PageQuery {
  readonly project: string;
  readonly device?: string;
  /** Only entries with a lower id. */
  readonly before?: number;
  readonly limit: number;
}

export interface LogQuery extends PageQuery {
  readonly session?: string;
  /** Entries of this level and above. */
  readonly level?: LogLevel;
  /** Part of the message, whatever the case of its letters. */
  readonly text?: string;
  /** Bounds on `at`, both inclusive. */
  readonly from?: Time;
  readonly to?: Time;
}

export interface StoredEntries {
  readonly logs: readonly LogEntryRecord[];
  readonly writes: readonly WriteRecord[];
}

export interface DeviceStorage {
  /** Durable before it resolves; the session is known from then on, also after a crash. */
  openSession(opening: SessionOpening): Promise<OpenedSession>;
  closeSession(closing: SessionClosing): Promise<void>;
  /** All or nothing, and synced. */
  append(batch: DeviceBatch): Promise<StoredBatch>;
  change(change: NewChange): Promise<StoredChange>;
  /** The writes as they now are, in order; one that isn't stored is left out. */
  updateWrites(updates: readonly WriteUpdate[]): Promise<readonly WriteRecord[]>;

  /** By rising id. */
  devices(project: string): Promise<readonly DeviceRecord[]>;
  deviceState(address: DeviceAddress): Promise<DeviceState | undefined>;
  /**
   * Oldest first, by `at`. Numbers come as the lowest and highest of each of `points / 2` equal buckets of time when
   * there are more than `points`, and what isn't a number is left out; other kinds come as the newest `points`
   * changes, without the samples that repeat the value before.
   */
  history(query: HistoryQuery): Promise<readonly (readonly [Time, JsonValue])[]>;
  logs(query: LogQuery): Promise<readonly LogEntryRecord[]>;
  writes(query: PageQuery): Promise<readonly WriteRecord[]>;
  /** The highest entry id given out so far; 0 for none. */
  lastEntry(): Promise<number>;
  /**
   * What was stored after an entry id, by rising id: new log entries, and writes whose state changed.
   * `undefined` when that is more than `limit` entries in all.
   */
  entriesAfter(project: string, entry: number, limit: number): Promise<StoredEntries | undefined>;
}

// Errors

export class StorageClosedError extends Error {
  override readonly name = "StorageClosedError";
  readonly code = "storage_closed";
}

/** The engine couldn't store: disk full, file gone, thread ended. The same call may work later. */
export class StorageFailedError extends Error {
  override readonly name = "StorageFailedError";
  readonly code = "storage_failed";
}

/** The data folder can't be used: not writable, held by another server, or of a newer version. */
export class StorageUnusableError extends Error {
  override readonly name = "StorageUnusableError";
  readonly code = "storage_unusable";
}
