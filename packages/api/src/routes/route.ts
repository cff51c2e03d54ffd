/** What a route of the HTTP API consists of, and what several of them share. */

import { logLevel } from "../entities.ts";
import type { Role } from "../roles.ts";
import { DAY_MS } from "../spans.ts";
import { z } from "../zod.ts";

/** Most that `waitMs` may ask for. */
export const MAX_WAIT_MS = 30_000;
/** How long a change may be told to stay open: a year. */
export const MAX_EXPIRES_IN_MS = 365 * DAY_MS;
/** Longest label, in UTF-16 units. */
export const MAX_LABEL_LENGTH = 100;
/** Longest text that log entries are searched for, in UTF-16 units. */
export const MAX_SEARCH_LENGTH = 200;
/** Devices that one change may name. */
export const MAX_NAMED_DEVICES = 1_000;
/** How many entries a list holds unless asked, and at most. */
export const DEFAULT_LIMIT = 100;
export const MAX_LIMIT = 1_000;
/** How many points a history holds unless asked, and at most. */
export const DEFAULT_POINTS = 1_000;
export const MAX_POINTS = 10_000;

/**
 * Who may call a route: `anyone` needs no session, `account` any session, `admin` the installation's first account, a
 * role that role or more in the route's `:project`.
 */
export type Access = "anyone" | "account" | "admin" | Role;

/** A call and its answer as the documents show them; the tests run it. */
export interface Example {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
  readonly status: number;
  readonly answer: unknown;
}

export interface Route {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly access: Access;
  /** The role that is enough for a member to whom `:user` is themselves; not by a token whose rights are limited. */
  readonly selfAccess?: Role;
  /** Only for people who are logged in: a token that could make tokens, sessions or members could outlive itself. */
  readonly notByToken?: true;
  /** The group it stands in. */
  readonly tag: Tag;
  /** One line, as a heading. */
  readonly summary: string;
  /** What the schemas can't say. */
  readonly description?: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** The answer's schema by status. */
  readonly answers: Readonly<Record<number, z.ZodType>>;
  /** The media types of an answer that isn't JSON but text, sent as it comes. */
  readonly streams?: readonly string[];
  /** The codes of refusals that are this route's own; those of access and shape go without saying. */
  readonly refusals?: readonly string[];
  readonly example: Example;
}

/** The groups in the order in which documents show them. */
export const TAGS = [
  "Accounts",
  "Tokens",
  "Projects",
  "Members",
  "Invitations",
  "Device keys",
  "Devices",
  "Changes",
  "Logs",
  "Markers",
  "Export",
] as const;
export type Tag = (typeof TAGS)[number];

export const inProject = z.object({ project: z.string() });
export const inDevice = z.object({ project: z.string(), device: z.string() });
/** A device's id where it is asked for; those that the server gives out are among them. */
export const deviceId = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, "expected a device's id: 1 to 64 of A-Z a-z 0-9 . _ -");
/** A label that people give: a project's, a key's, a token's. */
export const label = z.string().trim().min(1).max(MAX_LABEL_LENGTH);
export const page = {
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
  cursor: z.string().optional(),
};
export const span = {
  from: z.coerce.number().int().nonnegative().optional(),
  to: z.coerce.number().int().nonnegative().optional(),
};
export const next = z.string().nullable();
/** Which log entries: of that level and above, with that text in their message. */
export const logSearch = {
  level: logLevel.optional(),
  text: z.string().max(MAX_SEARCH_LENGTH).optional(),
};
/** What the link of an invitation or of a lost password ends with. */
export const linkSecret = z.string().max(100);

/** The times of the examples: 2025-11-24, 16:00. */
export const EXAMPLE_TIME = 1_764_000_000_000;
/** What the examples call the things of an installation. */
export const EXAMPLE_IDS = {
  user: "u8Hk2mQx0pLs",
  project: "p3Vd9tRw7bNa",
  device: "pixel-7",
  variable: "enemy.speed",
} as const;
