/** Lets a page's WebSocket in: own host, own origin, a session; and gives it a process. */

import { ApiError, LIVE_PATH } from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import { findVisitor } from "../accounts/sessions.ts";
import type { Config } from "../config.ts";
import { formatAnswer, isOwnHost, isOwnOrigin, sessionCookie } from "../http/security.ts";
import { toErrorAnswer } from "../http/serve.ts";
import type { PageSocket } from "./live-page.ts";
import { LivePages } from "./live-pages.ts";

/** A page says little: a subscription is a few hundred bytes. */
const MAX_MESSAGE_BYTES = 16 * 1024;

export function acceptLivePages(
  server: Server,
  ctx: Verbs,
  config: Config,
  readCookies: (header: string) => Record<string, string | undefined>,
): void {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    upgrade(request).catch((error: unknown) => socket.end(formatAnswer(toErrorAnswer(error))));

    async function upgrade({ headers, url }: IncomingMessage): Promise<void> {
      if (!isOwnHost(headers.host, config)) throw new ApiError("wrong_host", "this server has another name");
      if (url?.split("?", 1)[0] !== LIVE_PATH)
        throw new ApiError("not_found", "there is no socket at this address");
      if (!isOwnOrigin(headers.origin, headers.host))
        throw new ApiError("forbidden", "this request comes from another site");
      const visitor = await findVisitor(
        ctx,
        readCookies(headers.cookie ?? "")[sessionCookie(headers.host, config).name],
      );
      if (visitor === undefined) throw new ApiError("unauthenticated", "expected a session: log in first");
      sockets.handleUpgrade(request, socket, head, (page) => {
        page.pause();
        ctx
          .call(LivePages, "startChild", { socket: toPageSocket(page), visitor })
          .catch(() => page.terminate());
      });
    }
  });
}

function toPageSocket(page: WebSocket): PageSocket {
  return {
    start(to) {
      page.on("message", (data: RawData) => to.message((data as Buffer).toString("utf8")));
      page.on("close", () => to.closed());
      page.on("error", () => page.terminate());
      if (page.readyState === page.CLOSED) to.closed();
      page.resume();
    },
    send: (text) => page.send(text),
    get unsentBytes() {
      return page.bufferedAmount;
    },
    close: (code, reason) => page.close(code, reason),
  };
}
