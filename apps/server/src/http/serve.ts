/** Puts the API's routes on fastify: access by each route's rule, validation by its schemas, answers and errors in one shape. */

import { API_PREFIX, ApiError, routes, type Answer, type Route, type RouteName } from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import { showValue } from "@wheelhouse/protocol";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Readable } from "node:stream";
import type { z } from "zod";
import { findVisitor, type Credential, type Visitor } from "../accounts/visitor.ts";
import type { Config } from "../config.ts";
import { checkAccess } from "./access.ts";
import { readCredential } from "./credentials.ts";
import type { RequestLimits } from "./request-limits.ts";
import { comesFromOwnPage } from "./security.ts";

type Part<N extends RouteName, K extends string> = (typeof routes)[N] extends {
  readonly [key in K]: infer S extends z.ZodType;
}
  ? z.output<S>
  : undefined;

/** A request that was let in, with its parts validated. */
export interface Call<N extends RouteName> {
  readonly params: Part<N, "params">;
  readonly query: Part<N, "query">;
  readonly body: Part<N, "body">;
  /** There on every route that isn't open to anyone. */
  readonly visitor: (typeof routes)[N]["access"] extends "anyone" ? undefined : Visitor;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What is sent: a stream where the route has one, whose failure breaks the connection. */
type Body<N extends RouteName> = (typeof routes)[N] extends { readonly streams: unknown }
  ? Readable
  : Answer<N>;

/** Answers with the status and the body; a refusal is thrown as an `ApiError`. */
export type Handler<N extends RouteName> = (
  call: Call<N>,
) => Promise<readonly [status: number, body: Body<N>]>;

export type Handlers<N extends RouteName = RouteName> = { readonly [K in N]: Handler<K> };

/** Of a request that shows nothing of who sends it; others may send as much as fastify is told. */
const MAX_STRANGERS_BODY_BYTES = 16 * 1024;

export function serve(
  app: FastifyInstance,
  ctx: Pick<Verbs, "call" | "wallClock">,
  config: Pick<Config, "publicUrl" | "tlsCert">,
  limits: RequestLimits,
  handlers: Handlers,
): void {
  const visitors = new WeakMap<FastifyRequest, Visitor>();

  /** All that can be refused before the body is read. */
  async function admit(route: Route, request: FastifyRequest): Promise<void> {
    const credential = readCredential(request.headers, request.cookies, config);
    checkBrowser(request, credential, config);
    const visitor = route.access === "anyone" ? undefined : await findVisitor(ctx, credential);
    checkAccess(route, visitor, request.params as { readonly project?: string; readonly user?: string });
    if (visitor === undefined) return;
    await limits.takeOfCredential(visitor.credential);
    visitors.set(request, visitor);
  }

  for (const name of Object.keys(routes) as RouteName[]) {
    const route: Route = routes[name];
    app.route({
      method: route.method,
      url: `${API_PREFIX}${route.path}`,
      ...(route.access === "anyone" ? { bodyLimit: MAX_STRANGERS_BODY_BYTES } : {}),
      onRequest: (request) => admit(route, request),
      async handler(request, reply) {
        const parts = {
          params: parse(route.params, request.params),
          query: parseQuery(route.query, request.query as Readonly<Record<string, unknown>>),
          body: parse(route.body, request.body ?? {}),
        };
        // The parts were validated by the very schemas that type them.
        const call = { ...parts, visitor: visitors.get(request), request, reply } as unknown as Call<never>;
        const handle = handlers[name] as unknown as Handler<never>;
        const [status, body] = await handle(call);
        return reply.status(status).send(body ?? undefined);
      },
    });
  }
}

/** A browser adds a cookie to requests of any site; a token it adds to none. */
function checkBrowser(
  { method, headers }: FastifyRequest,
  credential: Credential | undefined,
  config: Pick<Config, "publicUrl" | "tlsCert">,
): void {
  if (method === "GET" || method === "HEAD" || credential?.type === "token") return;
  if (!comesFromOwnPage(headers, config))
    throw new ApiError("forbidden", "this request comes from another site");
  if (!/^application\/json\s*(?:;|$)/i.test(headers["content-type"] ?? "")) {
    throw new ApiError("invalid", "expected content-type to be application/json", {
      status: 415,
      field: "content-type",
    });
  }
}

/** A number in words of its own (`""`, `1e3`, `0x10`) is none here, whatever JavaScript makes of it. */
function parseQuery(schema: z.ZodObject | undefined, input: Readonly<Record<string, unknown>>): unknown {
  for (const field of Object.keys(input))
    if (schema === undefined || !Object.hasOwn(schema.shape, field))
      throw new ApiError("invalid", `expected no ${showValue(field)} in the query`, { field });
  const query = parse(schema, input);
  for (const [field, value] of Object.entries(query ?? {}))
    if (typeof value === "number" && Object.hasOwn(input, field) && !/^\d+$/.test(String(input[field])))
      throw new ApiError("invalid", `expected ${field} to be a whole number`, { field });
  return query;
}

function parse(schema: z.ZodType | undefined, input: unknown): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw new ApiError("invalid", issue?.message ?? "not understood", field === "" ? {} : { field });
}
