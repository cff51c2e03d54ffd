/** Entities as the server sends them, with only what a test cares about spelled out. */

import type { Device, LogEntry, Marker, Variable, Write } from "@wheelhouse/api";

export function device(id: string, rest: Partial<Device> = {}): Device {
  return {
    id,
    name: null,
    app: null,
    build: null,
    tags: [],
    online: true,
    reported: { name: null, tags: [] },
    firstSeen: 1,
    lastSeen: 1,
    ...rest,
  };
}

export function variable(name: string, rest: Partial<Variable> = {}): Variable {
  const limits = { min: null, max: null, step: null, unit: null, options: null, group: null, help: null };
  return {
    name,
    kind: "float",
    writable: true,
    ...limits,
    reported: { value: 1, at: 10 },
    desired: null,
    ...rest,
  };
}

export function write(id: number, name: string, rest: Partial<Write> = {}): Write {
  return {
    id,
    set: id,
    device: "game",
    name,
    from: null,
    value: 5,
    state: "sent",
    applied: null,
    reason: null,
    by: "ann@example.com",
    createdAt: 100,
    updatedAt: 100,
    expiresAt: null,
    ...rest,
  };
}

export function entry(id: number, rest: Partial<LogEntry> = {}): LogEntry {
  const at = { at: id, receivedAt: id };
  return {
    id,
    device: "game",
    session: null,
    ...at,
    level: "info",
    message: `line ${id}`,
    fields: null,
    ...rest,
  };
}

export function marker(id: number, rest: Partial<Marker> = {}): Marker {
  const at = { at: id, receivedAt: id };
  return { id, device: "game", session: null, ...at, name: `mark ${id}`, fields: null, by: null, ...rest };
}
