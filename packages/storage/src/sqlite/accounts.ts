/** Users and device keys in SQLite; credentials and members have files of their own. */

import type { DatabaseSync } from "node:sqlite";
import type {
  DeviceKeyRecord,
  Membership,
  ProjectRecord,
  Retention,
  RoleName,
  Time,
  UserRecord,
} from "../ports.ts";
import { unknownProject, unknownUser } from "../rules/arguments.ts";
import { credentialReading, credentialWriting } from "./accounts-credentials.ts";
import { memberReading, memberWriting } from "./accounts-members.ts";
import { passwordResetReading, passwordResetWriting } from "./accounts-password-resets.ts";
import { prepare } from "./statement.ts";

export function accountWriting(database: DatabaseSync) {
  const userByEmail = prepare(database, "SELECT 1 FROM users WHERE email = ?");
  const addUser = prepare(
    database,
    `INSERT INTO users (id, email, password_hash, created_at, admin)
     SELECT ?, ?, ?, ?, NOT EXISTS (SELECT 1 FROM users)`,
  );
  const savePassword = prepare(database, "UPDATE users SET password_hash = ?2 WHERE id = ?1");
  const addProject = prepare(
    database,
    "INSERT INTO projects (id, name, created_at, max_age_ms, max_bytes) VALUES (?, ?, ?, ?, ?)",
  );
  const projectById = prepare<ProjectRow>(database, `SELECT ${PROJECT_COLUMNS} FROM projects WHERE id = ?`);
  const setRetention = prepare(database, "UPDATE projects SET max_age_ms = ?2, max_bytes = ?3 WHERE id = ?1");
  const addKey = prepare(
    database,
    `INSERT INTO device_keys (id, project, key, name, created_at, revoked_at)
     SELECT ?1, row, ?3, ?4, ?5, ?6 FROM projects WHERE id = ?2`,
  );
  const revokeKey = prepare(
    database,
    `UPDATE device_keys SET revoked_at = ?3
     WHERE id = ?2 AND project = (SELECT row FROM projects WHERE id = ?1) AND revoked_at IS NULL`,
  );
  const keyById = prepare<DeviceKeyRecord>(
    database,
    `${SELECT_KEY} WHERE projects.id = ? AND device_keys.id = ?`,
  );

  function setPassword(user: string, passwordHash: string): void {
    if (savePassword.run(user, passwordHash).changes === 0) throw unknownUser(user);
  }

  const users = {
    addUser({ id, email, passwordHash, createdAt }: UserRecord): "added" | "exists" {
      if (userByEmail.get(email) !== undefined) return "exists";
      addUser.run(id, email, passwordHash, createdAt);
      return "added";
    },
    addProject({ id, name, createdAt, retention: { maxAgeMs, maxBytes } }: ProjectRecord): void {
      addProject.run(id, name, createdAt, maxAgeMs, maxBytes);
    },
    addDeviceKey(key: DeviceKeyRecord): void {
      const added = addKey.run(key.id, key.project, key.key, key.name, key.createdAt, key.revokedAt);
      if (added.changes === 0) throw unknownProject(key.project);
    },
    storedProject(id: string): ProjectRecord {
      const project = projectById.get(id);
      if (project === undefined) throw unknownProject(id);
      return toProject(project);
    },
  };
  const members = memberWriting(database, users);

  return {
    ...credentialWriting(database),
    ...members,
    ...passwordResetWriting(database, setPassword),
    register(user: UserRecord, project: ProjectRecord, key: DeviceKeyRecord): "registered" | "exists" {
      if (users.addUser(user) === "exists") return "exists";
      members.addProject(project, user.id, key);
      return "registered";
    },
    setRetention(project: string, { maxAgeMs, maxBytes }: Retention): ProjectRecord {
      setRetention.run(project, maxAgeMs, maxBytes);
      return users.storedProject(project);
    },
    setPassword,
    addDeviceKey: (key: DeviceKeyRecord): void => users.addDeviceKey(key),
    revokeDeviceKey(project: string, id: string, at: Time): DeviceKeyRecord | undefined {
      revokeKey.run(project, id, at);
      return keyById.get(project, id);
    },
  };
}

export function accountReading(database: DatabaseSync) {
  const countUsers = prepare<{ users: number }>(database, "SELECT count(*) AS users FROM users");
  const userByEmail = prepare<UserRecord>(database, `${SELECT_USER} WHERE email = ?`);
  const userById = prepare<UserRecord>(database, `${SELECT_USER} WHERE id = ?`);
  const memberships = prepare<ProjectRow & { readonly role: RoleName }>(
    database,
    `SELECT ${PROJECT_COLUMNS}, members.role
     FROM members JOIN users ON users.row = members.user JOIN projects ON projects.row = members.project
     WHERE users.id = ? ORDER BY projects.created_at, projects.row`,
  );
  const deviceKeys = prepare<DeviceKeyRecord>(
    database,
    `${SELECT_KEY} WHERE projects.id = ? ORDER BY device_keys.created_at, device_keys.row`,
  );
  const validDeviceKey = prepare<DeviceKeyRecord>(
    database,
    `${SELECT_KEY} WHERE device_keys.key = ? AND device_keys.revoked_at IS NULL`,
  );
  const users = {
    userById: (id: string): UserRecord | undefined => userById.get(id),
    memberships: (user: string): readonly Membership[] =>
      memberships.all(user).map(({ role, ...project }) => ({ project: toProject(project), role })),
  };
  return {
    ...users,
    ...credentialReading(database, users),
    ...memberReading(database),
    ...passwordResetReading(database),
    countUsers: (): number => countUsers.get()?.users ?? 0,
    userByEmail: (email: string): UserRecord | undefined => userByEmail.get(email),
    deviceKeys: (project: string): readonly DeviceKeyRecord[] => deviceKeys.all(project),
    validDeviceKey: (key: string): DeviceKeyRecord | undefined => validDeviceKey.get(key),
  };
}

type ProjectRow = Omit<ProjectRecord, "retention"> & Retention;

function toProject({ maxAgeMs, maxBytes, ...project }: ProjectRow): ProjectRecord {
  return { ...project, retention: { maxAgeMs, maxBytes } };
}

const SELECT_USER = "SELECT id, email, password_hash AS passwordHash, created_at AS createdAt FROM users";

const PROJECT_COLUMNS = `projects.id, projects.name, projects.created_at AS createdAt,
  projects.max_age_ms AS maxAgeMs, projects.max_bytes AS maxBytes`;

const SELECT_KEY = `
  SELECT device_keys.id, projects.id AS project, device_keys.key, device_keys.name,
    device_keys.created_at AS createdAt, device_keys.revoked_at AS revokedAt
  FROM device_keys JOIN projects ON projects.row = device_keys.project`;
