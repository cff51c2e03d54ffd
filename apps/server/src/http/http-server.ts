/** The web port's process: the API, the page and the way to the live socket. */

import fastifyCookie from "@fastify/cookie";
import { defineGenServer, processName, type Context, type Owned } from "@wheelhouse/actors";
import { ApiError } from "@wheelhouse/api";
import { ListenError } from "@wheelhouse/net";
import { MAX_NAME_LENGTH } from "@wheelhouse/protocol";
import { StorageFailedError } from "@wheelhouse/storage";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Server } from "node:http";
import type { Server as SecureServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { Config, HostAndPort } from "../config.ts";
import { DeviceListener } from "../devices/device-listener.ts";
import { ALL_ONLINE } from "../devices/protocol.ts";
import { LivePages } from "../live/live-pages.ts";
import { acceptLivePages } from "../live/upgrade.ts";
import { Store } from "../store/store.ts";
import { toErrorAnswer, wrongHost } from "./answers.ts";
import { serveApiPage } from "./api-page.ts";
import { guardConnections } from "./connections.ts";
import { serveHealth } from "./health.ts";
import { readJsonBodies } from "./json-bodies.ts";
import { addGauges } from "./metrics.ts";
import { servePage } from "./page.ts";
import { createParts, type Parts } from "./parts.ts";
import { refuseSocket } from "./refuse-socket.ts";
import { tellFailed } from "./request-failed.ts";
import { accountHandlers } from "./routes/accounts.ts";
import { deviceKeyHandlers } from "./routes/device-keys.ts";
import { deviceHandlers } from "./routes/devices.ts";
import { exportHandlers } from "./routes/export.ts";
import { invitationHandlers } from "./routes/invitations.ts";
import { markerHandlers } from "./routes/markers.ts";
import { passwordResetHandlers } from "./routes/password-resets.ts";
import { projectHandlers } from "./routes/projects.ts";
import { registrationHandlers } from "./routes/registration.ts";
import { sessionHandlers } from "./routes/sessions.ts";
import { tokenHandlers } from "./routes/tokens.ts";
import { writeHandlers } from "./routes/writes.ts";
import { SECURITY_HEADERS, isOwnHost, strictTransport } from "./security.ts";
import { serve } from "./serve.ts";
import { createWebServer } from "./web-server.ts";
import type { TlsIdentity } from "./tls.ts";

export interface HttpProtocol {
  calls: {
    address(): HostAndPort;
    /** Shows another certificate to connections from now on. */
    useTls(identity: TlsIdentity): void;
  };
}

export const Http = processName<HttpProtocol>("http");

export interface HttpStart {
  readonly config: Config;
  readonly setupCode: string;
  /** Asked at each start. */
  readonly tls: () => TlsIdentity | undefined;
}

type HttpContext = Context<HttpProtocol, FastifyInstance>;

/** Bytes of one request's body at the most. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Of one part of a path: a variable's name, each character of which may come as three. */
const MAX_PARAM_LENGTH = 3 * MAX_NAME_LENGTH;

/** The share of all connections that one address may have. */
const ADDRESS_SHARE = 4;

export const HttpServer = defineGenServer<HttpProtocol, FastifyInstance, HttpStart>({
  name: "Http",
  trapExits: true,
  async init(ctx, { config, setupCode, tls }) {
    const app = await build(ctx, createParts(config, setupCode), tls());
    try {
      await app.listen({ host: config.http.host, port: config.http.port });
    } catch (error) {
      throw new ListenError(config.http, error as NodeJS.ErrnoException);
    }
    return app;
  },
  calls: {
    address({ state }) {
      const { address, port } = state.server.address() as AddressInfo;
      return { host: address, port };
    },
    useTls({ state }, identity) {
      (state.server as unknown as SecureServer).setSecureContext(identity);
    },
  },
  terminate: ({ state }) => state?.close(),
  format: () => "the web server",
});

async function build(ctx: HttpContext, parts: Parts, tls: TlsIdentity | undefined): Promise<FastifyInstance> {
  const { config, metrics, requestLimits, addressOf } = parts;
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: "idle",
    logger: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    serverFactory: (handler) => createWebServer(tls, handler),
    // Comes before any hook: an address that can't be read.
    frameworkErrors(error, { headers }, reply: FastifyReply) {
      const { status, body } = toErrorAnswer(isOwnHost(headers.host, config) ? error : wrongHost());
      void reply.status(status).headers(SECURITY_HEADERS).send(body);
    },
    clientErrorHandler: refuseBytes,
  });
  // A crash must not leave the port taken.
  ctx.own({ release: () => app.server.close() } satisfies Owned);
  app.addHook("onRequest", async (request) => {
    // RFC 9112, 3.2: one that names no server is a bad request; one that names another is misdirected.
    if (request.headers.host === undefined && request.raw.httpVersion !== "1.0")
      throw new ApiError("invalid", "expected the header host", { status: 400 });
    if (!isOwnHost(request.headers.host, config)) throw wrongHost();
    await requestLimits.takeOfAddress(addressOf(request));
  });
  app.addHook("onSend", async ({ headers }, reply) => {
    reply.headers(SECURITY_HEADERS).headers(strictTransport(headers.host, config));
  });
  app.addHook("onResponse", async ({ method, routeOptions }, { statusCode, elapsedTime }) =>
    metrics.answered(routeOptions.url ?? "", method, statusCode, elapsedTime / 1000),
  );
  answerErrors(app, ctx);
  readJsonBodies(app);
  await app.register(fastifyCookie);
  const beforeClose = (act: () => void) => void app.addHook("preClose", async () => act());
  serve(app, ctx, config, requestLimits, {
    ...registrationHandlers(ctx, parts),
    ...accountHandlers(ctx, parts),
    ...passwordResetHandlers(ctx, parts),
    ...tokenHandlers(ctx),
    ...projectHandlers(ctx),
    ...invitationHandlers(ctx, parts),
    ...deviceKeyHandlers(ctx),
    ...deviceHandlers(ctx),
    ...writeHandlers(ctx, beforeClose),
    ...sessionHandlers(ctx),
    ...markerHandlers(ctx),
    ...exportHandlers(ctx, beforeClose),
  });
  serveApiPage(app);
  serveHealth(app, ctx, parts);
  await servePage(app);
  acceptLivePages(app.server, ctx, parts, (header) => app.parseCookie(header));
  watch(app.server, ctx, parts);
  return app;
}

/** Limits the connections, and counts them for the metrics. */
function watch(server: Server, ctx: HttpContext, { config, metrics, passwords }: Parts): void {
  const connections = guardConnections(server, {
    most: config.maxConnections,
    mostOfAddress: Math.ceil(config.maxConnections / ADDRESS_SHARE),
    isExempt: (address) => config.trustedProxy?.has(address) === true,
  });
  addGauges(metrics, {
    connections,
    passwords,
    livePages: async () => (await ctx.call(LivePages, "countChildren")).active,
    devicesOnline: () => ctx.subscribers(ALL_ONLINE).length,
    storage: () => ctx.call(Store, "status"),
    stored: () => ctx.call(Store, "counts"),
    deviceConnections: async () => (await ctx.call(DeviceListener, "info")).connections,
  });
}

/** Of what can't be stored the storage's own process tells. */
function isFailedRead({ method }: FastifyRequest, error: unknown): boolean {
  return method === "GET" && error instanceof StorageFailedError;
}

function answerErrors(app: FastifyInstance, ctx: HttpContext): void {
  app.setErrorHandler(async (error, request, reply) => {
    const { status, headers, body } = toErrorAnswer(error);
    if (status === 500 || isFailedRead(request, error)) tellFailed(ctx, request, error);
    return reply.status(status).headers(headers).send(body);
  });
}

const STATUS_OF_BYTES: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** Answers what never becomes a request: it isn't HTTP, is too long, or takes too long. */
function refuseBytes({ code }: { readonly code?: string }, socket: Socket): void {
  if (!socket.writable || code === "ECONNRESET") return void socket.destroy();
  const status = STATUS_OF_BYTES[code ?? ""] ?? 400;
  refuseSocket(socket, new ApiError("invalid", "expected an HTTP request of reasonable size", { status }));
}
