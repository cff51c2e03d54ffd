/** The web port's process: the API, the page and the way to the live socket. */

import fastifyCookie from "@fastify/cookie";
import { defineGenServer, processName, type Context, type Owned } from "@wheelhouse/actors";
import { ApiError } from "@wheelhouse/api";
import { ListenError } from "@wheelhouse/net";
import { MAX_NAME_LENGTH } from "@wheelhouse/protocol";
import Fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import type { AddressInfo, Socket } from "node:net";
import type { Config, HostAndPort } from "../config.ts";
import { acceptLivePages } from "../live/upgrade.ts";
import { Store } from "../store/store.ts";
import { servePage } from "./page.ts";
import { accountHandlers } from "./routes/accounts.ts";
import { deviceHandlers } from "./routes/devices.ts";
import { SECURITY_HEADERS, formatAnswer, isOwnHost } from "./security.ts";
import { serve, toErrorAnswer } from "./serve.ts";

export interface HttpProtocol {
  calls: { address(): HostAndPort };
}

export const Http = processName<HttpProtocol>("http");

/** Bytes of one request's body at the most. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Of one part of a path: a variable's name, each character of which may come as three. */
const MAX_PARAM_LENGTH = 3 * MAX_NAME_LENGTH;

/** What a request that failed here tells the runtime's listeners. */
export interface RequestFailed {
  readonly type: "http:request_failed";
  readonly method: string;
  readonly path: string;
  readonly error: unknown;
}

export const HttpServer = defineGenServer<HttpProtocol, FastifyInstance, Config>({
  name: "Http",
  trapExits: true,
  async init(ctx, config) {
    const app = await build(ctx, config);
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
  },
  terminate: ({ state }) => state?.close(),
  format: () => "the web server",
});

async function build(ctx: Context<HttpProtocol, FastifyInstance>, config: Config): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: "idle",
    logger: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
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
    if (!isOwnHost(request.headers.host, config)) throw wrongHost();
  });
  app.addHook("onSend", async (_, reply) => void reply.headers(SECURITY_HEADERS));
  app.setErrorHandler(async (error, request, reply) => {
    const { status, body } = toErrorAnswer(error);
    if (status === 500) {
      ctx.emit({
        type: "http:request_failed",
        method: request.method,
        path: request.routeOptions.url ?? "",
        error,
      } as RequestFailed);
    }
    return reply.status(status).send(body);
  });
  takeEmptyBodies(app);
  await app.register(fastifyCookie);
  serve(app, ctx, config, { ...accountHandlers(ctx, config), ...deviceHandlers(ctx) });
  serveHealth(app, ctx);
  await servePage(app);
  acceptLivePages(app.server, ctx, config, (header) => app.parseCookie(header));
  return app;
}

function wrongHost(): ApiError {
  return new ApiError("wrong_host", "this server has another name");
}

/** A request may say that its body is JSON and have none: a DELETE of `curl`. */
function takeEmptyBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser<string>("application/json", { parseAs: "string" }, (request, body, done) =>
    body === "" ? done(null) : parseJson(request, body, done),
  );
}

const STATUS_OF_BYTES: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** Answers what never becomes a request: it isn't HTTP, is too long, or takes too long. */
function refuseBytes({ code }: { readonly code?: string }, socket: Socket): void {
  if (!socket.writable || code === "ECONNRESET") return void socket.destroy();
  const status = STATUS_OF_BYTES[code ?? ""] ?? 400;
  const refusal = new ApiError("invalid", "expected an HTTP request of reasonable size", { status });
  socket.end(formatAnswer(toErrorAnswer(refusal)), () => socket.destroy());
}

/** For whoever watches the server: it runs, and it can store. */
function serveHealth(app: FastifyInstance, ctx: Context<HttpProtocol, FastifyInstance>): void {
  app.get("/healthz", async () => ({ status: "ok" }));
  app.get("/readyz", async (_, reply) => {
    try {
      await ctx.call(Store, "lastEntry");
      return { status: "ready" };
    } catch {
      return reply.status(503).send({ status: "not_ready", why: "the storage doesn't answer" });
    }
  });
}
