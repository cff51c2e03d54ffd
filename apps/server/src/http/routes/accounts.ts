/** Making accounts, logging in and out, and an account's own sessions over HTTP. */

import { ApiError, DAY_MS } from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import type { FastifyReply, FastifyRequest } from "fastify";
import { weaknessOf } from "../../accounts/common-passwords.ts";
import type { Permit } from "../../accounts/log-in-limits.ts";
import { hashToken, randomToken } from "../../accounts/secrets.ts";
import { SESSION_MS, beginSession, endOtherSessions, endSession } from "../../accounts/sessions.ts";
import { DeviceListener } from "../../devices/device-listener.ts";
import { Store } from "../../store/store.ts";
import { ComeBackError } from "../answers.ts";
import { isFromHere } from "../client-address.ts";
import { giveCookie, readDeviceCookie, takeCookie } from "../credentials.ts";
import type { Parts } from "../parts.ts";
import { DEVICE_COOKIE, SESSION_COOKIE } from "../security.ts";
import type { Handlers } from "../serve.ts";

type AccountRoutes =
  | "installation"
  | "logIn"
  | "logOut"
  | "me"
  | "changePassword"
  | "webSessions"
  | "endWebSession";

/** How long a browser is known. */
const KNOWN_MS = 365 * DAY_MS;

export function accountHandlers(ctx: Verbs, parts: Parts): Handlers<AccountRoutes> {
  const { config, metrics, passwords, logInLimits, addressOf } = parts;

  /** The hash of what the browser is known by, if that is to this account. */
  async function knownDevice(request: FastifyRequest, user: string | undefined): Promise<string | undefined> {
    const secret = readDeviceCookie(request.headers, request.cookies, config);
    if (secret === undefined) return undefined;
    const device = await ctx.call(Store, "knownDevice", hashToken(secret));
    if (device === undefined || device.user !== user) return undefined;
    return ctx.wallClock() - device.createdAt < KNOWN_MS ? device.tokenHash : undefined;
  }

  /** Whether it is the account's password: as much work, and as many tries, whether there is one or not. */
  async function isRightPassword(
    account: { readonly email: string; readonly passwordHash: string | undefined },
    password: string,
    request: FastifyRequest,
    device: string | undefined,
  ): Promise<boolean> {
    const attempt = { account: account.email, address: addressOf(request), knownDevice: device };
    const permit = expectAllowed(await logInLimits.take(attempt));
    const isKnown = device !== undefined;
    const right = await passwords
      .isRight(password, account.passwordHash, isKnown)
      .catch(async (error: unknown) => {
        await permit.giveBack();
        throw error;
      });
    if (right) await permit.giveBack();
    return right;
  }

  return {
    async installation({ request }) {
      const { local } = await ctx.call(DeviceListener, "info");
      const fresh = (await ctx.call(Store, "countUsers")) === 0;
      const needsCode = fresh && !isFromHere(request.socket.remoteAddress, request.headers);
      const { openRegistration } = config;
      return [200, { fresh, devicePort: local.port, needsCode, openRegistration }];
    },

    async logIn({ body, request, reply }) {
      const user = await ctx.call(Store, "userByEmail", body.email);
      const device = await knownDevice(request, user?.id);
      const account = { email: body.email, passwordHash: user?.passwordHash };
      const right = await isRightPassword(account, body.password, request, device).catch((error: unknown) => {
        metrics.logIns.inc({ outcome: "refused" });
        throw error;
      });
      metrics.logIns.inc({ outcome: right ? "right" : "wrong" });
      if (user === undefined || !right)
        throw new ApiError("wrong_credentials", "e-mail address or password is wrong");
      await enter(ctx, parts, user.id, request, reply, device !== undefined);
      return [201, { user: { id: user.id, email: user.email } }];
    },

    async logOut({ visitor, reply }) {
      await endSession(ctx, visitor.credential);
      takeCookie(reply, SESSION_COOKIE, config);
      return [204, null];
    },

    async me({ visitor: { user, memberships, isAdmin } }) {
      const projects = memberships.map(({ project, role }) => ({ id: project.id, name: project.name, role }));
      return [200, { user, projects, admin: isAdmin }];
    },

    async changePassword({ body, visitor: { user, credential }, request, reply }) {
      const stored = await ctx.call(Store, "userById", user.id);
      const account = { email: user.email, passwordHash: stored?.passwordHash };
      const device = await knownDevice(request, user.id);
      if (!(await isRightPassword(account, body.current, request, device)))
        throw new ApiError("wrong_credentials", "the current password is wrong", { field: "current" });
      checkNewPassword(body.password, user.email);
      await ctx.call(Store, "setPassword", user.id, await passwords.hash(body.password));
      await endOtherSessions(ctx, user.id, credential);
      await ctx.call(Store, "forgetKnownDevices", user.id);
      await rememberDevice(ctx, parts, user.id, reply);
      return [204, null];
    },

    async webSessions({ visitor }) {
      const now = ctx.wallClock();
      const sessions = await ctx.call(Store, "webSessions", visitor.user.id);
      const shown = sessions
        .filter(({ expiresAt }) => expiresAt > now)
        .map(({ tokenHash, id, createdAt, expiresAt, lastUsedAt, client }) => ({
          id,
          createdAt,
          expiresAt,
          lastUsedAt,
          client,
          current: tokenHash === visitor.credential,
        }));
      return [200, { sessions: shown }];
    },

    async endWebSession({ params, visitor }) {
      const sessions = await ctx.call(Store, "webSessions", visitor.user.id);
      const session = sessions.find(({ id }) => id === params.id);
      if (session === undefined) throw new ApiError("not_found", "no such session");
      await endSession(ctx, session.tokenHash);
      return [204, null];
    },
  };
}

/** Begins a session, and makes the browser known to the account. */
export async function enter(
  ctx: Verbs,
  parts: Parts,
  user: string,
  request: FastifyRequest,
  reply: FastifyReply,
  isKnown = false,
): Promise<void> {
  const session = await beginSession(ctx, user, request.headers["user-agent"] ?? null);
  giveCookie(reply, SESSION_COOKIE, parts.config, session, SESSION_MS);
  if (!isKnown) await rememberDevice(ctx, parts, user, reply);
}

async function rememberDevice(
  ctx: Verbs,
  { config }: Parts,
  user: string,
  reply: FastifyReply,
): Promise<void> {
  const secret = randomToken();
  const device = { tokenHash: hashToken(secret), user, createdAt: ctx.wallClock() };
  await ctx.call(Store, "addKnownDevice", device);
  giveCookie(reply, DEVICE_COOKIE, config, secret, KNOWN_MS);
}

/** @throws ApiError for one that guessers try first. */
export function checkNewPassword(password: string, email: string): void {
  const weakness = weaknessOf(password, email);
  if (weakness !== undefined)
    throw new ApiError("invalid", `choose another password: this one ${weakness}`, { field: "password" });
}

/** @throws ComeBackError */
export function expectAllowed(permit: Permit): Extract<Permit, { allowed: true }> {
  if (permit.allowed) return permit;
  throw new ComeBackError("too_many_requests", "too many tries; wait a little", permit.retryAfterMs);
}
