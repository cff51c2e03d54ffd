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

/** An export that broke off since retention dropped what it should have gone on with. */
export interface ExportBroken {
  readonly type: "http:export_broken";
  readonly kind: string;
  readonly why: string;
}

export function isExportBroken(event: { readonly type: string }): event is ExportBroken {
  return event.type === "http:export_broken";
}

export function tellFailed(
  ctx: Pick<Context, "emit">,
  { method, routeOptions }: Pick<FastifyRequest, "method" | "routeOptions">,
  error: unknown,
): void {
  const path = routeOptions.url ?? "";
  ctx.emit({ type: "http:request_failed", method, path, error } as RequestFailed);
}

export function tellExportBroken(ctx: Pick<Context, "emit">, kind: string, { message: why }: Error): void {
  ctx.emit({ type: "http:export_broken", kind, why } as ExportBroken);
}
