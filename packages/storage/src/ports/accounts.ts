/** Who may do what: accounts, their projects, and what opens them. */

import type { Time } from "./time.ts";

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
  /** Counts from the next `DeviceStorage.retain`. */
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
