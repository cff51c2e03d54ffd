/** Listens with a listener's options, at the place that is said: after a crash it isn't the one that they name. */

import type { Endpoint } from "../network/network.ts";
import type { ListenSocket } from "../socket/listen-socket.ts";
import { listen } from "../socket/open.ts";
import type { SocketOwner } from "../socket/socket.ts";
import type { Ledger } from "./ledger.ts";
import { givenOf } from "./settings.ts";

/** @throws ListenError */
export async function listenAt(ctx: SocketOwner, ledger: Ledger, endpoint: Endpoint): Promise<ListenSocket> {
  const options = { ...placeOf(endpoint), ...givenOf(ledger.settings.options, LISTEN_OPTIONS) };
  const listenSocket = await listen(ctx, options, { active: true });
  ledger.listensAt(endpoint, listenSocket.local);
  return listenSocket;
}

const LISTEN_OPTIONS = ["backlog", "keepAliveMs", "noDelay", "reusePort"] as const;

function placeOf({ host, port, path }: Endpoint): { host: string; port: number } | { path: string } {
  return path === undefined ? { host, port } : { path };
}
