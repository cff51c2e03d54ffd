/** For whoever watches the server: that it runs, whether it can do its work, and its metrics. */

import { ApiError } from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { findVisitor } from "../accounts/visitor.ts";
import { DeviceListener } from "../devices/device-listener.ts";
import { Store } from "../store/store.ts";
import { isFromHere } from "./client-address.ts";
import { readCredential } from "./credentials.ts";
import type { Parts } from "./parts.ts";

/** What goes wrong is for everybody to know; where on this machine isn't. */
function withoutPaths(failure: string): string {
  return failure.replaceAll(/\s*'[^']*'/g, "");
}

export function serveHealth(
  app: FastifyInstance,
  ctx: Pick<Verbs, "call" | "wallClock">,
  parts: Parts,
): void {
  const { config, metrics } = parts;

  app.get("/healthz", async () => ({ status: "ok" }));

  app.get("/readyz", async (_, reply) => {
    const missing = await Promise.all([
      ctx.call(Store, "failure").then(
        (failure) => (failure === undefined ? undefined : `storing fails: ${withoutPaths(failure)}`),
        () => "the storage doesn't answer",
      ),
      ctx.call(Store, "lastEntry").then(
        () => undefined,
        () => "the storage can't be read",
      ),
      ctx.call(DeviceListener, "info").then(
        () => undefined,
        () => "the device port isn't open",
      ),
    ]);
    const why = missing.filter((reason) => reason !== undefined).join("; ");
    return why === ""
      ? { status: "ready" }
      : reply.status(503).header("retry-after", "5").send({ status: "not_ready", why });
  });

  app.get("/metrics", async (request, reply) => {
    await checkMayMeasure(request);
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  });

  /** From this machine, or with a token of the installation's admin, however little it may do otherwise (decision 11). */
  async function checkMayMeasure({ headers, socket, cookies }: FastifyRequest): Promise<void> {
    const credential = readCredential(headers, cookies, config);
    if (credential?.type !== "token") {
      if (isFromHere(socket.remoteAddress, headers)) return;
      throw new ApiError("unauthenticated", "expected a token of the admin");
    }
    const visitor = await findVisitor(ctx, credential);
    if (visitor === undefined) throw new ApiError("unauthenticated", "expected a token of the admin");
    if (!visitor.isOfAdmin) throw new ApiError("forbidden", "expected a token of the admin");
  }
}
