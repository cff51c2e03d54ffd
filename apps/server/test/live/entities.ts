/** Stored records and events with only what a test cares about spelled out. */

import type { Device, Variable } from "@wheelhouse/api";
import type { LogEntryRecord, MarkerRecord, WriteRecord } from "@wheelhouse/storage";
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
  const nothing = { name: null, app: null, build: null, tags: [], reported: { name: null, tags: [] } };
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

export function marker(id: number, rest: Partial<MarkerRecord> = {}): MarkerRecord {
  const at = { at: 1000 + id, receivedAt: 1000 + id };
  return {
    id,
    project: "p",
    device: "game",
    session: "s",
    ...at,
    name: `m ${id}`,
    fields: null,
    by: null,
    ...rest,
  };
}

export function stored(logs: readonly LogEntryRecord[], writes: readonly WriteRecord[] = []): ProjectEvent {
  const device = logs[0]?.device ?? writes[0]?.device ?? "game";
  return { type: "stored", device, logs, markers: [], writes };
}

/** A marker that was stored: of a device, or of the whole project. */
export function marked(...markers: readonly MarkerRecord[]): ProjectEvent {
  return { type: "stored", device: markers[0]?.device ?? null, logs: [], markers, writes: [] };
}
