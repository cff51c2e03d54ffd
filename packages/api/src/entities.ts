/** What the API speaks of: devices, variables, writes, log entries. Times are milliseconds since 1970. */

import { KIND_NAMES, LOG_LEVELS, type JsonValue } from "@wheelhouse/protocol";
import { ROLES } from "./roles.ts";
import { z } from "./zod.ts";

export const time = z.number().int().nonnegative();
export const value: z.ZodType<JsonValue> = z.json();

export const WRITE_STATES = [
  "pending",
  "sent",
  "applied",
  "rejected",
  "expired",
  "cancelled",
  "replaced",
] as const;
export const writeState = z.enum(WRITE_STATES);

export const user = z.object({ id: z.string(), email: z.string() });
export const role = z.enum(ROLES);
export const project = z.object({ id: z.string(), name: z.string(), role });

/** How long log entries, markers and histories are kept, to about a quarter; null is without a limit. */
export const retention = z.object({
  maxAgeMs: z.number().int().positive().nullable(),
  maxBytes: z.number().int().positive().nullable(),
});
export const projectDetails = project.extend({ createdAt: time, retention });

export const member = z.object({ id: z.string(), email: z.string(), role });

/** The secret of an invitation is in its link, which is shown once. */
export const invitation = z.object({
  id: z.string(),
  role,
  /** The address of who made it. */
  by: z.string(),
  createdAt: time,
  expiresAt: time,
});

/** A log-in. */
export const webSession = z.object({
  id: z.string(),
  createdAt: time,
  expiresAt: time,
  lastUsedAt: time,
  /** What the browser calls itself. */
  client: z.string().nullable(),
  /** Whether it is the one that asks. */
  current: z.boolean(),
});

/** What a program logs in with; `role` and `project` limit it. */
export const token = z.object({
  id: z.string(),
  name: z.string(),
  role: role.nullable(),
  project: z.string().nullable(),
  createdAt: time,
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable(),
});

export const deviceKey = z.object({
  id: z.string(),
  name: z.string(),
  key: z.string(),
  createdAt: time,
  revokedAt: time.nullable(),
});

export const device = z.object({
  id: z.string(),
  name: z.string().nullable(),
  app: z.string().nullable(),
  build: z.string().nullable(),
  tags: z.array(z.string()),
  /** What the device says of itself; `name` and `tags` differ from it where people gave it others. */
  reported: z.object({ name: z.string().nullable(), tags: z.array(z.string()) }),
  online: z.boolean(),
  firstSeen: time,
  lastSeen: time,
});

/** One variable's part of a change: who asked for which value, and what became of it. */
export const write = z.object({
  id: z.number().int(),
  /** The change it belongs to: the `id` of the `set` on the wire, rising per device. */
  set: z.number().int(),
  device: z.string(),
  name: z.string(),
  from: value.nullable(),
  value,
  state: writeState,
  /** What the device says the variable is now, once it answered. */
  applied: value.nullable(),
  /** Why the device rejected it, or who cancelled it. */
  reason: z.string().nullable(),
  by: z.string(),
  createdAt: time,
  updatedAt: time,
  /** When it expires if it is still open. */
  expiresAt: time.nullable(),
});

export const variable = z.object({
  name: z.string(),
  kind: z.enum(KIND_NAMES),
  writable: z.boolean(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  step: z.number().nullable(),
  unit: z.string().nullable(),
  options: z.array(z.string()).nullable(),
  group: z.string().nullable(),
  help: z.string().nullable(),
  reported: z.object({ value, at: time }).nullable(),
  /** The newest write, whatever its state. */
  desired: write.nullable(),
});

export const logLevel = z.enum(LOG_LEVELS);
export const logEntry = z.object({
  id: z.number().int(),
  device: z.string(),
  session: z.string().nullable(),
  at: time,
  receivedAt: time,
  level: logLevel,
  message: z.string(),
  fields: z.record(z.string(), value).nullable(),
});

/** A moment worth finding again. */
export const marker = z.object({
  id: z.number().int(),
  /** Null for one of the whole project. */
  device: z.string().nullable(),
  /** Null for a person's. */
  session: z.string().nullable(),
  at: time,
  receivedAt: time,
  name: z.string(),
  fields: z.record(z.string(), value).nullable(),
  /** Who set it; null for a device's own. */
  by: z.string().nullable(),
});

/** One run of a device. */
export const session = z.object({
  id: z.string(),
  device: z.string(),
  startedAt: time,
  /** When it was last heard of. */
  seenAt: time,
  endedAt: time.nullable(),
  /** Why it ended. */
  reason: z.string().nullable(),
  missed: z.number().int(),
});

export type User = z.infer<typeof user>;
export type Project = z.infer<typeof project>;
export type ProjectDetails = z.infer<typeof projectDetails>;
export type Member = z.infer<typeof member>;
export type Invitation = z.infer<typeof invitation>;
export type WebSession = z.infer<typeof webSession>;
export type Token = z.infer<typeof token>;
export type DeviceKey = z.infer<typeof deviceKey>;
export type Device = z.infer<typeof device>;
export type WriteState = z.infer<typeof writeState>;
export type Write = z.infer<typeof write>;
export type Variable = z.infer<typeof variable>;
export type LogEntry = z.infer<typeof logEntry>;
export type Marker = z.infer<typeof marker>;
export type Session = z.infer<typeof session>;
