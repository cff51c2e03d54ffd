/** Certificates for the tests of TLS; see `certificates/README.md`. */

import { readFileSync } from "node:fs";
import type { TlsIdentity } from "@wheelhouse/net/socket";

/** Vouches for all but the stranger. */
export const authority = read("authority.pem");
/** For `localhost` and 127.0.0.1. */
export const localhost = identity("localhost");
/** For `other.example` and `*.wild.example`. */
export const other = identity("other");
/** A client's. */
export const client = identity("client");
/** Calls itself localhost, and nobody vouches for it. */
export const stranger = identity("stranger");

function identity(name: string): TlsIdentity {
  return { cert: read(`${name}.pem`), key: read(`${name}.key`) };
}

function read(name: string): string {
  return readFileSync(new URL(`certificates/${name}`, import.meta.url), "utf8");
}
