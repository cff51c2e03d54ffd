/** The HTTP server under fastify: with TLS or without, and with a time and a size for all that a peer may keep waiting. */

import { createServer, type RequestListener, type Server, type ServerOptions } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { TlsIdentity } from "./tls.ts";

const MAX_HEADERS = 100;
/** Of requests on one connection, so that none lasts for ever. */
const MAX_REQUESTS_PER_SOCKET = 10_000;
/** Without a byte either way; longer than the longest wait for a device. */
const IDLE_MS = 60_000;

const LIMITS: ServerOptions = {
  maxHeaderSize: 16 * 1024,
  /** For the head of a request, and for all of it; kept up with every second. */
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 10_000,
  noDelay: true,
};

export function createWebServer(identity: TlsIdentity | undefined, handler: RequestListener): Server {
  const server =
    identity === undefined
      ? createServer(LIMITS, handler)
      : createSecureServer({ ...LIMITS, ...identity, handshakeTimeout: LIMITS.headersTimeout }, handler);
  server.maxHeadersCount = MAX_HEADERS;
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
  server.setTimeout(IDLE_MS);
  return server;
}
