/** Projects, their members and invitations in SQLite. */

import type { DatabaseSync } from "node:sqlite";
import type {
  DeviceKeyRecord,
  InvitationRecord,
  MemberOutcome,
  MemberRecord,
  ProjectRecord,
  RoleName,
  Time,
  UserRecord,
} from "../ports.ts";
import { unknownProject, unknownUser } from "../rules/arguments.ts";
import { higherRole } from "../rules/roles.ts";
import { prepare } from "./statement.ts";

/** What the writer of users already has. */
interface UserWriting {
  addUser(user: UserRecord): "added" | "exists";
  addProject(project: ProjectRecord): void;
  addDeviceKey(key: DeviceKeyRecord): void;
  /** Throws for one that isn't stored. */
  storedProject(id: string): ProjectRecord;
}

export function memberWriting(database: DatabaseSync, users: UserWriting) {
  const rename = prepare(database, "UPDATE projects SET name = ?2 WHERE id = ?1");
  const addMember = prepare(
    database,
    `INSERT INTO members (user, project, role)
     SELECT users.row, projects.row, ?3 FROM users, projects WHERE users.id = ?1 AND projects.id = ?2
     ON CONFLICT (user, project) DO UPDATE SET role = excluded.role`,
  );
  const members = prepare<MemberRecord>(database, SELECT_MEMBERS);
  const setRole = prepare(database, `UPDATE members SET role = ?3 WHERE ${THE_MEMBER}`);
  const removeMember = prepare(database, `DELETE FROM members WHERE ${THE_MEMBER}`);
  const forget = prepare(database, "DELETE FROM invitations WHERE expires_at <= ?");
  const projectRow = prepare<{ row: number }>(database, "SELECT row FROM projects WHERE id = ?");
  const addInvitation = prepare(
    database,
    `INSERT INTO invitations (token_hash, id, project, role, by, created_at, expires_at)
     SELECT ?1, ?2, ?3, ?4, row, ?6, ?7 FROM users WHERE id = ?5`,
  );
  const invitation = prepare<InvitationRecord>(database, `${SELECT_INVITATION} WHERE token_hash = ?`);
  const invitationById = prepare<InvitationRecord>(
    database,
    `${SELECT_INVITATION} WHERE invitations.id = ?1 AND projects.id IS ?2`,
  );
  const remove = prepare(database, "DELETE FROM invitations WHERE id = ?");

  function valid(tokenHash: string, at: Time): InvitationRecord | undefined {
    const found = invitation.get(tokenHash);
    return found === undefined || found.expiresAt <= at ? undefined : found;
  }

  /** Takes a step away from what a member may, unless nobody would own the project then. */
  function loosen(project: string, user: string, change: () => void): MemberOutcome {
    const all = members.all(project);
    if (!all.some((member) => member.user === user)) return "unknown";
    if (!all.some((member) => member.user !== user && member.role === "owner")) return "last_owner";
    change();
    return "changed";
  }

  function join(user: string, project: string, role: RoleName): void {
    const known = members.all(project).find((member) => member.user === user)?.role;
    if (addMember.run(user, project, higherRole(role, known)).changes === 0) throw unknownUser(user);
  }

  return {
    addProject(project: ProjectRecord, owner: string, key: DeviceKeyRecord): void {
      users.addProject(project);
      join(owner, project.id, "owner");
      users.addDeviceKey(key);
    },
    renameProject(id: string, name: string): ProjectRecord {
      rename.run(id, name);
      return users.storedProject(id);
    },
    setRole(project: string, user: string, role: RoleName): MemberOutcome {
      if (role !== "owner") return loosen(project, user, () => setRole.run(user, project, role));
      return setRole.run(user, project, role).changes === 0 ? "unknown" : "changed";
    },
    removeMember: (project: string, user: string): MemberOutcome =>
      loosen(project, user, () => removeMember.run(user, project)),

    addInvitation({ tokenHash, id, project, role, by, createdAt, expiresAt }: InvitationRecord): void {
      forget.run(createdAt);
      const into = project === null ? null : projectRow.get(project)?.row;
      if (into === undefined) throw unknownProject(project ?? "");
      const added = addInvitation.run(tokenHash, id, into, role, by, createdAt, expiresAt);
      if (added.changes === 0) throw unknownUser(by);
    },
    removeInvitation(project: string | null, id: string): boolean {
      const found = invitationById.get(id, project);
      if (found !== undefined) remove.run(id);
      return found !== undefined;
    },
    acceptInvitation(tokenHash: string, user: string, at: Time): "accepted" | "unknown" {
      const found = valid(tokenHash, at);
      if (found === undefined || found.project === null) return "unknown";
      join(user, found.project, found.role);
      remove.run(found.id);
      return "accepted";
    },
    registerInvited(
      user: UserRecord,
      tokenHash: string,
      own: { readonly project: ProjectRecord; readonly key: DeviceKeyRecord },
    ): "registered" | "exists" | "unknown" {
      const found = valid(tokenHash, user.createdAt);
      if (found === undefined) return "unknown";
      if (users.addUser(user) === "exists") return "exists";
      if (found.project === null) {
        users.addProject(own.project);
        users.addDeviceKey(own.key);
      }
      join(user.id, found.project ?? own.project.id, found.role);
      remove.run(found.id);
      return "registered";
    },
  };
}

export function memberReading(database: DatabaseSync) {
  const members = prepare<MemberRecord>(database, SELECT_MEMBERS);
  const invitation = prepare<InvitationRecord>(database, `${SELECT_INVITATION} WHERE token_hash = ?`);
  const invitations = prepare<InvitationRecord>(
    database,
    `${SELECT_INVITATION} WHERE projects.id IS ? ORDER BY invitations.created_at, invitations.row`,
  );
  return {
    members: (project: string): readonly MemberRecord[] => members.all(project),
    invitation: (tokenHash: string): InvitationRecord | undefined => invitation.get(tokenHash),
    invitations: (project: string | null): readonly InvitationRecord[] => invitations.all(project),
  };
}

const THE_MEMBER = `user = (SELECT row FROM users WHERE id = ?1)
  AND project = (SELECT row FROM projects WHERE id = ?2)`;

const SELECT_MEMBERS = `
  SELECT users.id AS user, users.email, members.role
  FROM members JOIN users ON users.row = members.user JOIN projects ON projects.row = members.project
  WHERE projects.id = ? ORDER BY members.row`;

const SELECT_INVITATION = `
  SELECT token_hash AS tokenHash, invitations.id, projects.id AS project, invitations.role, users.id AS by,
    invitations.created_at AS createdAt, expires_at AS expiresAt
  FROM invitations JOIN users ON users.row = invitations.by
    LEFT JOIN projects ON projects.row = invitations.project`;
