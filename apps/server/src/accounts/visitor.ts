/** Who a request comes from: the account behind its session or token, and what that may. */

import { defineTopic, type Verbs } from "@wheelhouse/actors";
import { mayActAs, type Role, type User } from "@wheelhouse/api";
import type { HolderRecord, Membership, TokenRecord } from "@wheelhouse/storage";
import { Store } from "../store/store.ts";
import { TOKEN_PREFIX, hashToken } from "./secrets.ts";

/** A session or a token that is over, by its hash. */
export const CredentialEndedTopic = defineTopic<void>("credential_ended");

/** The roles of an account have changed, by its id. */
export const RolesChangedTopic = defineTopic<void>("roles_changed");

/** What a request shows of itself: a cookie's value, or a token. */
export type Credential =
  | { readonly type: "session"; readonly secret: string }
  | { readonly type: "token"; readonly secret: string };

/** An account that a request or a live socket acts for. */
export interface Visitor {
  readonly by: Credential["type"];
  /** The hash of its session or token. */
  readonly credential: string;
  readonly expiresAt: number;
  readonly user: User;
  /** The projects that may be seen, each with the role that counts here. */
  readonly memberships: readonly Membership[];
  /** Whether it may do what the installation's admin may. */
  readonly isAdmin: boolean;
  /** Whether its account is the admin's, also where a token limits it. */
  readonly isOfAdmin: boolean;
  /** Whether a token gives it less than its account may. */
  readonly isLimited: boolean;
}

type Ctx = Pick<Verbs, "call" | "wallClock">;

export function roleIn({ memberships }: Pick<Visitor, "memberships">, project: string): Role | undefined {
  return memberships.find((membership) => membership.project.id === project)?.role;
}

/** The account behind a credential that is valid now. */
export async function findVisitor(
  ctx: Ctx,
  credential: Credential | undefined,
): Promise<Visitor | undefined> {
  if (credential === undefined) return undefined;
  const hash = hashToken(credential.secret);
  return credential.type === "session" ? findBySession(ctx, hash) : findByToken(ctx, credential.secret, hash);
}

/** The same visitor as things are now; `undefined` when its session or token is over. */
export function findAgain(
  ctx: Ctx,
  { by, credential }: Pick<Visitor, "by" | "credential">,
): Promise<Visitor | undefined> {
  return by === "session" ? findBySession(ctx, credential) : lookUpToken(ctx, credential);
}

/** `lastUsedAt` is right to so much, so that reading seldom writes. */
const TOUCH_EVERY_MS = 5 * 60_000;

async function findBySession(ctx: Ctx, hash: string): Promise<Visitor | undefined> {
  const found = await ctx.call(Store, "sessionHolder", hash);
  const now = ctx.wallClock();
  if (found === undefined || found.session.expiresAt <= now) return undefined;
  if (now - found.session.lastUsedAt >= TOUCH_EVERY_MS) forget(ctx.call(Store, "touchWebSession", hash, now));
  return {
    ...toVisitor(found),
    by: "session",
    credential: hash,
    expiresAt: found.session.expiresAt,
    isAdmin: found.isAdmin,
    isOfAdmin: found.isAdmin,
    isLimited: false,
  };
}

/** What isn't of a token's form needs no look. */
async function findByToken(ctx: Ctx, secret: string, hash: string): Promise<Visitor | undefined> {
  return secret.startsWith(TOKEN_PREFIX) ? lookUpToken(ctx, hash) : undefined;
}

async function lookUpToken(ctx: Ctx, hash: string): Promise<Visitor | undefined> {
  const found = await ctx.call(Store, "tokenHolder", hash);
  const now = ctx.wallClock();
  if (found === undefined) return undefined;
  const { token } = found;
  const expiresAt = token.expiresAt ?? Infinity;
  if (expiresAt <= now) return undefined;
  if (now - (token.lastUsedAt ?? 0) >= TOUCH_EVERY_MS) forget(ctx.call(Store, "touchToken", hash, now));
  const isLimited = token.role !== null || token.project !== null;
  return {
    ...toVisitor(found),
    memberships: limit(found.memberships, token),
    by: "token",
    credential: hash,
    expiresAt,
    isAdmin: found.isAdmin && !isLimited,
    isOfAdmin: found.isAdmin,
    isLimited,
  };
}

function toVisitor({ user, memberships }: HolderRecord): Pick<Visitor, "user" | "memberships"> {
  return { user: { id: user.id, email: user.email }, memberships };
}

function limit(memberships: readonly Membership[], token: TokenRecord): readonly Membership[] {
  return memberships
    .filter(({ project }) => token.project === null || project.id === token.project)
    .map((membership) =>
      token.role !== null && mayActAs(membership.role, token.role)
        ? { ...membership, role: token.role }
        : membership,
    );
}

/** A time of last use that isn't stored is no reason to refuse anybody. */
function forget(stored: Promise<void>): void {
  stored.catch(() => undefined);
}
