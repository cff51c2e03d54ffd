/**
 * What the server asks of a storage, whichever engine is behind it. Every call is asynchronous; one that writes
 * resolves only when what it wrote is durable. `contract.ts` holds every adapter to the same behaviour.
 *
 * A call that names what isn't stored (a project, a session, an undeclared variable), or stores an id a second time,
 * rejects with a `TypeError` and leaves nothing behind: the caller is wrong, and trying again won't help.
 */

import type { JsonObject, JsonValue, KindName, LogLevel, VariableDeclaration } from "@wheelhouse/protocol";
import type { NewLogs } from "./rules/new-logs.ts";
import type { NewSamples } from "./rules/new-samples.ts";

/** Milliseconds since 1970. */
export type Time = number;

/** All that a server keeps. */
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
  readonly retention: Retention;
}

/** How long a project's log entries, markers and histories are kept, to about a quarter; `null` is without a limit. */
export interface Retention {
  /** Counted from when an entry was received. */
  readonly maxAgeMs: number | null;
  /** On disk, with what is needed to search it. */
  readonly maxBytes: number | null;
}

/** What a new project keeps. */
export const KEEP_ALL: Retention = { maxAgeMs: null, maxBytes: null };

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
  /** Its name for whoever lists sessions; not a secret. */
  readonly id: string;
  readonly user: string;
  readonly createdAt: Time;
  readonly expiresAt: Time;
  /** Coarse: see {@link AccountStorage.touchWebSession}. */
  readonly lastUsedAt: Time;
  /** What the browser calls itself. */
  readonly client: string | null;
}

/** What a program logs in with. Its text is never stored, only its hash. */
export interface TokenRecord {
  readonly tokenHash: string;
  readonly id: string;
  readonly user: string;
  readonly name: string;
  /** The most it may be in any project; null is what its maker is there. */
  readonly role: RoleName | null;
  /** The only project it may see; null is all of its maker's. */
  readonly project: string | null;
  readonly createdAt: Time;
  readonly expiresAt: Time | null;
  readonly lastUsedAt: Time | null;
}

/** A link that lets its holder in, once. Its secret is never stored, only its hash. */
export interface InvitationRecord {
  readonly tokenHash: string;
  readonly id: string;
  /** Null lets in an account with a project of its own. */
  readonly project: string | null;
  readonly role: RoleName;
  /** The user who made it. */
  readonly by: string;
  readonly createdAt: Time;
  readonly expiresAt: Time;
}

export interface MemberRecord {
  readonly user: string;
  readonly email: string;
  readonly role: RoleName;
}

/** A browser that has logged in to an account before. */
export interface KnownDeviceRecord {
  readonly tokenHash: string;
  readonly user: string;
  readonly createdAt: Time;
}

/** A link that sets a new password for its user, once. Its secret is never stored, only its hash. */
export interface PasswordResetRecord {
  readonly tokenHash: string;
  readonly user: string;
  readonly createdAt: Time;
  readonly expiresAt: Time;
}

export interface PasswordResetOutcome {
  readonly user: string;
  /** The hashes of the sessions and tokens that are gone now. */
  readonly ended: readonly string[];
}

/** Known browsers of one account. */
export const MAX_KNOWN_DEVICES = 100;

/** Whose a session or a token is. */
export interface HolderRecord {
  readonly user: UserRecord;
  /** The first account is. */
  readonly isAdmin: boolean;
  /** Oldest project first. */
  readonly memberships: readonly Membership[];
}

/** A project always has an owner. */
export type MemberOutcome = "changed" | "unknown" | "last_owner";

export interface Membership {
  readonly project: ProjectRecord;
  readonly role: RoleName;
}

/** Who may do what. */
export interface AccountStorage {
  countUsers(): Promise<number>;
  /** Stores a user with a first project (as its owner) and a first key, all or nothing. */
  register(user: UserRecord, project: ProjectRecord, key: DeviceKeyRecord): Promise<"registered" | "exists">;
  /** `email` in lower case. */
  userByEmail(email: string): Promise<UserRecord | undefined>;
  userById(id: string): Promise<UserRecord | undefined>;
  /** A user's projects, oldest first. */
  memberships(user: string): Promise<readonly Membership[]>;
  /** Counts from the next {@link DeviceStorage.retain}. */
  setRetention(project: string, retention: Retention): Promise<ProjectRecord>;

  setPassword(user: string, passwordHash: string): Promise<void>;
  /** Takes the place of the user's earlier one, and forgets those that have expired by its `createdAt`. */
  addPasswordReset(reset: PasswordResetRecord): Promise<void>;
  passwordReset(tokenHash: string): Promise<PasswordResetRecord | undefined>;
  /**
   * Uses a reset up: sets the password, and ends the user's sessions, tokens and known browsers with the old one. All
   * or nothing; `undefined`, and nothing, for a reset that isn't there or has expired.
   */
  resetPassword(tokenHash: string, passwordHash: string, at: Time): Promise<PasswordResetOutcome | undefined>;

  /** Forgets the sessions that have expired by its `createdAt`. */
  addWebSession(session: WebSessionRecord): Promise<void>;
  /** Oldest first, expired ones included. */
  webSessions(user: string): Promise<readonly WebSessionRecord[]>;
  /** Whose the session is, in one look. */
  sessionHolder(
    tokenHash: string,
  ): Promise<(HolderRecord & { readonly session: WebSessionRecord }) | undefined>;
  touchWebSession(tokenHash: string, at: Time): Promise<void>;
  removeWebSession(tokenHash: string): Promise<void>;

  /** Keeps the newest {@link MAX_KNOWN_DEVICES} of the user. */
  addKnownDevice(device: KnownDeviceRecord): Promise<void>;
  knownDevice(tokenHash: string): Promise<KnownDeviceRecord | undefined>;
  forgetKnownDevices(user: string): Promise<void>;

  addToken(token: TokenRecord): Promise<void>;
  /** Oldest first, expired ones included. */
  tokens(user: string): Promise<readonly TokenRecord[]>;
  /** Whose the token is, in one look. */
  tokenHolder(tokenHash: string): Promise<(HolderRecord & { readonly token: TokenRecord }) | undefined>;
  touchToken(tokenHash: string, at: Time): Promise<void>;
  /** The token that is gone now. */
  removeToken(user: string, id: string): Promise<TokenRecord | undefined>;

  /** With its owner and a first key, all or nothing. */
  addProject(project: ProjectRecord, owner: string, key: DeviceKeyRecord): Promise<void>;
  renameProject(project: string, name: string): Promise<ProjectRecord>;
  /** In the order in which they came. */
  members(project: string): Promise<readonly MemberRecord[]>;
  setRole(project: string, user: string, role: RoleName): Promise<MemberOutcome>;
  removeMember(project: string, user: string): Promise<MemberOutcome>;

  /** Forgets the invitations that have expired by its `createdAt`. */
  addInvitation(invitation: InvitationRecord): Promise<void>;
  /** Oldest first; those without a project where it is null. */
  invitations(project: string | null): Promise<readonly InvitationRecord[]>;
  invitation(tokenHash: string): Promise<InvitationRecord | undefined>;
  /** Whether it was there. */
  removeInvitation(project: string | null, id: string): Promise<boolean>;
  /** Uses an invitation into a project up; who is a member already keeps the higher role. */
  acceptInvitation(tokenHash: string, user: string, at: Time): Promise<"accepted" | "unknown">;
  /**
   * Uses an invitation up for a new user; one without a project stores `own` as {@link register} does. All or nothing.
   */
  registerInvited(
    user: UserRecord,
    tokenHash: string,
    own: { readonly project: ProjectRecord; readonly key: DeviceKeyRecord },
  ): Promise<"registered" | "exists" | "unknown">;

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
  /** What it says of itself. */
  readonly reported: { readonly name: string | null; readonly tags: readonly string[] };
  /** What people gave it, which stands over what it says; null for what nobody gave. */
  readonly given: { readonly name: string | null; readonly tags: readonly string[] | null };
  readonly app: string | null;
  readonly build: string | null;
  readonly firstSeen: Time;
  readonly lastSeen: Time;
}

/** What a person gives a device; null takes it away again. Fields that are absent keep what is stored. */
export interface DeviceUpdate extends DeviceAddress {
  readonly name?: string | null;
  readonly tags?: readonly string[] | null;
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

/** One run of a device. */
export interface SessionRecord extends DeviceAddress {
  readonly id: string;
  /** Its place among the sessions, rising in the order they began: the `before` of the page after it. */
  readonly cursor: number;
  readonly startedAt: Time;
  /** When it was last opened, stored to or closed. */
  readonly seenAt: Time;
  /** Null while it is open, and again once it is resumed. */
  readonly endedAt: Time | null;
  readonly reason: string | null;
  readonly missed: number;
  readonly acknowledged: number;
}

export interface StoredVariable {
  readonly declaration: VariableDeclaration;
  /** The type name a dialect-1 device sent last; null for dialect 2. */
  readonly type: string | null;
  readonly reported: { readonly value: JsonValue; readonly at: Time; readonly receivedAt: Time } | null;
}

/** Values that came at one time: names and values in the same order. */
export interface Reading {
  readonly at: Time;
  readonly receivedAt: Time;
  /** History only; the reported values stay as they are. */
  readonly backlog: boolean;
  readonly names: readonly string[];
  readonly values: readonly JsonValue[];
}

export interface NewLogEntry {
  readonly at: Time;
  readonly receivedAt: Time;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: JsonObject | null;
}

export interface LogEntryRecord extends NewLogEntry, DeviceAddress {
  /** Rises in order of storing, over the whole data, shared with writes and markers: see {@link DeviceStorage.entriesAfter}. */
  readonly id: number;
  readonly session: string | null;
}

/** A moment worth finding again. */
export interface NewMarker {
  readonly name: string;
  readonly fields: JsonObject | null;
  readonly at: Time;
  readonly receivedAt: Time;
}

/** A marker that a person sets, on one device or on the whole project. */
export interface PersonMarker extends NewMarker {
  readonly project: string;
  readonly device: string | null;
  readonly by: string;
}

export interface MarkerRecord extends NewMarker {
  /** One of the ids that log entries have. */
  readonly id: number;
  readonly project: string;
  /** Null for one of the whole project. */
  readonly device: string | null;
  /** Null for a person's. */
  readonly session: string | null;
  /** The person who set it; null for a device's own. */
  readonly by: string | null;
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
  readonly samples: NewSamples;
  readonly logs: NewLogs;
  readonly markers: readonly NewMarker[];
  /** Writes whose state changed. */
  readonly writes: readonly WriteUpdate[];
}

export interface StoredBatch {
  /** The batch's log entries with their ids, in order. */
  readonly logs: readonly LogEntryRecord[];
  /** Its markers, likewise; their ids follow those of its log entries. */
  readonly markers: readonly MarkerRecord[];
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
  /** When it is to become `expired` if it is still open; null for never. */
  readonly expiresAt: Time | null;
  /** The entry id of its newest change of state. */
  readonly entry: number;
}

/** A change by a person: the open writes of the same variables become `replaced` in the same step. */
export interface NewChange extends DeviceAddress {
  readonly by: string;
  readonly at: Time;
  readonly expiresAt: Time | null;
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

/** Entries by id. */
export interface PageQuery {
  readonly project: string;
  readonly device?: string;
  /** Only entries with a lower id. */
  readonly before?: number;
  /** Only entries with a higher id. */
  readonly after?: number;
  /** Default: newest first. */
  readonly order?: "newest" | "oldest";
  readonly limit: number;
}

/** For pages that together are to be everything. */
export interface UnbrokenQuery {
  /** With an `after` from the page before: rejects with {@link StorageFailedError} if what followed that was dropped since. */
  readonly unbroken?: boolean;
}

export interface LogQuery extends PageQuery, UnbrokenQuery {
  readonly session?: string;
  /** Entries of this level and above. */
  readonly level?: LogLevel;
  /** Part of the message, whatever the case of its letters. */
  readonly text?: string;
  /** Bounds on `at`, both inclusive. */
  readonly from?: Time;
  readonly to?: Time;
}

/** With `device`, the markers of the whole project are among those found; with `session`, they aren't. */
export interface MarkerQuery extends PageQuery, UnbrokenQuery {
  readonly session?: string;
  /** Bounds on `at`, both inclusive. */
  readonly from?: Time;
  readonly to?: Time;
}

export interface WriteQuery extends PageQuery {
  readonly name?: string;
  readonly state?: WriteStateName;
  readonly by?: string;
  /** Bounds on `createdAt`, both inclusive. */
  readonly from?: Time;
  readonly to?: Time;
}

/** Newest first. */
export interface SessionQuery {
  readonly project: string;
  readonly device?: string;
  /** Only sessions with a lower cursor. */
  readonly before?: number;
  readonly limit: number;
}

/** Samples in the order of their arrival. */
export interface SampleQuery extends UnbrokenQuery {
  readonly project: string;
  readonly device?: string;
  readonly name?: string;
  /** Bounds on `at`, both inclusive. */
  readonly from?: Time;
  readonly to?: Time;
  /** The `next` of the page before. */
  readonly after?: number;
  readonly limit: number;
}

export interface SampleRecord {
  readonly device: string;
  readonly name: string;
  readonly value: JsonValue;
  readonly at: Time;
  readonly receivedAt: Time;
}

/** May hold fewer than `limit`, even none, and yet not be the last: looking for few among many goes by steps. */
export interface SamplePage {
  readonly samples: readonly SampleRecord[];
  /** Null at the end. */
  readonly next: number | null;
}

export interface StoredEntries {
  readonly logs: readonly LogEntryRecord[];
  readonly markers: readonly MarkerRecord[];
  readonly writes: readonly WriteRecord[];
}

// Upkeep

/** What retention dropped, and what it came upon for the first time. */
export interface Dropped extends Losses {
  readonly segments: number;
  readonly bytes: number;
}

/** What is lost though nobody dropped it. Files are named as they are in the folder. */
export interface Losses {
  /** Segments whose files are gone: what was in them isn't found any more. */
  readonly missing: readonly string[];
  /** Segments whose files are damaged: what touches the damage does without the file. It is left as it is. */
  readonly damaged: readonly string[];
  /** Indexes that were damaged: what they find is found more slowly until they are made anew. */
  readonly damagedIndexes: number;
}

export interface ProjectStatus {
  readonly project: string;
  readonly bytes: number;
  readonly segments: number;
  /** When the oldest of its log entries, markers and samples was received; null while there are none. */
  readonly oldestAt: Time | null;
}

export interface StorageStatus {
  /** Of all that is stored. */
  readonly bytes: number;
  readonly segments: number;
  readonly oldestAt: Time | null;
  /** Log entries and samples that are stored but not in the index yet; a search reads them one by one. */
  readonly indexLagEntries: number;
  readonly indexLagSamples: number;
  readonly projects: readonly ProjectStatus[];
}

/**
 * What stores entries (log entries, markers, changes of writes) is answered for in the order of their ids: whoever passes
 * each answer on at once passes the entries on in order.
 */
export interface DeviceStorage {
  /** Durable before it resolves; the session is known from then on, also after a crash. */
  openSession(opening: SessionOpening): Promise<OpenedSession>;
  closeSession(closing: SessionClosing): Promise<void>;
  /** All or nothing, and synced. */
  append(batch: DeviceBatch): Promise<StoredBatch>;
  change(change: NewChange): Promise<StoredChange>;
  /** The writes as they now are, in order; one that isn't stored is left out. */
  updateWrites(updates: readonly WriteUpdate[]): Promise<readonly WriteRecord[]>;
  /** Makes each open write `expired` whose `expiresAt` isn't after `at`, and gives them by rising id. Cheap when there are none. */
  expireWrites(at: Time): Promise<readonly WriteRecord[]>;
  addMarker(marker: PersonMarker): Promise<MarkerRecord>;
  /** The device as it now is; `undefined` for one that isn't stored. */
  updateDevice(update: DeviceUpdate): Promise<DeviceRecord | undefined>;

  /** By rising id. */
  devices(project: string): Promise<readonly DeviceRecord[]>;
  /**
   * With all that was asked to be stored before, whoever asked: a process that begins may follow one that was killed while what
   * it had sent was on its way.
   */
  deviceState(address: DeviceAddress): Promise<DeviceState | undefined>;
  sessions(query: SessionQuery): Promise<readonly SessionRecord[]>;
  /**
   * Oldest first, by `at`. Numbers come as the lowest and highest of each of `points / 2` equal buckets of time when
   * there are more than `points`, and what isn't a number is left out; other kinds come as the newest `points`
   * changes, without the samples that repeat the value before.
   */
  history(query: HistoryQuery): Promise<readonly (readonly [Time, JsonValue])[]>;
  samples(query: SampleQuery): Promise<SamplePage>;
  logs(query: LogQuery): Promise<readonly LogEntryRecord[]>;
  markers(query: MarkerQuery): Promise<readonly MarkerRecord[]>;
  /** Fewer than `limit` only at the end. */
  writes(query: WriteQuery): Promise<readonly WriteRecord[]>;
  write(project: string, id: number): Promise<WriteRecord | undefined>;
  /** The highest entry id given out so far; 0 for none. */
  lastEntry(): Promise<number>;
  /**
   * What was stored after an entry id, by rising id: new log entries and markers, and writes whose state changed.
   * `undefined` when that is more than `limit` entries in all.
   */
  entriesAfter(project: string, entry: number, limit: number): Promise<StoredEntries | undefined>;

  /**
   * Drops log entries, markers and samples that the projects' retention no longer keeps: the oldest segments as a
   * whole, so what is younger than a limit stays, and some of what is older may stay for a while: a segment has at the most a
   * quarter of what is kept. Reported values, sessions and writes stay, and no id is given out again.
   */
  retain(now: Time): Promise<Dropped>;
  status(): Promise<StorageStatus>;
}

// Errors

/** Asked after it was closed. */
export class StorageClosedError extends Error {
  override readonly name = "StorageClosedError";
  readonly code = "storage_closed";
}

/** The engine couldn't store: disk full, file gone, thread ended. The same call may work later. */
export class StorageFailedError extends Error {
  override readonly name = "StorageFailedError";
  readonly code = "storage_failed";
}

/** The data folder can't be used: not writable, held by another server, of a newer version, or not of one piece. */
export class StorageUnusableError extends Error {
  override readonly name = "StorageUnusableError";
  readonly code = "storage_unusable";
}
