/** Log-ins: how they begin and end. */

import type { Verbs } from "@wheelhouse/actors";
import { DAY_MS } from "@wheelhouse/api";
import { Store } from "../store/store.ts";
import { hashToken, randomId, randomToken } from "./secrets.ts";
import { CredentialEndedTopic } from "./visitor.ts";

/** How long a log-in lasts. */
export const SESSION_MS = 30 * DAY_MS;

const MAX_CLIENT_LENGTH = 200;

/** Begins a session; the answer goes into the cookie and is stored nowhere, only its hash is. */
export async function beginSession(
  ctx: Pick<Verbs, "call" | "wallClock">,
  user: string,
  client: string | null = null,
): Promise<string> {
  const token = randomToken();
  const createdAt = ctx.wallClock();
  await ctx.call(Store, "addWebSession", {
    tokenHash: hashToken(token),
    id: randomId(),
    user,
    createdAt,
    expiresAt: createdAt + SESSION_MS,
    lastUsedAt: createdAt,
    client: client?.slice(0, MAX_CLIENT_LENGTH) ?? null,
  });
  return token;
}

/** Ends a session by its hash, and what is open in its name. */
export async function endSession(ctx: Pick<Verbs, "call" | "broadcast">, session: string): Promise<void> {
  await ctx.call(Store, "removeWebSession", session);
  ctx.broadcast(CredentialEndedTopic.of(session), undefined);
}

/** Ends all sessions of an account but one. */
export async function endOtherSessions(
  ctx: Pick<Verbs, "call" | "broadcast">,
  user: string,
  staying: string,
): Promise<void> {
  const sessions = await ctx.call(Store, "webSessions", user);
  for (const { tokenHash } of sessions) if (tokenHash !== staying) await endSession(ctx, tokenHash);
}
