/** Which requests may be a browser's own page's, and what every answer tells the browser. Pure. */

import { STATUS_CODES, type IncomingHttpHeaders } from "node:http";
import type { Config } from "../config.ts";

export const SESSION_COOKIE = "wheelhouse_session";

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);
const ANY_ADDRESS = new Set(["0.0.0.0", "::"]);

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** An answer as bytes, for where there is no reply to send it with. */
export function formatAnswer({ status, body }: { readonly status: number; readonly body: object }): string {
  const text = JSON.stringify(body);
  const headers = {
    ...SECURITY_HEADERS,
    connection: "close",
    "content-type": "application/json; charset=utf-8",
    "content-length": String(Buffer.byteLength(text)),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${text}`;
}

/** The session's cookie. On TLS no other host and no plain connection can set or read it (`__Host-`, RFC 6265bis, 4.1.3.2). */
export function sessionCookie(
  host: string | undefined,
  { publicUrl }: Pick<Config, "publicUrl">,
): { readonly name: string; readonly secure: boolean } {
  const secure = publicUrl?.protocol === "https:" && publicUrl.host === host?.toLowerCase();
  return { name: secure ? `__Host-${SESSION_COOKIE}` : SESSION_COOKIE, secure };
}

/** Whether the request names this server; one that names another was led here by somebody's DNS. */
export function isOwnHost(host: string | undefined, config: Pick<Config, "http" | "publicUrl">): boolean {
  if (host === undefined) return false;
  const name = host.replace(/:\d+$/, "").toLowerCase();
  if (LOOPBACK_NAMES.has(name)) return true;
  if (config.publicUrl?.host === host.toLowerCase()) return true;
  return (
    !ANY_ADDRESS.has(config.http.host) && (name === config.http.host || name === `[${config.http.host}]`)
  );
}

/** Whether a browser says that the request comes from this server's own page; one that says nothing isn't a browser. */
export function comesFromOwnPage(headers: IncomingHttpHeaders): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  return headers.origin === undefined || isOwnOrigin(headers.origin, headers.host);
}

export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}

/** Whether an address is this machine's own. */
export function isLoopback(address: string | undefined): boolean {
  return address === "::1" || /^(?:::ffff:)?127\./.test(address ?? "");
}
