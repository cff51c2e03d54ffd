/**
 * How many connections the web port holds. Node's own limit closes what is too much without a word, and lets whoever
 * came first and says nothing keep the others out. Here the connection that has kept the server waiting longest makes
 * room, and only if none does the new one is refused.
 */

import { ApiError } from "@wheelhouse/api";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Server as SecureServer } from "node:tls";
import { refuseSocket } from "./refuse-socket.ts";

export interface ConnectionLimits {
  readonly most: number;
  readonly mostOfAddress: number;
  /** Whether an address is a proxy's, behind which there are many. */
  isExempt(address: string): boolean;
}

export interface ConnectionCounts {
  readonly open: number;
  /** Since the start: closed to make room, and refused. */
  readonly evicted: number;
  readonly refused: number;
}

interface Connection {
  readonly socket: Socket;
  readonly address: string;
  /** The request that is being answered. */
  exchange: { readonly request: IncomingMessage; readonly response: ServerResponse } | undefined;
  isLive: boolean;
}

/** Watches a server, also one with TLS, whose requests come on another socket than its connections. */
export function guardConnections(server: Server, limits: ConnectionLimits): ConnectionCounts {
  // In the order in which they last made progress.
  const connections = new Map<string, Connection>();
  const byAddress = new Map<string, number>();
  const counts = { open: 0, evicted: 0, refused: 0 };

  function add(socket: Socket): void {
    const address = socket.remoteAddress ?? "";
    const key = keyOf(socket);
    if (!makeRoom(address)) {
      counts.refused += 1;
      // Before the handshake there is nothing to say that a peer would understand.
      if (server instanceof SecureServer) socket.destroy();
      else refuseSocket(socket, TOO_MANY);
      return;
    }
    connections.set(key, { socket, address, exchange: undefined, isLive: false });
    count(address, 1);
    socket.once("close", () => {
      connections.delete(key);
      count(address, -1);
    });
  }

  function count(address: string, change: number): void {
    counts.open += change;
    const left = (byAddress.get(address) ?? 0) + change;
    if (left === 0) byAddress.delete(address);
    else byAddress.set(address, left);
  }

  function makeRoom(address: string): boolean {
    if ((byAddress.get(address) ?? 0) >= limits.mostOfAddress && !limits.isExempt(address))
      return evict((each) => each.address === address);
    return counts.open < limits.most || evict(() => true);
  }

  function evict(fits: (connection: Connection) => boolean): boolean {
    for (const connection of connections.values()) {
      if (connection.socket.destroyed || !isWaitingForPeer(connection) || !fits(connection)) continue;
      counts.evicted += 1;
      connection.socket.destroy();
      return true;
    }
    return false;
  }

  server.on("connection", add);
  server.prependListener("request", (request, response) => {
    const connection = connections.get(keyOf(request.socket));
    if (connection === undefined) return;
    connection.exchange = { request, response };
    response.once("close", () => {
      const key = keyOf(request.socket);
      if (!connections.delete(key)) return;
      connection.exchange = undefined;
      connections.set(key, connection);
    });
  });
  server.on("upgrade", ({ socket }: IncomingMessage) => {
    const connection = connections.get(keyOf(socket));
    if (connection !== undefined) connection.isLive = true;
  });
  return counts;
}

const TOO_MANY = new ApiError("overloaded", "too many connections; try again later");

/** The same for a connection and for the encrypted one on top of it. */
function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Nothing said yet, half a request said, an answer not taken: a request that is being worked on isn't cut. */
function isWaitingForPeer({ exchange, isLive }: Connection): boolean {
  if (isLive) return false;
  return exchange === undefined || !exchange.request.complete || exchange.response.writableEnded;
}
