/** Links that set a new password: made, looked up, and used with all that ends by it. */

import type { Verbs } from "@wheelhouse/actors";
import type { UserRecord } from "@wheelhouse/storage";
import { Store } from "../store/store.ts";
import { hashToken, randomToken } from "./secrets.ts";
import { CredentialEndedTopic } from "./visitor.ts";

export interface NewPasswordReset {
  /** Stored nowhere, only its hash is. */
  readonly secret: string;
  readonly expiresAt: number;
}

export async function addPasswordReset(
  ctx: Pick<Verbs, "call" | "wallClock">,
  user: string,
  expiresInMs: number,
): Promise<NewPasswordReset> {
  const secret = randomToken();
  const createdAt = ctx.wallClock();
  const expiresAt = createdAt + expiresInMs;
  await ctx.call(Store, "addPasswordReset", { tokenHash: hashToken(secret), user, createdAt, expiresAt });
  return { secret, expiresAt };
}

/** Whose password the link sets; `undefined` when it is used up or over. */
export async function findPasswordReset(
  ctx: Pick<Verbs, "call" | "wallClock">,
  secret: string,
): Promise<UserRecord | undefined> {
  const reset = await ctx.call(Store, "passwordReset", hashToken(secret));
  if (reset === undefined || reset.expiresAt <= ctx.wallClock()) return undefined;
  return ctx.call(Store, "userById", reset.user);
}

/** Uses the link up. Everything that the old password had opened is over, also what is open now. */
export async function completePasswordReset(
  ctx: Pick<Verbs, "call" | "wallClock" | "broadcast">,
  secret: string,
  passwordHash: string,
): Promise<"done" | "unknown"> {
  const outcome = await ctx.call(Store, "resetPassword", hashToken(secret), passwordHash, ctx.wallClock());
  for (const credential of outcome?.ended ?? [])
    ctx.broadcast(CredentialEndedTopic.of(credential), undefined);
  return outcome === undefined ? "unknown" : "done";
}
