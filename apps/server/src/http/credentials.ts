/** What a request shows of who it is from, and the cookies that are given out. Pure. */

import type { IncomingHttpHeaders } from "node:http";
import type { FastifyReply } from "fastify";
import type { Credential } from "../accounts/visitor.ts";
import type { Config } from "../config.ts";
import { DEVICE_COOKIE, SESSION_COOKIE, cookieFor } from "./security.ts";

type Cookies = Readonly<Record<string, string | undefined>>;
type CookieConfig = Pick<Config, "publicUrl" | "tlsCert">;

/** A token goes before a cookie: no browser sends one by itself, and who shows a wrong one isn't helped by the other. */
export function readCredential(
  headers: IncomingHttpHeaders,
  cookies: Cookies,
  config: CookieConfig,
): Credential | undefined {
  const bearer = /^bearer(?: +(.*))?$/i.exec(headers.authorization ?? "");
  if (bearer !== null) return { type: "token", secret: bearer[1]?.trim() ?? "" };
  const secret = cookies[cookieFor(SESSION_COOKIE, headers.host, config).name];
  return secret === undefined ? undefined : { type: "session", secret };
}

/** What a browser is known by since its last log-in. */
export function readDeviceCookie(
  headers: IncomingHttpHeaders,
  cookies: Cookies,
  config: CookieConfig,
): string | undefined {
  return cookies[cookieFor(DEVICE_COOKIE, headers.host, config).name];
}

/** No script reads it, and no other site's form brings it along. */
export function giveCookie(
  reply: FastifyReply,
  kind: string,
  config: CookieConfig,
  value: string,
  maxAgeMs: number,
): void {
  const { name, secure } = cookieFor(kind, reply.request.headers.host, config);
  reply.setCookie(name, value, {
    httpOnly: true,
    sameSite: "lax",
    secure,
    path: "/",
    maxAge: maxAgeMs / 1000,
  });
}

export function takeCookie(reply: FastifyReply, kind: string, config: CookieConfig): void {
  const { name, secure } = cookieFor(kind, reply.request.headers.host, config);
  reply.clearCookie(name, { path: "/", secure });
}
