/** Users, projects, log-ins and device keys in memory. */

import type {
  DeviceKeyRecord,
  Membership,
  ProjectRecord,
  Time,
  UserRecord,
  WebSessionRecord,
} from "../ports.ts";
import { alreadyStored, unknownProject, unknownUser } from "../rules/arguments.ts";
import type { MemoryDisk } from "./disk.ts";

export function accountCalls(disk: MemoryDisk) {
  function userByEmail(email: string): UserRecord | undefined {
    return find(disk.users, (user) => user.email === email);
  }

  function checkNewKey(key: DeviceKeyRecord): void {
    const isTaken = disk.keys.has(key.id) || find(disk.keys, (other) => other.key === key.key) !== undefined;
    if (isTaken) throw alreadyStored("device key");
  }

  return {
    countUsers: (): number => disk.users.size,
    register(user: UserRecord, project: ProjectRecord, key: DeviceKeyRecord): "registered" | "exists" {
      if (userByEmail(user.email) !== undefined) return "exists";
      if (disk.users.has(user.id)) throw alreadyStored("user");
      if (disk.projects.has(project.id)) throw alreadyStored("project");
      if (key.project !== project.id && !disk.projects.has(key.project)) throw unknownProject(key.project);
      checkNewKey(key);
      disk.users.set(user.id, user);
      disk.projects.set(project.id, project);
      disk.members.push({ user: user.id, project: project.id, role: "owner" });
      disk.keys.set(key.id, key);
      return "registered";
    },
    userByEmail,
    userById: (id: string): UserRecord | undefined => disk.users.get(id),
    memberships(user: string): readonly Membership[] {
      return disk.members
        .filter((member) => member.user === user)
        .flatMap(({ project, role }) => {
          const record = disk.projects.get(project);
          return record === undefined ? [] : [{ project: record, role }];
        })
        .sort((one, other) => one.project.createdAt - other.project.createdAt);
    },

    addWebSession(session: WebSessionRecord): void {
      if (!disk.users.has(session.user)) throw unknownUser(session.user);
      if (disk.webSessions.has(session.tokenHash)) throw alreadyStored("web session");
      disk.webSessions.set(session.tokenHash, session);
    },
    webSession: (tokenHash: string): WebSessionRecord | undefined => disk.webSessions.get(tokenHash),
    removeWebSession(tokenHash: string): void {
      disk.webSessions.delete(tokenHash);
    },

    addDeviceKey(key: DeviceKeyRecord): void {
      if (!disk.projects.has(key.project)) throw unknownProject(key.project);
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
