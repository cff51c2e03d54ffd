/** Lets a page's WebSocket in: own host, own origin, a session or a token; and gives it a process. */

import { ApiError, LIVE_PATH } from "@wheelhouse/api";
import type { Verbs } from "@wheelhouse/actors";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer, type RawData, type ServerOptions, type WebSocket } from "ws";
import { findVisitor, type Visitor } from "../accounts/visitor.ts";
import { clientAddress } from "../http/client-address.ts";
import { readCredential } from "../http/credentials.ts";
import { wrongHost } from "../http/answers.ts";
import type { Parts } from "../http/parts.ts";
import { refuseSocket } from "../http/refuse-socket.ts";
import { isOwnHost, isOwnOrigin } from "../http/security.ts";
import type { PageSocket } from "./live-page.ts";
import { LivePages } from "./live-pages.ts";

/** A page says little: a subscription is a few hundred bytes. */
export const MAX_MESSAGE_BYTES = 16 * 1024;
/** A page that is told to go and doesn't answer is cut: whose session has ended has no connection a second later. */
const CLOSE_TIMEOUT_MS = 500;

type ReadCookies = (header: string) => Record<string, string | undefined>;

export function acceptLivePages(server: Server, ctx: Verbs, parts: Parts, readCookies: ReadCookies): void {
  // The types are of a version before `closeTimeout`.
  const options: ServerOptions & { readonly closeTimeout: number } = {
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    closeTimeout: CLOSE_TIMEOUT_MS,
  };
  const sockets = new WebSocketServer(options);
  sockets.on("wsClientError", ({ message }, socket) => {
    refuseSocket(socket, new ApiError("invalid", message, { status: 400 }));
  });
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    admit(request, ctx, parts, readCookies).then(
      (visitor) =>
        sockets.handleUpgrade(request, socket, head, (page) => {
          page.pause();
          ctx
            .call(LivePages, "startChild", { socket: toPageSocket(page, socket), visitor })
            .catch(() => page.terminate());
        }),
      (error: unknown) => refuseSocket(socket, error),
    );
  });
}

/** @throws ApiError */
async function admit(
  { headers, url, socket }: IncomingMessage,
  ctx: Verbs,
  { config, requestLimits }: Parts,
  readCookies: ReadCookies,
): Promise<Visitor> {
  if (!isOwnHost(headers.host, config)) throw wrongHost();
  await requestLimits.takeOfAddress(clientAddress(socket.remoteAddress, headers, config.trustedProxy));
  if (url?.split("?", 1)[0] !== LIVE_PATH)
    throw new ApiError("not_found", "there is no socket at this address");
  const credential = readCredential(headers, readCookies(headers.cookie ?? ""), config);
  // A browser opens a socket for any site, with this one's cookies, and always says which.
  const mayBeBrowser = credential?.type === "session" || headers.origin !== undefined;
  if (mayBeBrowser && credential?.type !== "token" && !isOwnOrigin(headers.origin, headers.host, config))
    throw new ApiError("forbidden", "this request comes from another site");
  const visitor = await findVisitor(ctx, credential);
  if (visitor === undefined) throw new ApiError("unauthenticated", "expected a session: log in first");
  await requestLimits.takeOfCredential(visitor.credential);
  return visitor;
}

function toPageSocket(page: WebSocket, socket: Duplex): PageSocket {
  return {
    start(to) {
      page.on("message", (data: RawData) => to.message((data as Buffer).toString("utf8")));
      page.on("close", () => to.closed());
      page.on("error", () => page.terminate());
      if (page.readyState === page.CLOSED) to.closed();
      page.resume();
    },
    // A whole frame, past the frames of `page`, which it writes whole, too: made once for many, and one write rather than two.
    send: ({ frame }) => void (page.readyState === page.OPEN && socket.write(frame)),
    get unsentBytes() {
      return page.bufferedAmount;
    },
    close: (code, reason) => page.close(code, reason),
  };
}
