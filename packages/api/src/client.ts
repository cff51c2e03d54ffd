/** A typed client of the HTTP API, for the page and the command line. */

import { ApiError, errorBody } from "./errors.ts";
import { API_PREFIX, routes, type RouteName } from "./routes.ts";
import type { Route } from "./routes/route.ts";
import type { z } from "./zod.ts";

type Field<R, K extends string> = R extends { readonly [key in K]: infer S extends z.ZodType }
  ? { [key in K]: z.input<S> }
  : unknown;
type AnyAnswer<R extends Route> = {
  [S in keyof R["answers"]]: R["answers"][S] extends z.ZodType ? z.output<R["answers"][S]> : never;
}[keyof R["answers"]];

/** What a call of that route takes: `params`, `query`, `body`, each where the route has it. */
export type Request<N extends RouteName> = Field<(typeof routes)[N], "params"> &
  Partial<Field<(typeof routes)[N], "query">> &
  Field<(typeof routes)[N], "body"> & { readonly signal?: AbortSignal };

export type Answer<N extends RouteName> = AnyAnswer<(typeof routes)[N]>;

export interface ApiClient {
  /**
   * Calls a route. The answer is checked against the route's schema.
   *
   * @throws ApiError when the server refuses, or answers what the schema doesn't allow.
   * @throws TypeError as `fetch` does, when the server can't be reached.
   */
  call<N extends RouteName>(name: N, request: Request<N>): Promise<Answer<N>>;
  /**
   * Calls a route that answers with a stream, and gives its bytes as they come. A stream that breaks off is an error
   * of whoever reads it, so one that ended is whole.
   *
   * @throws ApiError when the server refuses.
   * @throws TypeError as `fetch` does, when the server can't be reached.
   */
  stream<N extends StreamRouteName>(name: N, request: Request<N>): Promise<ReadableStream<Uint8Array>>;
}

/** The routes whose answer is text as it comes. */
export type StreamRouteName = {
  [N in RouteName]: (typeof routes)[N] extends { readonly streams: unknown } ? N : never;
}[RouteName];

export interface ApiClientOptions {
  /** Where the server is; the page's own origin by default. */
  readonly baseUrl?: string;
  /** What the caller is known by, instead of a browser's cookie. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: typeof fetch;
}

/** The address of a call on its server: for a link, or for what reads a stream by itself. */
export function toAddress<N extends RouteName>(
  name: N,
  request: Omit<Request<N>, "body" | "signal">,
): string {
  const { params, query } = request as LooseRequest;
  return `${API_PREFIX}${toPath(routes[name].path, params)}${toQuery(query)}`;
}

export function createApiClient(options: ApiClientOptions = {}): ApiClient {
  const send = options.fetch ?? ((input, init) => fetch(input, init));

  function ask<N extends RouteName>(name: N, request: Request<N>): Promise<Response> {
    const route: Route = routes[name];
    const { body, signal } = request as LooseRequest;
    return send(`${options.baseUrl ?? ""}${toAddress(name, request)}`, {
      method: route.method,
      headers: {
        ...options.headers,
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        ...(route.method === "GET" ? {} : { "content-type": "application/json" }),
      },
      credentials: "same-origin",
      ...(route.method === "GET" ? {} : { body: JSON.stringify(body ?? {}) }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  return {
    async call(name, request) {
      return (await readAnswer(routes[name], await ask(name, request))) as Answer<typeof name>;
    },
    async stream(name, request) {
      const response = await ask(name, request);
      if (response.ok && response.body !== null) return response.body;
      throw toError(response.status, await readJson(response));
    },
  };
}

/** Whether the server still knows who asks; throws when it can't be reached. */
export async function isLoggedIn(api: Pick<ApiClient, "call">): Promise<boolean> {
  try {
    await api.call("me", {});
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return false;
    throw error;
  }
}

interface LooseRequest {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

function toPath(path: string, params: Readonly<Record<string, string>> = {}): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
}

function toQuery(query: Readonly<Record<string, unknown>> = {}): string {
  const given = Object.entries(query).filter(([, item]) => item !== undefined);
  return given.length === 0
    ? ""
    : `?${new URLSearchParams(given.map(([name, item]) => [name, String(item)]))}`;
}

async function readAnswer(route: Route, response: Response): Promise<unknown> {
  const { status } = response;
  const body = status === 204 ? null : await readBody(route, response);
  const answer = route.answers[status]?.safeParse(body);
  if (answer?.success) return answer.data;
  throw toError(status, body);
}

function toError(status: number, body: unknown): ApiError {
  const refused = errorBody.safeParse(body);
  if (!refused.success)
    return new ApiError("internal", `the server answered ${status} with what isn't understood here`, {
      status,
    });
  const { code, message, field } = refused.data.error;
  return new ApiError(code, message, { status, ...(field === undefined ? {} : { field }) });
}

function readBody({ streams }: Route, response: Response): Promise<unknown> {
  return streams !== undefined && response.ok ? response.text() : readJson(response);
}

/** `undefined` for what isn't JSON, as from a proxy before the server; a connection that is lost meanwhile still throws. */
async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
