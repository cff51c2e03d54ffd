/** Which requests may be a browser's own page's, and what every answer tells the browser. Pure. */

import { STATUS_CODES, type IncomingHttpHeaders } from "node:http";
import { plainAddress } from "@wheelhouse/net";
import type { Config } from "../config.ts";
import type { ErrorAnswer } from "./answers.ts";

export const SESSION_COOKIE = "wheelhouse_session";
/** What a browser that has logged in before is known by; it opens nothing. */
export const DEVICE_COOKIE = "wheelhouse_device";

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** Where a server listens that listens on all of its machine's. */
export const ANY_ADDRESS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy":
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** An answer as bytes, for where there is no reply to send it with. */
export function formatAnswer({ status, headers: own, body }: ErrorAnswer): string {
  const text = JSON.stringify(body);
  const headers = {
    ...SECURITY_HEADERS,
    ...own,
    connection: "close",
    "content-type": "application/json; charset=utf-8",
    "content-length": String(Buffer.byteLength(text)),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines.join("")}\r\n${text}`;
}

type Reached = Pick<Config, "publicUrl" | "tlsCert">;

/** Whether what reaches this server under that name comes over TLS, its own or a proxy's. */
export function isSecure(host: string | undefined, { publicUrl, tlsCert }: Reached): boolean {
  if (tlsCert !== undefined) return true;
  return publicUrl?.protocol === "https:" && publicUrl.host === host?.toLowerCase();
}

/** A cookie's name. On TLS no other host and no plain connection can set or read it (`__Host-`, RFC 6265bis, 4.1.3.2). */
export function cookieFor(
  kind: string,
  host: string | undefined,
  config: Reached,
): { readonly name: string; readonly secure: boolean } {
  const secure = isSecure(host, config);
  return { name: secure ? `__Host-${kind}` : kind, secure };
}

/** Only for the public name: on a loopback name it would bind every other server of that machine. */
export function strictTransport(host: string | undefined, config: Reached): Readonly<Record<string, string>> {
  const isPublic = config.publicUrl?.protocol === "https:" && isPublicName(host, config);
  return isPublic ? { "strict-transport-security": "max-age=31536000" } : {};
}

/** Whether the request names this server; one that names another was led here by somebody's DNS. */
export function isOwnHost(host: string | undefined, config: Pick<Config, "http" | "publicUrl">): boolean {
  if (host === undefined) return false;
  const name = host.replace(/:\d+$/, "").toLowerCase();
  if (isLoopbackName(host)) return true;
  if (isPublicName(host, config)) return true;
  return (
    !ANY_ADDRESS.has(config.http.host) && (name === config.http.host || name === `[${config.http.host}]`)
  );
}

/** Who names a scheme's own port means the same. */
function isPublicName(host: string | undefined, { publicUrl }: Pick<Config, "publicUrl">): boolean {
  const name = host?.toLowerCase();
  if (publicUrl === undefined || name === undefined) return false;
  const ownPort = publicUrl.protocol === "https:" ? 443 : 80;
  return name === publicUrl.host || name === `${publicUrl.host}:${ownPort}`;
}

/** Whether a browser says that the request comes from this server's own page; one that says nothing isn't a browser. */
export function comesFromOwnPage(headers: IncomingHttpHeaders, config: Reached): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  return headers.origin === undefined || isOwnOrigin(headers.origin, headers.host, config);
}

/** An origin is scheme, name and port (RFC 6454, 4): a plain page of the same name isn't this one. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined, config: Reached): boolean {
  if (origin === undefined || host === undefined || !URL.canParse(origin)) return false;
  const { protocol, host: named } = new URL(origin);
  return named === host.toLowerCase() && protocol === (isSecure(host, config) ? "https:" : "http:");
}

/** Whether a `Host` is one of this machine's own names. */
export function isLoopbackName(host: string | undefined): boolean {
  return LOOPBACK_NAMES.has((host ?? "").replace(/:\d+$/, "").toLowerCase());
}

/** Whether an address is this machine's own. */
export function isLoopback(address: string | undefined): boolean {
  const plain = plainAddress(address ?? "");
  return plain === "::1" || plain.startsWith("127.");
}
