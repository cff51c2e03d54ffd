/** Log-ins, known browsers and tokens in SQLite, and whose they are. */

import type { DatabaseSync } from "node:sqlite";
import {
  MAX_KNOWN_DEVICES,
  type HolderRecord,
  type KnownDeviceRecord,
  type Membership,
  type Time,
  type TokenRecord,
  type UserRecord,
  type WebSessionRecord,
} from "../ports.ts";
import { unknownProject, unknownUser } from "../rules/arguments.ts";
import { prepare } from "./statement.ts";

export function credentialWriting(database: DatabaseSync) {
  const forgetSessions = prepare(database, "DELETE FROM web_sessions WHERE expires_at <= ?");
  const addSession = prepare(
    database,
    `INSERT INTO web_sessions (token_hash, id, user, created_at, expires_at, last_used_at, client)
     SELECT ?1, ?2, row, ?4, ?5, ?6, ?7 FROM users WHERE id = ?3`,
  );
  const touchSession = prepare(
    database,
    "UPDATE web_sessions SET last_used_at = max(last_used_at, ?2) WHERE token_hash = ?1",
  );
  const removeSession = prepare(database, "DELETE FROM web_sessions WHERE token_hash = ?");
  const addDevice = prepare(
    database,
    `INSERT INTO known_devices (token_hash, user, created_at) SELECT ?1, row, ?3 FROM users WHERE id = ?2`,
  );
  const trimDevices = prepare(
    database,
    `DELETE FROM known_devices WHERE user = (SELECT row FROM users WHERE id = ?1) AND token_hash NOT IN (
       SELECT token_hash FROM known_devices WHERE user = (SELECT row FROM users WHERE id = ?1)
       ORDER BY created_at DESC LIMIT ${MAX_KNOWN_DEVICES})`,
  );
  const forgetDevices = prepare(
    database,
    "DELETE FROM known_devices WHERE user = (SELECT row FROM users WHERE id = ?)",
  );
  const projectRow = prepare<{ row: number }>(database, "SELECT row FROM projects WHERE id = ?");
  const addToken = prepare(
    database,
    `INSERT INTO tokens (token_hash, id, user, name, role, project, created_at, expires_at, last_used_at)
     SELECT ?1, ?2, row, ?4, ?5, ?6, ?7, ?8, ?9 FROM users WHERE id = ?3`,
  );
  const touchToken = prepare(
    database,
    "UPDATE tokens SET last_used_at = max(coalesce(last_used_at, 0), ?2) WHERE token_hash = ?1",
  );
  const tokenById = prepare<TokenRecord>(database, `${SELECT_TOKEN} WHERE users.id = ? AND tokens.id = ?`);
  const removeToken = prepare(database, "DELETE FROM tokens WHERE id = ?");

  return {
    addWebSession({ tokenHash, id, user, createdAt, expiresAt, lastUsedAt, client }: WebSessionRecord): void {
      forgetSessions.run(createdAt);
      const added = addSession.run(tokenHash, id, user, createdAt, expiresAt, lastUsedAt, client);
      if (added.changes === 0) throw unknownUser(user);
    },
    touchWebSession(tokenHash: string, at: Time): void {
      touchSession.run(tokenHash, at);
    },
    removeWebSession(tokenHash: string): void {
      removeSession.run(tokenHash);
    },
    addKnownDevice({ tokenHash, user, createdAt }: KnownDeviceRecord): void {
      if (addDevice.run(tokenHash, user, createdAt).changes === 0) throw unknownUser(user);
      trimDevices.run(user);
    },
    forgetKnownDevices(user: string): void {
      forgetDevices.run(user);
    },
    addToken(token: TokenRecord): void {
      const { tokenHash, id, user, name, role, project, createdAt, expiresAt, lastUsedAt } = token;
      const only = project === null ? null : projectRow.get(project)?.row;
      if (only === undefined) throw unknownProject(project ?? "");
      const added = addToken.run(tokenHash, id, user, name, role, only, createdAt, expiresAt, lastUsedAt);
      if (added.changes === 0) throw unknownUser(user);
    },
    touchToken(tokenHash: string, at: Time): void {
      touchToken.run(tokenHash, at);
    },
    removeToken(user: string, id: string): TokenRecord | undefined {
      const token = tokenById.get(user, id);
      if (token !== undefined) removeToken.run(id);
      return token;
    },
  };
}

/** What the reader of users already has. */
interface UserReading {
  userById(id: string): UserRecord | undefined;
  memberships(user: string): readonly Membership[];
}

export function credentialReading(database: DatabaseSync, users: UserReading) {
  const session = prepare<WebSessionRecord>(database, `${SELECT_SESSION} WHERE token_hash = ?`);
  const sessions = prepare<WebSessionRecord>(
    database,
    `${SELECT_SESSION} WHERE users.id = ? ORDER BY web_sessions.created_at, web_sessions.id`,
  );
  const device = prepare<KnownDeviceRecord>(
    database,
    `SELECT token_hash AS tokenHash, users.id AS user, known_devices.created_at AS createdAt
     FROM known_devices JOIN users ON users.row = known_devices.user WHERE token_hash = ?`,
  );
  const token = prepare<TokenRecord>(database, `${SELECT_TOKEN} WHERE token_hash = ?`);
  const tokens = prepare<TokenRecord>(
    database,
    `${SELECT_TOKEN} WHERE users.id = ? ORDER BY tokens.created_at, tokens.row`,
  );
  const admin = prepare<{ admin: number }>(database, "SELECT admin FROM users WHERE id = ?");

  function holder(id: string): HolderRecord | undefined {
    const user = users.userById(id);
    if (user === undefined) return undefined;
    return { user, isAdmin: admin.get(id)?.admin === 1, memberships: users.memberships(id) };
  }

  return {
    webSessions: (user: string): readonly WebSessionRecord[] => sessions.all(user),
    sessionHolder(tokenHash: string): (HolderRecord & { session: WebSessionRecord }) | undefined {
      const found = session.get(tokenHash);
      const whose = found === undefined ? undefined : holder(found.user);
      return found === undefined || whose === undefined ? undefined : { ...whose, session: found };
    },
    knownDevice: (tokenHash: string): KnownDeviceRecord | undefined => device.get(tokenHash),
    tokens: (user: string): readonly TokenRecord[] => tokens.all(user),
    tokenHolder(tokenHash: string): (HolderRecord & { token: TokenRecord }) | undefined {
      const found = token.get(tokenHash);
      const whose = found === undefined ? undefined : holder(found.user);
      return found === undefined || whose === undefined ? undefined : { ...whose, token: found };
    },
  };
}

const SELECT_SESSION = `
  SELECT token_hash AS tokenHash, web_sessions.id, users.id AS user, web_sessions.created_at AS createdAt,
    expires_at AS expiresAt, last_used_at AS lastUsedAt, client
  FROM web_sessions JOIN users ON users.row = web_sessions.user`;

const SELECT_TOKEN = `
  SELECT token_hash AS tokenHash, tokens.id, users.id AS user, tokens.name, tokens.role, projects.id AS project,
    tokens.created_at AS createdAt, expires_at AS expiresAt, last_used_at AS lastUsedAt
  FROM tokens JOIN users ON users.row = tokens.user LEFT JOIN projects ON projects.row = tokens.project`;
