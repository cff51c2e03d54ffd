/** The live socket: what a page says and is told over `GET /api/v1/live`. */

import { device, logEntry, marker, time, value, variable, write } from "./entities.ts";
import type { Role } from "./roles.ts";
import { z } from "./zod.ts";

export const LIVE_PATH = "/api/v1/live";

export const TOPICS = ["devices", "variables", "logs", "writes", "markers"] as const;
const topic = z.enum(TOPICS);

/** The role that a subscription to a topic needs in its project. */
export const TOPIC_ACCESS: Readonly<Record<(typeof TOPICS)[number], Role>> = {
  devices: "viewer",
  variables: "viewer",
  logs: "viewer",
  writes: "viewer",
  markers: "viewer",
};

/** A place in the stored entries (log entries, writes and markers) of one data folder; `epoch` names the folder. */
const position = z.object({ epoch: z.string(), offset: z.number().int().nonnegative() });

const subscriptionId = z.number().int();

export const clientMessage = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("subscribe"),
    id: subscriptionId,
    project: z.string(),
    /** Only this device's; all of the project's where absent. */
    device: z.string().optional(),
    topics: z.array(topic).min(1),
    /** Where the page had got to: it is sent what was stored after it, at most 1,000 entries, else `reload`. */
    after: position.optional(),
  }),
  z.object({ type: z.literal("unsubscribe"), id: subscriptionId }),
]);

const snapshot = z.object({
  type: z.literal("snapshot"),
  id: subscriptionId,
  epoch: z.string(),
  offset: z.number().int(),
  devices: z.array(device).optional(),
  /** Each device's variables. */
  variables: z.record(z.string(), z.array(variable)).optional(),
  /** The writes that are still open. */
  writes: z.array(write).optional(),
});

const changes = z.object({
  type: z.literal("changes"),
  id: subscriptionId,
  offset: z.number().int(),
  /** The newest value of each variable that changed: device, name, `[at, value]`. */
  values: z.record(z.string(), z.record(z.string(), z.tuple([time, value]))).optional(),
  /** Declarations that came or changed: device, variables. */
  variables: z.record(z.string(), z.array(variable)).optional(),
  logs: z.array(logEntry).optional(),
  writes: z.array(write).optional(),
  markers: z.array(marker).optional(),
  devices: z.array(device).optional(),
  /** Log entries and markers left out because more came than a page can take. */
  dropped: z.number().int(),
});

export const serverMessage = z.discriminatedUnion("type", [
  snapshot,
  changes,
  /** The page was away too long: it loads again what it shows. */
  z.object({ type: z.literal("reload"), id: subscriptionId }),
  z.object({
    type: z.literal("error"),
    id: subscriptionId.optional(),
    code: z.string(),
    message: z.string(),
  }),
]);

export type Topic = z.infer<typeof topic>;
export type Position = z.infer<typeof position>;
export type ClientMessage = z.infer<typeof clientMessage>;
export type Subscribe = Extract<ClientMessage, { type: "subscribe" }>;
export type Snapshot = z.infer<typeof snapshot>;
export type Changes = z.infer<typeof changes>;
export type LiveMessage = z.infer<typeof serverMessage>;
