/** Every HTTP route under `/api/v1`: method, path, and the schemas that validate it on the server and type it in the client. */

import { KIND_NAMES } from "@wheelhouse/protocol";
import {
  device,
  deviceKey,
  logEntry,
  logLevel,
  project,
  time,
  user,
  value,
  variable,
  write,
  writeState,
} from "./entities.ts";
import { z } from "./zod.ts";

export const API_PREFIX = "/api/v1";

/** Most that `waitMs` may ask for. */
export const MAX_WAIT_MS = 30_000;
/** How many entries a list holds unless asked, and at most. */
export const DEFAULT_LIMIT = 100;
export const MAX_LIMIT = 1_000;
/** How many points a history holds unless asked, and at most. */
export const DEFAULT_POINTS = 1_000;
export const MAX_POINTS = 10_000;

export interface Route {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** The answer's schema by status. */
  readonly answers: Readonly<Record<number, z.ZodType>>;
}

const inProject = z.object({ project: z.string() });
const inDevice = z.object({ project: z.string(), device: z.string() });
const page = {
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  cursor: z.string().optional(),
};
const span = {
  from: z.coerce.number().int().nonnegative().optional(),
  to: z.coerce.number().int().nonnegative().optional(),
};
const next = z.string().nullable();

export const credentials = z.object({
  email: z
    .string()
    .trim()
    .toLowerCase()
    .max(254)
    .regex(/^[^\s@]+@[^\s@]+$/, "expected an e-mail address"),
  password: z.string().min(8).max(128),
});

const writeResult = z.object({
  id: z.number().int(),
  name: z.string(),
  value,
  state: writeState,
  applied: value.nullable(),
  reason: z.string().nullable(),
});

/** What a change of a device's variables is answered with. */
export const changeResult = z.object({ set: z.number().int(), writes: z.array(writeResult) });

/** A variable's history: numbers thinned to lowest and highest of each bucket, other kinds as changes. Oldest first. */
export const history = z.object({ kind: z.enum(KIND_NAMES), points: z.array(z.tuple([time, value])) });

export const routes = {
  register: {
    method: "POST",
    path: "/users",
    body: credentials.extend({ project: z.string().trim().min(1).max(100).optional() }),
    answers: { 201: z.object({ user, project, deviceKey: z.string() }) },
  },
  logIn: {
    method: "POST",
    path: "/session",
    body: z.object({ email: z.string().trim().toLowerCase(), password: z.string() }),
    answers: { 201: z.object({ user }) },
  },
  logOut: { method: "DELETE", path: "/session", answers: { 204: z.null() } },
  me: { method: "GET", path: "/me", answers: { 200: z.object({ user, projects: z.array(project) }) } },
  /** Whether the first account is still to be made. Needs no session. */
  installation: {
    method: "GET",
    path: "/installation",
    answers: { 200: z.object({ fresh: z.boolean(), devicePort: z.number().int() }) },
  },

  deviceKeys: {
    method: "GET",
    path: "/projects/:project/device-keys",
    params: inProject,
    answers: { 200: z.object({ deviceKeys: z.array(deviceKey) }) },
  },
  createDeviceKey: {
    method: "POST",
    path: "/projects/:project/device-keys",
    params: inProject,
    body: z.object({ name: z.string().trim().min(1).max(100) }),
    answers: { 201: deviceKey },
  },
  revokeDeviceKey: {
    method: "DELETE",
    path: "/projects/:project/device-keys/:id",
    params: inProject.extend({ id: z.string() }),
    answers: { 204: z.null() },
  },

  devices: {
    method: "GET",
    path: "/projects/:project/devices",
    params: inProject,
    answers: { 200: z.object({ devices: z.array(device) }) },
  },
  device: {
    method: "GET",
    path: "/projects/:project/devices/:device",
    params: inDevice,
    answers: { 200: device },
  },
  variables: {
    method: "GET",
    path: "/projects/:project/devices/:device/variables",
    params: inDevice,
    answers: { 200: z.object({ variables: z.array(variable) }) },
  },
  changeVariables: {
    method: "PATCH",
    path: "/projects/:project/devices/:device/variables",
    params: inDevice,
    query: z.object({ waitMs: z.coerce.number().int().min(0).max(MAX_WAIT_MS).optional() }),
    body: z.object({ values: z.record(z.string(), value) }),
    answers: { 200: changeResult, 202: changeResult },
  },
  history: {
    method: "GET",
    path: "/projects/:project/devices/:device/variables/:name/history",
    params: inDevice.extend({ name: z.string() }),
    query: z.object({
      ...span,
      points: z.coerce.number().int().min(2).max(MAX_POINTS).default(DEFAULT_POINTS),
    }),
    answers: { 200: history },
  },
  writes: {
    method: "GET",
    path: "/projects/:project/writes",
    params: inProject,
    query: z.object({ ...page, device: z.string().optional() }),
    answers: { 200: z.object({ writes: z.array(write), next }) },
  },
  logs: {
    method: "GET",
    path: "/projects/:project/logs",
    params: inProject,
    query: z.object({
      ...page,
      ...span,
      device: z.string().optional(),
      session: z.string().optional(),
      level: logLevel.optional(),
      text: z.string().max(200).optional(),
    }),
    answers: { 200: z.object({ entries: z.array(logEntry), next }) },
  },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;
