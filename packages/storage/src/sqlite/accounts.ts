/** Users, projects, log-ins and device keys in SQLite. */

import type { DatabaseSync } from "node:sqlite";
import type {
  DeviceKeyRecord,
  Membership,
  ProjectRecord,
  RoleName,
  Time,
  UserRecord,
  WebSessionRecord,
} from "../ports.ts";
import { unknownProject, unknownUser } from "../rules/arguments.ts";
import { prepare } from "./statement.ts";

export function accountWriting(database: DatabaseSync) {
  const userByEmail = prepare(database, "SELECT 1 FROM users WHERE email = ?");
  const addUser = prepare(
    database,
    "INSERT INTO users (id, email, password_hash, created_at) VALUES (?, ?, ?, ?)",
  );
  const addProject = prepare(database, "INSERT INTO projects (id, name, created_at) VALUES (?, ?, ?)");
  const addMember = prepare(database, "INSERT INTO members (user, project, role) VALUES (?, ?, ?)");
  const addKey = prepare(
    database,
    `INSERT INTO device_keys (id, project, key, name, created_at, revoked_at)
     SELECT ?1, row, ?3, ?4, ?5, ?6 FROM projects WHERE id = ?2`,
  );
  const addWebSession = prepare(
    database,
    `INSERT INTO web_sessions (token_hash, user, created_at, expires_at)
     SELECT ?1, row, ?3, ?4 FROM users WHERE id = ?2`,
  );
  const removeWebSession = prepare(database, "DELETE FROM web_sessions WHERE token_hash = ?");
  const revokeKey = prepare(
    database,
    `UPDATE device_keys SET revoked_at = ?3
     WHERE id = ?2 AND project = (SELECT row FROM projects WHERE id = ?1) AND revoked_at IS NULL`,
  );
  const keyById = prepare<DeviceKeyRecord>(
    database,
    `${SELECT_KEY} WHERE projects.id = ? AND device_keys.id = ?`,
  );

  function addDeviceKey(key: DeviceKeyRecord): void {
    const added = addKey.run(key.id, key.project, key.key, key.name, key.createdAt, key.revokedAt);
    if (added.changes === 0) throw unknownProject(key.project);
  }

  return {
    register(user: UserRecord, project: ProjectRecord, key: DeviceKeyRecord): "registered" | "exists" {
      if (userByEmail.get(user.email) !== undefined) return "exists";
      const userRow = addUser.run(user.id, user.email, user.passwordHash, user.createdAt).lastInsertRowid;
      const projectRow = addProject.run(project.id, project.name, project.createdAt).lastInsertRowid;
      const owner: RoleName = "owner";
      addMember.run(userRow, projectRow, owner);
      addDeviceKey(key);
      return "registered";
    },
    addDeviceKey,
    revokeDeviceKey(project: string, id: string, at: Time): DeviceKeyRecord | undefined {
      revokeKey.run(project, id, at);
      return keyById.get(project, id);
    },
    addWebSession(session: WebSessionRecord): void {
      const { tokenHash, user, createdAt, expiresAt } = session;
      if (addWebSession.run(tokenHash, user, createdAt, expiresAt).changes === 0) throw unknownUser(user);
    },
    removeWebSession(tokenHash: string): void {
      removeWebSession.run(tokenHash);
    },
  };
}

export function accountReading(database: DatabaseSync) {
  const countUsers = prepare<{ users: number }>(database, "SELECT count(*) AS users FROM users");
  const userByEmail = prepare<UserRecord>(database, `${SELECT_USER} WHERE email = ?`);
  const userById = prepare<UserRecord>(database, `${SELECT_USER} WHERE id = ?`);
  const memberships = prepare<ProjectRecord & { readonly role: RoleName }>(
    database,
    `SELECT projects.id, projects.name, projects.created_at AS createdAt, members.role
     FROM members JOIN users ON users.row = members.user JOIN projects ON projects.row = members.project
     WHERE users.id = ? ORDER BY projects.created_at, projects.row`,
  );
  const webSession = prepare<WebSessionRecord>(
    database,
    `SELECT token_hash AS tokenHash, users.id AS user, web_sessions.created_at AS createdAt, expires_at AS expiresAt
     FROM web_sessions JOIN users ON users.row = web_sessions.user WHERE token_hash = ?`,
  );
  const deviceKeys = prepare<DeviceKeyRecord>(
    database,
    `${SELECT_KEY} WHERE projects.id = ? ORDER BY device_keys.created_at, device_keys.row`,
  );
  const validDeviceKey = prepare<DeviceKeyRecord>(
    database,
    `${SELECT_KEY} WHERE device_keys.key = ? AND device_keys.revoked_at IS NULL`,
  );
  return {
    countUsers: (): number => countUsers.get()?.users ?? 0,
    userByEmail: (email: string): UserRecord | undefined => userByEmail.get(email),
    userById: (id: string): UserRecord | undefined => userById.get(id),
    memberships: (user: string): readonly Membership[] =>
      memberships.all(user).map(({ role, ...project }) => ({ project, role })),
    webSession: (tokenHash: string): WebSessionRecord | undefined => webSession.get(tokenHash),
    deviceKeys: (project: string): readonly DeviceKeyRecord[] => deviceKeys.all(project),
    validDeviceKey: (key: string): DeviceKeyRecord | undefined => validDeviceKey.get(key),
  };
}

const SELECT_USER = "SELECT id, email, password_hash AS passwordHash, created_at AS createdAt FROM users";

const SELECT_KEY = `
  SELECT device_keys.id, projects.id AS project, device_keys.key, device_keys.name,
    device_keys.created_at AS createdAt, device_keys.revoked_at AS revokedAt
  FROM device_keys JOIN projects ON projects.row = device_keys.project`;
