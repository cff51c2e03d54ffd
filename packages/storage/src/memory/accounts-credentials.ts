/** Log-ins, known browsers and tokens in memory, and whose they are. */

import {
  MAX_KNOWN_DEVICES,
  type HolderRecord,
  type KnownDeviceRecord,
  type Membership,
  type Time,
  type TokenRecord,
  type WebSessionRecord,
} from "../ports.ts";
import { alreadyStored } from "../rules/arguments.ts";
import { findProject, findUser, type MemoryDisk } from "./disk.ts";

export function credentialCalls(disk: MemoryDisk, memberships: (user: string) => readonly Membership[]) {
  function holder(id: string): HolderRecord | undefined {
    const user = disk.users.get(id);
    return user === undefined
      ? undefined
      : { user, isAdmin: disk.admin === id, memberships: memberships(id) };
  }

  return {
    addWebSession(session: WebSessionRecord): void {
      findUser(disk, session.user);
      if (disk.webSessions.has(session.tokenHash)) throw alreadyStored("web session");
      for (const [hash, { expiresAt }] of disk.webSessions)
        if (expiresAt <= session.createdAt) disk.webSessions.delete(hash);
      disk.webSessions.set(session.tokenHash, session);
    },
    webSessions: (user: string): readonly WebSessionRecord[] =>
      oldestFirst([...disk.webSessions.values()].filter((session) => session.user === user)),
    sessionHolder(tokenHash: string): (HolderRecord & { session: WebSessionRecord }) | undefined {
      const session = disk.webSessions.get(tokenHash);
      const whose = session === undefined ? undefined : holder(session.user);
      return session === undefined || whose === undefined ? undefined : { ...whose, session };
    },
    touchWebSession(tokenHash: string, at: Time): void {
      const session = disk.webSessions.get(tokenHash);
      if (session === undefined) return;
      disk.webSessions.set(tokenHash, { ...session, lastUsedAt: Math.max(session.lastUsedAt, at) });
    },
    removeWebSession(tokenHash: string): void {
      disk.webSessions.delete(tokenHash);
    },

    addKnownDevice(device: KnownDeviceRecord): void {
      findUser(disk, device.user);
      if (disk.knownDevices.has(device.tokenHash)) throw alreadyStored("known device");
      disk.knownDevices.set(device.tokenHash, device);
      const known = oldestFirst([...disk.knownDevices.values()].filter(({ user }) => user === device.user));
      for (const { tokenHash } of known.slice(0, -MAX_KNOWN_DEVICES)) disk.knownDevices.delete(tokenHash);
    },
    knownDevice: (tokenHash: string): KnownDeviceRecord | undefined => disk.knownDevices.get(tokenHash),
    forgetKnownDevices(user: string): void {
      for (const [hash, device] of disk.knownDevices)
        if (device.user === user) disk.knownDevices.delete(hash);
    },

    addToken(token: TokenRecord): void {
      findUser(disk, token.user);
      if (token.project !== null) findProject(disk, token.project);
      if (disk.tokens.has(token.tokenHash)) throw alreadyStored("token");
      disk.tokens.set(token.tokenHash, token);
    },
    tokens: (user: string): readonly TokenRecord[] =>
      oldestFirst([...disk.tokens.values()].filter((token) => token.user === user)),
    tokenHolder(tokenHash: string): (HolderRecord & { token: TokenRecord }) | undefined {
      const token = disk.tokens.get(tokenHash);
      const whose = token === undefined ? undefined : holder(token.user);
      return token === undefined || whose === undefined ? undefined : { ...whose, token };
    },
    touchToken(tokenHash: string, at: Time): void {
      const token = disk.tokens.get(tokenHash);
      if (token === undefined) return;
      disk.tokens.set(tokenHash, { ...token, lastUsedAt: Math.max(token.lastUsedAt ?? 0, at) });
    },
    removeToken(user: string, id: string): TokenRecord | undefined {
      const token = [...disk.tokens.values()].find((each) => each.user === user && each.id === id);
      if (token !== undefined) disk.tokens.delete(token.tokenHash);
      return token;
    },
  };
}

function oldestFirst<R extends { readonly createdAt: Time }>(records: readonly R[]): readonly R[] {
  return records.toSorted((one, other) => one.createdAt - other.createdAt);
}
