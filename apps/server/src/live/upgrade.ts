/** Lets a page's WebSocket in: own host, own origin, a session; and gives it a process. */

import { LIVE_PATH } from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type RawData, type WebSocket } from "ws";
import { findVisitor } from "../accounts/sessions.ts";
import type { Config } from "../config.ts";
import { SESSION_COOKIE, isOwnHost, isOwnOrigin } from "../http/security.ts";
import type { PageSocket } from "./live-page.ts";
import { LivePages } from "./live-pages.ts";

/** A page says little: a subscription is a few hundred bytes. */
const MAX_MESSAGE_BYTES = 16 * 1024;

export function acceptLivePages(server: Server, ctx: Verbs, config: Config, readCookie: (header: string) => Record<string, string | undefined>): void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    upgrade(request).catch(() => refuse(socket, "503 Service Unavailable"));

    async function upgrade({ headers, url }: IncomingMessage): Promise<void> {
      if (!isOwnHost(headers.host, config)) return refuse(socket, "421 Misdirected Request");
      if (url?.split("?", 1)[0] !== LIVE_PATH) return refuse(socket, "404 Not Found");
      if (!isOwnOrigin(headers.origin, headers.host)) return refuse(socket, "403 Forbidden");
      const visitor = await findVisitor(ctx, readCookie(headers.cookie ?? "")[SESSION_COOKIE]);
      if (visitor === undefined) return refuse(socket, "401 Unauthorized");
      sockets.handleUpgrade(request, socket, head, (page) => {
        page.pause();
        ctx.call(LivePages, "startChild", { socket: toPageSocket(page), visitor }).catch(() => page.terminate());
      });
    }
  });
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function toPageSocket(page: WebSocket): PageSocket {
  return {
    start(to) {
      page.on("message", (data: RawData) => to.message((data as Buffer).toString("utf8")));
      page.on("close", () => to.closed());
      page.on("error", () => page.terminate());
      page.resume();
    },
    send: (text) => page.send(text),
    get unsentBytes() {
      return page.bufferedAmount;
    },
    close: (code, reason) => page.close(code, reason),
  };
}
