/** Routes of accounts: registering, logging in, sessions and tokens. */

import { project, role, time, token, user, webSession } from "../entities.ts";
import { DAY_MS } from "../spans.ts";
import { z } from "../zod.ts";
import { EXAMPLE_IDS, EXAMPLE_TIME, label, linkSecret, type Route } from "./route.ts";

export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .regex(/^[^\s@]+@[^\s@]+$/, "expected an e-mail address");
/** Of a new password, in UTF-16 units. */
export const MIN_PASSWORD_LENGTH = 8;
export const MAX_PASSWORD_LENGTH = 128;
export const newPassword = z.string().min(MIN_PASSWORD_LENGTH).max(MAX_PASSWORD_LENGTH);
/** A password that is tried; one that is longer than any can be is no password. */
const triedPassword = z.string().max(1_000);

const ann = { id: EXAMPLE_IDS.user, email: "ann@example.org" };
const rocket = { id: EXAMPLE_IDS.project, name: "Rocket", role: "owner" };

export const accountRoutes = {
  register: {
    method: "POST",
    path: "/users",
    access: "anyone",
    tag: "Accounts",
    summary: "Make an account",
    description:
      "The first account is made freely from the server's own machine; from elsewhere it needs the `code` that the server prints at its start. After that accounts come by `invitation`, unless the server runs with `--open-registration`. Begins a session. `deviceKey` is null for who joins a project of others.",
    body: z.object({
      email,
      password: newPassword,
      project: label.optional(),
      invitation: linkSecret.optional(),
      code: z.string().max(100).optional(),
    }),
    answers: { 201: z.object({ user, project, deviceKey: z.string().nullable() }) },
    refusals: ["registration_closed", "exists"],
    example: {
      body: { email: "ann@example.org", password: "correct horse battery", project: "Rocket" },
      status: 201,
      answer: { user: ann, project: rocket, deviceKey: "Ab3dEf6hIj9k" },
    },
  },
  logIn: {
    method: "POST",
    path: "/session",
    access: "anyone",
    tag: "Accounts",
    summary: "Log in",
    description:
      "Begins a new session and sets its cookie. A wrong password and an unknown address are answered alike. After too many wrong ones, 429 says in `retry-after` when to come back; a browser that has logged in before has a count of its own.",
    body: z.object({ email: z.string().trim().toLowerCase().max(254), password: triedPassword }),
    answers: { 201: z.object({ user }) },
    refusals: ["wrong_credentials", "too_many_requests"],
    example: {
      body: { email: "ann@example.org", password: "correct horse battery" },
      status: 201,
      answer: { user: ann },
    },
  },
  logOut: {
    method: "DELETE",
    path: "/session",
    access: "account",
    notByToken: true,
    tag: "Accounts",
    summary: "Log out",
    description: "Ends this session, and the live sockets that it opened.",
    answers: { 204: z.null() },
    example: { status: 204, answer: null },
  },
  me: {
    method: "GET",
    path: "/me",
    access: "account",
    tag: "Accounts",
    summary: "Who I am, with my projects and roles",
    answers: {
      200: z.object({ user, projects: z.array(project), admin: z.boolean().default(false) }),
    },
    example: { status: 200, answer: { user: ann, projects: [rocket], admin: true } },
  },
  changePassword: {
    method: "PATCH",
    path: "/me/password",
    access: "account",
    notByToken: true,
    tag: "Accounts",
    summary: "Change my password",
    description: "Ends all other sessions of the account; tokens stay.",
    body: z.object({ current: triedPassword, password: newPassword }),
    answers: { 204: z.null() },
    refusals: ["wrong_credentials", "too_many_requests"],
    example: {
      body: { current: "correct horse battery", password: "a staple of correctness" },
      status: 204,
      answer: null,
    },
  },
  webSessions: {
    method: "GET",
    path: "/me/sessions",
    access: "account",
    notByToken: true,
    tag: "Accounts",
    summary: "Where I am logged in",
    answers: { 200: z.object({ sessions: z.array(webSession) }) },
    example: {
      status: 200,
      answer: {
        sessions: [
          {
            id: "s5Jw1cTe8uFg",
            createdAt: EXAMPLE_TIME,
            expiresAt: EXAMPLE_TIME + 30 * DAY_MS,
            lastUsedAt: EXAMPLE_TIME,
            client: "Mozilla/5.0 (X11; Linux x86_64)",
            current: true,
          },
        ],
      },
    },
  },
  endWebSession: {
    method: "DELETE",
    path: "/me/sessions/:id",
    access: "account",
    notByToken: true,
    tag: "Accounts",
    summary: "End one of my sessions",
    params: z.object({ id: z.string() }),
    answers: { 204: z.null() },
    example: { params: { id: "s5Jw1cTe8uFg" }, status: 204, answer: null },
  },
  installation: {
    method: "GET",
    path: "/installation",
    access: "anyone",
    tag: "Accounts",
    summary: "What there is to know before logging in",
    description:
      "`fresh` says that the first account is still to be made, `needsCode` that it takes the code printed at the server's start when made from here.",
    answers: {
      200: z.object({
        fresh: z.boolean(),
        devicePort: z.number().int(),
        needsCode: z.boolean().default(false),
        openRegistration: z.boolean().default(false),
      }),
    },
    example: {
      status: 200,
      answer: { fresh: false, devicePort: 6667, needsCode: false, openRegistration: false },
    },
  },

  tokens: {
    method: "GET",
    path: "/tokens",
    access: "account",
    tag: "Tokens",
    summary: "My tokens",
    description: "`lastUsedAt` is right to five minutes. A token whose rights are limited sees only itself.",
    answers: { 200: z.object({ tokens: z.array(token) }) },
    example: {
      status: 200,
      answer: {
        tokens: [
          {
            id: "t0Rz4yKv6sDh",
            name: "build server",
            role: "editor",
            project: EXAMPLE_IDS.project,
            createdAt: EXAMPLE_TIME,
            expiresAt: EXAMPLE_TIME + 90 * DAY_MS,
            lastUsedAt: null,
          },
        ],
      },
    },
  },
  createToken: {
    method: "POST",
    path: "/tokens",
    access: "account",
    notByToken: true,
    tag: "Tokens",
    summary: "Make a token",
    description:
      "For `Authorization: Bearer …`. It has its maker's rights or, where `role` or `project` is given, fewer. `token` is shown this once: the server keeps only its hash.",
    body: z.object({
      name: label,
      role: role.optional(),
      project: z.string().optional(),
      expiresAt: time.optional(),
    }),
    answers: { 201: token.extend({ token: z.string() }) },
    refusals: ["not_found"],
    example: {
      body: { name: "build server", role: "editor", project: EXAMPLE_IDS.project },
      status: 201,
      answer: {
        id: "t0Rz4yKv6sDh",
        name: "build server",
        role: "editor",
        project: EXAMPLE_IDS.project,
        createdAt: EXAMPLE_TIME,
        expiresAt: null,
        lastUsedAt: null,
        token: "wh_Hq3nB8yVw1Zc6RtLk0XeJf5MdSa9GpU2oQiT7bYhNsE",
      },
    },
  },
  revokeToken: {
    method: "DELETE",
    path: "/tokens/:id",
    access: "account",
    tag: "Tokens",
    summary: "Revoke a token",
    description:
      "Its live sockets end within a second. A token may revoke itself; one whose rights are limited no other.",
    params: z.object({ id: z.string() }),
    answers: { 204: z.null() },
    example: { params: { id: "t0Rz4yKv6sDh" }, status: 204, answer: null },
  },
} as const satisfies Record<string, Route>;
