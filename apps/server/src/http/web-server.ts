/** The HTTP server under fastify: with TLS or without, and with a time and a size for all that a peer may keep waiting. */

import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from "node:http";
import { createServer as createSecureServer } from "node:https";
import { ApiError } from "@wheelhouse/api";
import { toErrorAnswer } from "./answers.ts";
import { SECURITY_HEADERS } from "./security.ts";
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
  /** It is missed where all requests are looked at, and refused with the headers of every answer. */
  requireHostHeader: false,
};

export function createWebServer(identity: TlsIdentity | undefined, handler: RequestListener): Server {
  const server =
    identity === undefined
      ? createServer(LIMITS, handler)
      : createSecureServer({ ...LIMITS, ...identity, handshakeTimeout: LIMITS.headersTimeout }, handler);
  server.maxHeadersCount = MAX_HEADERS;
  server.maxRequestsPerSocket = MAX_REQUESTS_PER_SOCKET;
  server.setTimeout(IDLE_MS);
  // What else is expected of this server, it doesn't know (RFC 9110, 10.1.1); Node.js would say so without the headers.
  server.on("checkExpectation", (_: IncomingMessage, response: ServerResponse) => {
    const refusal = new ApiError("invalid", "expected nothing but 100-continue to be expected", {
      status: 417,
    });
    response.shouldKeepAlive = false;
    const { status, body } = toErrorAnswer(refusal);
    response.writeHead(status, { ...SECURITY_HEADERS, "content-type": "application/json; charset=utf-8" });
    response.end(JSON.stringify(body));
  });
  return server;
}
