/** Who a request comes from: the log-in session behind its cookie, and the roles of that account. */

import type { Verbs } from "@wheelhouse/actors";
import type { Role, User } from "@wheelhouse/api";
import type { Membership } from "@wheelhouse/storage";
import { Store } from "../store/store.ts";
import { hashToken, randomToken } from "./secrets.ts";

/** How long a log-in lasts. */
export const SESSION_MS = 30 * 24 * 60 * 60 * 1000;

/** An account that has logged in. */
export interface Visitor {
  readonly user: User;
  readonly memberships: readonly Membership[];
}

const RANKS: readonly Role[] = ["viewer", "editor", "owner"];

export function roleIn({ memberships }: Visitor, project: string): Role | undefined {
  return memberships.find((membership) => membership.project.id === project)?.role;
}

/** Whether a role may do what needs the other. */
export function mayActAs(role: Role, needed: Role): boolean {
  return RANKS.indexOf(role) >= RANKS.indexOf(needed);
}

/** Begins a session; the answer goes into the cookie and is stored nowhere, only its hash is. */
export async function beginSession(ctx: Pick<Verbs, "call" | "wallClock">, user: string): Promise<string> {
  const token = randomToken();
  const createdAt = ctx.wallClock();
  await ctx.call(Store, "addWebSession", { tokenHash: hashToken(token), user, createdAt, expiresAt: createdAt + SESSION_MS });
  return token;
}

export async function endSession(ctx: Pick<Verbs, "call">, token: string): Promise<void> {
  await ctx.call(Store, "removeWebSession", hashToken(token));
}

/** The account behind a cookie, if its session is there and not over. */
export async function findVisitor(ctx: Pick<Verbs, "call" | "wallClock">, token: string | undefined): Promise<Visitor | undefined> {
  if (token === undefined) return undefined;
  const session = await ctx.call(Store, "webSession", hashToken(token));
  if (session === undefined || session.expiresAt <= ctx.wallClock()) return undefined;
  const user = await ctx.call(Store, "userById", session.user);
  if (user === undefined) return undefined;
  return { user: { id: user.id, email: user.email }, memberships: await ctx.call(Store, "memberships", user.id) };
}
