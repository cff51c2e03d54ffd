/** Projects, their members and invitations in memory. */

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
import { alreadyStored } from "../rules/arguments.ts";
import { higherRole } from "../rules/roles.ts";
import { findProject, findUser, type MemoryDisk } from "./disk.ts";

/** What the calls of users already have. */
interface Users {
  userByEmail(email: string): UserRecord | undefined;
  checkNewUser(user: UserRecord): void;
  checkNewProject(project: ProjectRecord): void;
  checkNewKey(key: DeviceKeyRecord): void;
  storeUser(user: UserRecord): void;
}

export function memberCalls(disk: MemoryDisk, users: Users) {
  const isThe = (user: string, project: string) => (member: { user: string; project: string }) =>
    member.user === user && member.project === project;
  const roleOf = (project: string, user: string) => disk.members.find(isThe(user, project))?.role;

  /** Changes the role in its place, or takes the member out. */
  function replace(project: string, user: string, role: RoleName | undefined): void {
    disk.members = disk.members.flatMap((member) => {
      if (!isThe(user, project)(member)) return [member];
      return role === undefined ? [] : [{ ...member, role }];
    });
  }

  function loosen(project: string, user: string, role: RoleName | undefined): MemberOutcome {
    if (roleOf(project, user) === undefined) return "unknown";
    const others = disk.members.filter((member) => member.project === project && member.user !== user);
    if (!others.some((member) => member.role === "owner")) return "last_owner";
    replace(project, user, role);
    return "changed";
  }

  function join(user: string, project: string, role: RoleName): void {
    const known = roleOf(project, user);
    if (known === undefined) disk.members.push({ user, project, role });
    else replace(project, user, higherRole(role, known));
  }

  function valid(tokenHash: string, at: Time): InvitationRecord | undefined {
    const found = disk.invitations.get(tokenHash);
    return found === undefined || found.expiresAt <= at ? undefined : found;
  }

  return {
    addProject(project: ProjectRecord, owner: string, key: DeviceKeyRecord): void {
      users.checkNewProject(project);
      findUser(disk, owner);
      if (key.project !== project.id) findProject(disk, key.project);
      users.checkNewKey(key);
      disk.projects.set(project.id, project);
      disk.keys.set(key.id, key);
      join(owner, project.id, "owner");
    },
    renameProject(id: string, name: string): ProjectRecord {
      const renamed = { ...findProject(disk, id), name };
      disk.projects.set(id, renamed);
      return renamed;
    },
    members: (project: string): readonly MemberRecord[] =>
      disk.members
        .filter((member) => member.project === project)
        .map(({ user, role }) => ({ user, email: disk.users.get(user)?.email ?? "", role })),
    setRole(project: string, user: string, role: RoleName): MemberOutcome {
      if (role !== "owner") return loosen(project, user, role);
      if (roleOf(project, user) === undefined) return "unknown";
      replace(project, user, role);
      return "changed";
    },
    removeMember: (project: string, user: string): MemberOutcome => loosen(project, user, undefined),

    addInvitation(invitation: InvitationRecord): void {
      findUser(disk, invitation.by);
      if (invitation.project !== null) findProject(disk, invitation.project);
      if (disk.invitations.has(invitation.tokenHash)) throw alreadyStored("invitation");
      for (const [hash, { expiresAt }] of disk.invitations)
        if (expiresAt <= invitation.createdAt) disk.invitations.delete(hash);
      disk.invitations.set(invitation.tokenHash, invitation);
    },
    invitations: (project: string | null): readonly InvitationRecord[] =>
      [...disk.invitations.values()]
        .filter((invitation) => invitation.project === project)
        .sort((one, other) => one.createdAt - other.createdAt),
    invitation: (tokenHash: string): InvitationRecord | undefined => disk.invitations.get(tokenHash),
    removeInvitation(project: string | null, id: string): boolean {
      const found = [...disk.invitations.values()].find((each) => each.id === id && each.project === project);
      return found !== undefined && disk.invitations.delete(found.tokenHash);
    },
    acceptInvitation(tokenHash: string, user: string, at: Time): "accepted" | "unknown" {
      const found = valid(tokenHash, at);
      if (found === undefined || found.project === null) return "unknown";
      findUser(disk, user);
      join(user, found.project, found.role);
      disk.invitations.delete(tokenHash);
      return "accepted";
    },
    registerInvited(
      user: UserRecord,
      tokenHash: string,
      own: { readonly project: ProjectRecord; readonly key: DeviceKeyRecord },
    ): "registered" | "exists" | "unknown" {
      const found = valid(tokenHash, user.createdAt);
      if (found === undefined) return "unknown";
      if (users.userByEmail(user.email) !== undefined) return "exists";
      users.checkNewUser(user);
      if (found.project === null) {
        users.checkNewProject(own.project);
        users.checkNewKey(own.key);
        disk.projects.set(own.project.id, own.project);
        disk.keys.set(own.key.id, own.key);
      }
      users.storeUser(user);
      join(user.id, found.project ?? own.project.id, found.role);
      disk.invitations.delete(tokenHash);
      return "registered";
    },
  };
}
