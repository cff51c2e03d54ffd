/** Serves the built page, and its first document for every address that is one of the page's own. */

import fastifyStatic from "@fastify/static";
import { API_PREFIX, ApiError } from "@wheelhouse/api";
import type { FastifyInstance } from "fastify";
import { fileURLToPath } from "node:url";

const PAGE_FOLDER = fileURLToPath(new URL("../../../dashboard/dist/", import.meta.url));

export async function servePage(app: FastifyInstance): Promise<void> {
  await app.register(fastifyStatic, {
    root: PAGE_FOLDER,
    dotfiles: "ignore",
    // The names of built files hold their contents' hash; the first document is asked for again each time.
    setHeaders(reply, path) {
      reply.header(
        "cache-control",
        path.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
      );
    },
  });
  app.setNotFoundHandler(async (request, reply) => {
    const [path = ""] = request.url.split("?", 1);
    const isPage = request.method === "GET" && !path.startsWith(API_PREFIX) && !/\.\w+$/.test(path);
    if (!isPage) throw new ApiError("not_found", "there is nothing at this address");
    return reply.sendFile("index.html");
  });
}
