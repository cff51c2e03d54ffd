/** Puts the API's routes on fastify: validation by their schemas, access by the table, answers and errors in one shape. */

import {
  API_PREFIX,
  ApiError,
  routes,
  type Answer,
  type ApiErrorCode,
  type Route,
  type RouteName,
} from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import { StorageFailedError } from "@wheelhouse/storage";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import { findVisitor, mayActAs, roleIn, type Visitor } from "../accounts/sessions.ts";
import type { Config } from "../config.ts";
import { ACCESS } from "./access.ts";
import { comesFromOwnPage, sessionCookie } from "./security.ts";

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
  readonly visitor: Visitor | undefined;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Answers with the status and the body; a refusal is thrown as an `ApiError`. */
export type Handler<N extends RouteName> = (
  call: Call<N>,
) => Promise<readonly [status: number, body: Answer<N>]>;

export type Handlers<N extends RouteName = RouteName> = { readonly [K in N]: Handler<K> };

export function serve(
  app: FastifyInstance,
  ctx: Pick<Verbs, "call" | "wallClock">,
  config: Pick<Config, "publicUrl">,
  handlers: Handlers,
): void {
  for (const name of Object.keys(routes) as RouteName[]) {
    const route: Route = routes[name];
    app.route({
      method: route.method,
      url: `${API_PREFIX}${route.path}`,
      // Before the body is read.
      onRequest: async (request) => checkBrowser(request),
      async handler(request, reply) {
        const visitor = await checkAccess(ctx, config, name, request);
        const parts = {
          params: parse(route.params, request.params),
          query: parse(route.query, request.query),
          body: parse(route.body, request.body ?? {}),
        };
        // The parts were validated by the very schemas that type them.
        const call = { ...parts, visitor, request, reply } as Call<never>;
        const handle = handlers[name] as unknown as Handler<never>;
        const [status, body] = await handle(call);
        return reply.status(status).send(body ?? undefined);
      },
    });
  }
}

function checkBrowser(request: FastifyRequest): void {
  if (request.method === "GET" || request.method === "HEAD") return;
  if (!comesFromOwnPage(request.headers))
    throw new ApiError("forbidden", "this request comes from another site");
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers["content-type"] ?? "")) {
    throw new ApiError("invalid", "expected content-type to be application/json", {
      status: 415,
      field: "content-type",
    });
  }
}

async function checkAccess(
  ctx: Pick<Verbs, "call" | "wallClock">,
  config: Pick<Config, "publicUrl">,
  name: RouteName,
  request: FastifyRequest,
): Promise<Visitor | undefined> {
  const access = ACCESS[name];
  if (access === "anyone") return undefined;
  const visitor = await findVisitor(ctx, request.cookies[sessionCookie(request.headers.host, config).name]);
  if (visitor === undefined) throw new ApiError("unauthenticated", "expected a session: log in first");
  if (access === "account") return visitor;
  const { project = "" } = request.params as { readonly project?: string };
  const role = roleIn(visitor, project);
  // A project of others looks like one that isn't there.
  if (role === undefined) throw new ApiError("not_found", "no such project");
  if (!mayActAs(role, access))
    throw new ApiError("forbidden", `expected the role ${access} or more, got: ${role}`);
  return visitor;
}

function parse(schema: z.ZodType | undefined, input: unknown): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const field = issue?.path.join(".") ?? "";
  throw new ApiError("invalid", issue?.message ?? "not understood", field === "" ? {} : { field });
}

/** Any error as the API shows it: a refusal as it is, anything else without its insides. */
export function toErrorAnswer(error: unknown): { readonly status: number; readonly body: object } {
  const refusal = toApiError(error);
  const { code, message, field, status } = refusal;
  return { status, body: { error: { code, message, ...(field === undefined ? {} : { field }) } } };
}

function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof StorageFailedError)
    return new ApiError("storage_unavailable", "storing fails for now; try again later");
  const { statusCode, message } = error as { readonly statusCode?: number; readonly message?: string };
  // Fastify's own refusals of a request: not JSON, too large, of another type.
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new ApiError("invalid" satisfies ApiErrorCode, message ?? "not understood", {
      status: statusCode,
    });
  }
  return new ApiError("internal", "something went wrong here; the server's log says what");
}
