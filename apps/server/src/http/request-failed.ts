/** What a request that failed here tells the runtime's listeners. */

import type { Context } from "@wheelhouse/actors";
import type { FastifyRequest } from "fastify";

export interface RequestFailed {
  readonly type: "http:request_failed";
  readonly method: string;
  /** The route's, with the names of its parameters rather than what stood for them. */
  readonly path: string;
  readonly error: unknown;
}

export function tellFailed(
  ctx: Pick<Context, "emit">,
  { method, routeOptions }: Pick<FastifyRequest, "method" | "routeOptions">,
  error: unknown,
): void {
  const path = routeOptions.url ?? "";
  ctx.emit({ type: "http:request_failed", method, path, error } as RequestFailed);
}
