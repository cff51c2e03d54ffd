/** Users and device keys in memory; credentials and members have files of their own. */

import type { DeviceKeyRecord, Membership, ProjectRecord, Retention, Time, UserRecord } from "../ports.ts";
import { alreadyStored } from "../rules/arguments.ts";
import { credentialCalls } from "./accounts-credentials.ts";
import { memberCalls } from "./accounts-members.ts";
import { passwordResetCalls } from "./accounts-password-resets.ts";
import { findProject, findUser, type MemoryDisk } from "./disk.ts";

export function accountCalls(disk: MemoryDisk) {
  function userByEmail(email: string): UserRecord | undefined {
    return find(disk.users, (user) => user.email === email);
  }

  function checkNewKey(key: DeviceKeyRecord): void {
    const isTaken = disk.keys.has(key.id) || find(disk.keys, (other) => other.key === key.key) !== undefined;
    if (isTaken) throw alreadyStored("device key");
  }

  function checkNewUser(user: UserRecord): void {
    if (disk.users.has(user.id)) throw alreadyStored("user");
  }

  function checkNewProject(project: ProjectRecord): void {
    if (disk.projects.has(project.id)) throw alreadyStored("project");
  }

  function storeUser(user: UserRecord): void {
    disk.admin ??= user.id;
    disk.users.set(user.id, user);
  }

  function memberships(user: string): readonly Membership[] {
    return disk.members
      .filter((member) => member.user === user)
      .flatMap(({ project, role }) => {
        const record = disk.projects.get(project);
        return record === undefined ? [] : [{ project: record, role }];
      })
      .sort((one, other) => one.project.createdAt - other.project.createdAt);
  }

  return {
    ...credentialCalls(disk, memberships),
    ...passwordResetCalls(disk),
    ...memberCalls(disk, { userByEmail, checkNewUser, checkNewProject, checkNewKey, storeUser }),
    countUsers: (): number => disk.users.size,
    register(user: UserRecord, project: ProjectRecord, key: DeviceKeyRecord): "registered" | "exists" {
      if (userByEmail(user.email) !== undefined) return "exists";
      checkNewUser(user);
      checkNewProject(project);
      if (key.project !== project.id) findProject(disk, key.project);
      checkNewKey(key);
      storeUser(user);
      disk.projects.set(project.id, project);
      disk.members.push({ user: user.id, project: project.id, role: "owner" });
      disk.keys.set(key.id, key);
      return "registered";
    },
    setPassword(id: string, passwordHash: string): void {
      disk.users.set(id, { ...findUser(disk, id), passwordHash });
    },
    userByEmail,
    userById: (id: string): UserRecord | undefined => disk.users.get(id),
    memberships,
    setRetention(id: string, retention: Retention): ProjectRecord {
      const updated = { ...findProject(disk, id), retention };
      disk.projects.set(id, updated);
      return updated;
    },

    addDeviceKey(key: DeviceKeyRecord): void {
      findProject(disk, key.project);
      checkNewKey(key);
      disk.keys.set(key.id, key);
    },
    deviceKeys(project: string): readonly DeviceKeyRecord[] {
      const keys = [...disk.keys.values()].filter((key) => key.project === project);
      return keys.sort((one, other) => one.createdAt - other.createdAt);
    },
    validDeviceKey: (key: string): DeviceKeyRecord | undefined =>
      find(disk.keys, (record) => record.key === key && record.revokedAt === null),
    revokeDeviceKey(project: string, id: string, at: Time): DeviceKeyRecord | undefined {
      const key = disk.keys.get(id);
      if (key?.project !== project) return undefined;
      const revoked = { ...key, revokedAt: key.revokedAt ?? at };
      disk.keys.set(id, revoked);
      return revoked;
    },
  };
}

function find<Record>(records: Map<string, Record>, fits: (record: Record) => boolean): Record | undefined {
  for (const record of records.values()) if (fits(record)) return record;
  return undefined;
}
