/** Stored records and events with only what a test cares about spelled out. */

import type { Device, Variable } from "@wheelhouse/api";
import type { LogEntryRecord, WriteRecord } from "@wheelhouse/storage";
import type { ProjectEvent } from "../../src/devices/protocol.ts";

export function log(id: number, device = "game"): LogEntryRecord {
  const at = { at: 1000 + id, receivedAt: 1000 + id };
  return {
    id,
    project: "p",
    device,
    session: "s",
    ...at,
    level: "info",
    message: `line ${id}`,
    fields: null,
  };
}

export function write(id: number, rest: Partial<WriteRecord> = {}): WriteRecord {
  return {
    id,
    set: id,
    project: "p",
    device: "game",
    name: "speed",
    from: 1,
    value: 2,
    state: "pending",
    applied: null,
    reason: null,
    by: "ann@example.org",
    createdAt: 1000,
    updatedAt: 1000,
    expiresAt: null,
    entry: id,
    ...rest,
  };
}

export function device(id: string, rest: Partial<Device> = {}): Device {
  const nothing = { name: null, app: null, build: null, tags: [] };
  return { id, ...nothing, online: true, firstSeen: 1, lastSeen: 1, ...rest };
}

export function variable(name: string, rest: Partial<Variable> = {}): Variable {
  const limits = { min: null, max: null, step: null, unit: null, options: null, group: null, help: null };
  return { name, kind: "float", writable: true, ...limits, reported: null, desired: null, ...rest };
}

type Values = Extract<ProjectEvent, { type: "values" }>["values"];

export function values(of: Values, from = "game"): ProjectEvent {
  return { type: "values", device: from, values: of };
}

export function stored(logs: readonly LogEntryRecord[], writes: readonly WriteRecord[] = []): ProjectEvent {
  return { type: "stored", device: logs[0]?.device ?? writes[0]?.device ?? "game", logs, writes };
}
