/** The certificate and key that an encrypted example shows: read from files, and tried before it listens. */

import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";

import type { TlsIdentity } from "@wheelhouse/net";

import type { ArgumentProblem, GivenOptions } from "../arguments.ts";

const HOW_TO_MAKE_ONE = `  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 \\
    -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -out cert.pem -keyout key.pem`;

export function readIdentity({ cert, key }: GivenOptions): TlsIdentity | ArgumentProblem {
  if (cert === undefined || key === undefined) {
    const missing = cert === undefined ? "--cert FILE, a certificate" : "--key FILE, the certificate's key";
    return { problem: `expected ${missing}, got: nothing; this makes both:\n\n${HOW_TO_MAKE_ONE}\n` };
  }
  try {
    const identity = { cert: readFileSync(String(cert)), key: readFileSync(String(key)) };
    createSecureContext(identity);
    return identity;
  } catch (error) {
    // OpenSSL's own words, without the file and line of its that they come from.
    const { reason, message } = error as Error & { readonly reason?: string };
    const why = reason ?? message;
    return {
      problem: `expected --cert and --key to be a certificate and its key, got: ${cert} and ${key} (${why})`,
    };
  }
}
