/** The storage under test, and short ways to put into it what a test begins with. */

import type { JsonValue, KindName, VariableDeclaration } from "@wheelhouse/protocol";
import {
  KEEP_ALL,
  type DeviceAddress,
  type DeviceBatch,
  type DeviceKeyRecord,
  type NewLogEntry,
  type NewMarker,
  type OpenedSession,
  type ProjectRecord,
  type Reading,
  type SessionOpening,
  type Storage,
  type UserRecord,
} from "../ports.ts";
import { NewLogs } from "../rules/new-logs.ts";
import { NewSamples, type Sample } from "../rules/new-samples.ts";

export interface Subject {
  /** The one that is open now. */
  readonly storage: Storage;
  /** Closes it and opens the same data again. */
  reopen(): Promise<void>;
}

/** A time to count from: 2025-11-24. */
export const NOON = 1_763_985_600_000;

export const ann: UserRecord = {
  id: "u-ann",
  email: "ann@example.org",
  passwordHash: "$hash$ann",
  createdAt: NOON,
};
export const rocket: ProjectRecord = { id: "p-rocket", name: "Rocket", createdAt: NOON, retention: KEEP_ALL };
export const rocketKey: DeviceKeyRecord = {
  id: "k-rocket",
  project: rocket.id,
  key: "rocketrocket",
  name: "first",
  createdAt: NOON,
  revokedAt: null,
};
export const pixel: DeviceAddress = { project: rocket.id, device: "pixel-7" };
export const tablet: DeviceAddress = { project: rocket.id, device: "tablet" };

/** A project that isn't Ann's, with a device of the same id as one of hers. */
export const boat: ProjectRecord = { id: "p-boat", name: "Boat", createdAt: NOON, retention: KEEP_ALL };
export const boatPixel: DeviceAddress = { project: boat.id, device: pixel.device };

export async function registerAnn({ storage }: Subject): Promise<void> {
  await storage.accounts.register(ann, rocket, rocketKey);
}

export async function registerBob({ storage }: Subject): Promise<void> {
  const bob = { ...ann, id: "u-bob", email: "bob@example.org" };
  await storage.accounts.register(bob, boat, {
    ...rocketKey,
    id: "k-boat",
    project: boat.id,
    key: "boatboatboat",
  });
}

export function opening(
  address: DeviceAddress,
  session: string,
  more: Partial<SessionOpening> = {},
): SessionOpening {
  return { ...address, newSession: session, at: NOON, resumeAfter: NOON - 1_000, ...more };
}

/** Registers Ann and opens a session of her device. */
export async function beginRun(subject: Subject, session = "s-1"): Promise<OpenedSession> {
  await registerAnn(subject);
  return subject.storage.devices.openSession(opening(pixel, session));
}

export interface BatchParts extends Partial<Omit<DeviceBatch, "logs" | "samples">> {
  readonly samples?: readonly Sample[];
  readonly logs?: readonly NewLogEntry[];
}

export function batch({ samples = [], logs = [], ...more }: BatchParts = {}): DeviceBatch {
  return {
    ...pixel,
    session: "s-1",
    missed: 0,
    receivedAt: NOON,
    declarations: [],
    samples: NewSamples.of(samples.map(toReading)),
    logs: NewLogs.of(logs),
    markers: [],
    writes: [],
    ...more,
  };
}

function toReading({ name, value, ...times }: Sample): Reading {
  return { names: [name], values: [value], ...times };
}

export function declaration(name: string, kind: KindName = "float"): DeviceBatch["declarations"][number] {
  const declared: VariableDeclaration = { name, kind, writable: true };
  return { declaration: declared, type: null };
}

export function sample(name: string, value: JsonValue, at = NOON, more: Partial<Sample> = {}): Sample {
  return { name, value, at, receivedAt: NOON + 5, backlog: false, ...more };
}

export function log(message: string, more: Partial<NewLogEntry> = {}): NewLogEntry {
  return { at: NOON, receivedAt: NOON + 5, level: "info", message, fields: null, ...more };
}

export function marker(name: string, more: Partial<NewMarker> = {}): NewMarker {
  return { name, fields: null, at: NOON, receivedAt: NOON + 5, ...more };
}

/** A change by Ann that sets these variables of her device. */
export function changeOf(values: Readonly<Record<string, JsonValue>>, address = pixel) {
  const list = Object.entries(values).map(([name, value]) => ({ name, from: null, value }));
  return { ...address, by: ann.id, at: NOON, expiresAt: null, values: list };
}
