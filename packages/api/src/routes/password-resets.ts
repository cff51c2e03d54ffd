/** Routes of lost passwords: the admin makes a link, and whoever has it sets a new password, once. */

import { time, user } from "../entities.ts";
import { DAY_MS } from "../spans.ts";
import { z } from "../zod.ts";
import { email, newPassword } from "./accounts.ts";
import { EXAMPLE_IDS, EXAMPLE_TIME, linkSecret, type Route } from "./route.ts";

/** How long a link holds unless asked, and at most. */
export const DEFAULT_RESET_MS = DAY_MS;
export const MAX_RESET_MS = 7 * DAY_MS;

const SECRET = "Rw4nB8qTz1Jc6XvLk0YeHf5MdSa9GpU2oQiT7bEhNsK";
const bob = { id: EXAMPLE_IDS.user, email: "bob@example.org" };

export const passwordResetRoutes = {
  createPasswordReset: {
    method: "POST",
    path: "/password-resets",
    access: "admin",
    notByToken: true,
    tag: "Accounts",
    summary: "Let somebody set a new password",
    description:
      "No mail is sent: pass the `link` on yourself. It is shown this once, works once, and ends by itself; an earlier one of the same account ends at once. Whoever has it takes the account over.",
    body: z.object({
      email,
      expiresInMs: z.number().int().min(60_000).max(MAX_RESET_MS).default(DEFAULT_RESET_MS),
    }),
    answers: { 201: z.object({ email: z.string(), expiresAt: time, link: z.string() }) },
    refusals: ["not_found"],
    example: {
      body: { email: bob.email },
      status: 201,
      answer: {
        email: bob.email,
        expiresAt: EXAMPLE_TIME + DEFAULT_RESET_MS,
        link: `http://localhost:8080/reset-password#${SECRET}`,
      },
    },
  },
  readPasswordReset: {
    method: "POST",
    path: "/password-resets/read",
    access: "anyone",
    tag: "Accounts",
    summary: "Whose password a link sets",
    description: "The secret travels in the body, so that no log has it.",
    body: z.object({ reset: linkSecret }),
    answers: { 200: z.object({ email: z.string() }) },
    refusals: ["not_found"],
    example: { body: { reset: SECRET }, status: 200, answer: { email: bob.email } },
  },
  resetPassword: {
    method: "POST",
    path: "/password-resets/use",
    access: "anyone",
    tag: "Accounts",
    summary: "Set a new password with a link",
    description:
      "Ends all sessions and tokens of the account, with the live sockets that they opened, and begins a new session.",
    body: z.object({ reset: linkSecret, password: newPassword }),
    answers: { 200: z.object({ user }) },
    refusals: ["not_found"],
    example: {
      body: { reset: SECRET, password: "a staple of correctness" },
      status: 200,
      answer: { user: bob },
    },
  },
} as const satisfies Record<string, Route>;
