/** Devices beginning, resuming and ending their runs, in memory. */

import type { DeviceRecord, OpenedSession, SessionClosing, SessionOpening } from "../ports.ts";
import { alreadyStored, unknownProject } from "../rules/arguments.ts";
import { mayResume } from "../rules/sessions.ts";
import { deviceKey, findDevice, seeDevice, type MemoryDisk, type StoredSession } from "./disk.ts";

export function sessionCalls(disk: MemoryDisk) {
  function rememberDevice(opening: SessionOpening): void {
    const stored = disk.devices.get(deviceKey(opening));
    const record = toRecord(opening, stored?.record);
    if (stored === undefined) {
      disk.devices.set(deviceKey(opening), { record, lastSet: 0, variables: new Map() });
    } else {
      stored.record = record;
    }
  }

  function begin({ project, device, newSession, at }: SessionOpening): StoredSession {
    const session = {
      id: newSession,
      project,
      device,
      seenAt: at,
      endedForGood: false,
      acknowledged: 0,
      missed: 0,
    };
    disk.sessions.set(newSession, session);
    return session;
  }

  return {
    openSession(opening: SessionOpening): OpenedSession {
      if (!disk.projects.has(opening.project)) throw unknownProject(opening.project);
      const known = opening.resume === undefined ? undefined : disk.sessions.get(opening.resume);
      const resumed = known !== undefined && mayResume(known, opening) ? known : undefined;
      if (resumed === undefined && disk.sessions.has(opening.newSession)) throw alreadyStored("newSession");
      rememberDevice(opening);
      const session = resumed ?? begin(opening);
      session.seenAt = Math.max(session.seenAt, opening.at);
      const { id, acknowledged, missed } = session;
      return { session: id, resumed: resumed !== undefined, acknowledged, missed };
    },
    closeSession({ session: id, at, resumable }: SessionClosing): void {
      const session = disk.sessions.get(id);
      if (session === undefined) return;
      session.endedForGood ||= !resumable;
      session.seenAt = Math.max(session.seenAt, at);
      seeDevice(findDevice(disk, session), at);
    },
  };
}

function toRecord(opening: SessionOpening, stored: DeviceRecord | undefined): DeviceRecord {
  const { project, device, at } = opening;
  return {
    project,
    device,
    name: opening.name ?? stored?.name ?? null,
    app: opening.app ?? stored?.app ?? null,
    build: opening.build ?? stored?.build ?? null,
    tags: opening.tags ?? stored?.tags ?? [],
    firstSeen: stored?.firstSeen ?? at,
    lastSeen: Math.max(stored?.lastSeen ?? at, at),
  };
}
