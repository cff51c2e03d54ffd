/** Where a request comes from, behind proxies or not. Pure. */

import type { IncomingHttpHeaders } from "node:http";
import { isIP } from "node:net";
import type { TrustedAddresses } from "@wheelhouse/net";
import { isLoopback, isLoopbackName } from "./security.ts";

/** The address that a request counts for: the nearest one that isn't a trusted proxy's. */
export function clientAddress(
  remote: string | undefined,
  headers: IncomingHttpHeaders,
  trusted: TrustedAddresses | undefined,
): string {
  const nearest = remote ?? "unknown";
  const named = String(headers["x-forwarded-for"] ?? "")
    .split(",")
    .map((each) => each.trim());
  let address = nearest;
  while (trusted?.has(address) === true) {
    const next = named.pop();
    // What isn't an address was made up by somebody beyond the last proxy that can be believed.
    if (next === undefined || isIP(next) === 0) break;
    address = next;
  }
  return address;
}

const FORWARDED = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"] as const;

/** Whether a request was made on the server's own machine: from loopback, under its name, and through no proxy that says so. */
export function isFromHere(remote: string | undefined, headers: IncomingHttpHeaders): boolean {
  return (
    isLoopback(remote) &&
    isLoopbackName(headers.host) &&
    FORWARDED.every((name) => headers[name] === undefined)
  );
}
