/** Who a request comes from: the log-in session behind its cookie, and the roles of that account. */

import { defineTopic, type Verbs } from "@wheelhouse/actors";
import type { Role, User } from "@wheelhouse/api";
import type { Membership } from "@wheelhouse/storage";
import { Store } from "../store/store.ts";
import { hashToken, randomToken } from "./secrets.ts";

/** How long a log-in lasts. */
export const SESSION_MS = 30 * 24 * 60 * 60 * 1000;

/** A session that is over, by its hash. */
export const SessionEndedTopic = defineTopic<void>("session_ended");

/** An account that has logged in. */
export interface Visitor {
  /** The hash of its session. */
  readonly session: string;
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
  await ctx.call(Store, "addWebSession", {
    tokenHash: hashToken(token),
    user,
    createdAt,
    expiresAt: createdAt + SESSION_MS,
  });
  return token;
}

export async function endSession(ctx: Pick<Verbs, "call" | "broadcast">, token: string): Promise<void> {
  const session = hashToken(token);
  await ctx.call(Store, "removeWebSession", session);
  ctx.broadcast(SessionEndedTopic.of(session), undefined);
}

/** The account behind a cookie, if its session is there and not over. */
export async function findVisitor(
  ctx: Pick<Verbs, "call" | "wallClock">,
  token: string | undefined,
): Promise<Visitor | undefined> {
  if (token === undefined) return undefined;
  const session = hashToken(token);
  const record = await ctx.call(Store, "webSession", session);
  if (record === undefined || record.expiresAt <= ctx.wallClock()) return undefined;
  const user = await ctx.call(Store, "userById", record.user);
  if (user === undefined) return undefined;
  const memberships = await ctx.call(Store, "memberships", user.id);
  return { session, user: { id: user.id, email: user.email }, memberships };
}
