/** Devices beginning, resuming and ending their runs, in memory. */

import type {
  DeviceRecord,
  DeviceUpdate,
  OpenedSession,
  SessionClosing,
  SessionOpening,
  SessionQuery,
  SessionRecord,
} from "../ports.ts";
import { alreadyStored } from "../rules/arguments.ts";
import { CONNECTION_LOST, SERVER_ENDED, mayResume } from "../rules/sessions.ts";
import {
  deviceKey,
  findDevice,
  findProject,
  seeDevice,
  type MemoryDisk,
  type StoredSession,
} from "./disk.ts";

export function sessionCalls(disk: MemoryDisk) {
  function rememberDevice(opening: SessionOpening): void {
    const stored = disk.devices.get(deviceKey(opening));
    const record = toRecord(opening, stored?.record);
    if (stored === undefined) {
      disk.devices.set(deviceKey(opening), {
        record,
        lastSet: 0,
        newestWrites: new Map(),
        openWrites: new Set(),
        variables: new Map(),
      });
    } else {
      stored.record = record;
    }
  }

  function begin({ project, device, newSession, at }: SessionOpening): StoredSession {
    const session: StoredSession = {
      id: newSession,
      number: disk.sessions.size + 1,
      project,
      device,
      startedAt: at,
      seenAt: at,
      endedAt: null,
      reason: null,
      endedForGood: false,
      acknowledged: 0,
      missed: 0,
    };
    disk.sessions.set(newSession, session);
    return session;
  }

  return {
    openSession(opening: SessionOpening): OpenedSession {
      findProject(disk, opening.project);
      const known = opening.resume === undefined ? undefined : disk.sessions.get(opening.resume);
      const resumed = known !== undefined && mayResume(known, opening) ? known : undefined;
      if (resumed === undefined && disk.sessions.has(opening.newSession)) throw alreadyStored("newSession");
      rememberDevice(opening);
      const own = (session: StoredSession) =>
        session.project === opening.project && session.device === opening.device && session !== resumed;
      endAll(disk, own, CONNECTION_LOST);
      const session = resumed ?? begin(opening);
      session.seenAt = Math.max(session.seenAt, opening.at);
      session.endedAt = null;
      session.reason = null;
      const { id, acknowledged, missed } = session;
      return { session: id, resumed: resumed !== undefined, acknowledged, missed };
    },
    closeSession({ session: id, at, reason, resumable }: SessionClosing): void {
      const session = disk.sessions.get(id);
      if (session === undefined) return;
      if (!session.endedForGood) {
        session.endedForGood = !resumable;
        session.endedAt = at;
        session.reason = reason;
        session.seenAt = Math.max(session.seenAt, at);
      }
      seeDevice(findDevice(disk, session), at);
    },
    sessions({ project, device, before = Infinity, limit }: SessionQuery): readonly SessionRecord[] {
      return [...disk.sessions.values()]
        .filter(
          (session) =>
            session.project === project &&
            (device === undefined || session.device === device) &&
            session.number < before,
        )
        .sort((one, other) => other.number - one.number)
        .slice(0, limit)
        .map(toSessionRecord);
    },
    updateDevice(update: DeviceUpdate): DeviceRecord | undefined {
      const stored = disk.devices.get(deviceKey(update));
      if (stored === undefined) return undefined;
      const { name = stored.record.given.name, tags = stored.record.given.tags } = update;
      stored.record = { ...stored.record, given: { name, tags } };
      return stored.record;
    },
  };
}

/** To be called when a disk is opened. */
export function endForgottenSessions(disk: MemoryDisk): void {
  endAll(disk, () => true, SERVER_ENDED);
}

/** Ends what nobody said the end of, when it was last heard of. */
function endAll(disk: MemoryDisk, isMeant: (session: StoredSession) => boolean, reason: string): void {
  for (const session of disk.sessions.values()) {
    if (session.endedAt !== null || !isMeant(session)) continue;
    session.endedAt = session.seenAt;
    session.reason = reason;
  }
}

function toSessionRecord({ number, endedForGood: _, ...session }: StoredSession): SessionRecord {
  return { ...session, cursor: number };
}

function toRecord(opening: SessionOpening, stored: DeviceRecord | undefined): DeviceRecord {
  const { project, device, at } = opening;
  return {
    project,
    device,
    reported: {
      name: opening.name ?? stored?.reported.name ?? null,
      tags: opening.tags ?? stored?.reported.tags ?? [],
    },
    given: stored?.given ?? { name: null, tags: null },
    app: opening.app ?? stored?.app ?? null,
    build: opening.build ?? stored?.build ?? null,
    firstSeen: stored?.firstSeen ?? at,
    lastSeen: Math.max(stored?.lastSeen ?? at, at),
  };
}
