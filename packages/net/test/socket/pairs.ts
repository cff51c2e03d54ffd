/** A process with a socket and the peer at its other end, over each kind of transport that a socket can have. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  accept,
  listen,
  type ListenOptions,
  type ListenSocket,
  type Socket,
  type SocketMessage,
  type SocketOptions,
  type TlsServerOptions,
} from "@wheelhouse/net/socket";
import { afterEach, expect } from "vitest";
import { authority, localhost } from "../certificates.ts";
import type { Peer } from "../peer.ts";
import { dial, nextTurn, owner, type Owner } from "../support.ts";

export interface Pair {
  readonly server: Owner;
  readonly listening: ListenSocket;
  readonly socket: Socket;
  readonly peer: Peer;
}

/** How two ends are connected. */
export interface Transport {
  readonly name: string;
  /** A Unix socket knows none. */
  readonly hasReset: boolean;
  /** A place of its own to listen at. */
  at(): ListenOptions;
  pair(options?: SocketOptions, server?: Owner): Promise<Pair>;
}

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A path for a Unix socket, in a folder that goes after the test. */
export function socketPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "net-"));
  folders.push(folder);
  return join(folder, "socket");
}

const identity: TlsServerOptions = { role: "server", ...localhost };

export const tcp: Transport = {
  name: "TCP",
  hasReset: true,
  at: () => ({ port: 0 }),
  pair: (options, server) => pairAt({ port: 0 }, options, server),
};

export const unix: Transport = {
  name: "a Unix socket",
  hasReset: false,
  at: () => ({ path: socketPath() }),
  pair: (options, server) => pairAt({ path: socketPath() }, options, server),
};

export const tls: Transport = {
  name: "TLS",
  hasReset: true,
  at: () => ({ port: 0 }),
  async pair({ active = true, ...options } = {}, server) {
    const made = await pairAt({ port: 0 }, { ...options, active: false }, server);
    const secured = made.server.run(() => made.socket.secure(identity));
    await made.peer.secure({ ca: authority, servername: "localhost" });
    await secured;
    await made.server.run(() => made.socket.setActive(active));
    return made;
  },
};

export const transports = [tcp, unix, tls];

async function pairAt(at: ListenOptions, options: SocketOptions = {}, made?: Owner): Promise<Pair> {
  const server = made ?? (await owner());
  const listening = await server.run((ctx) => listen(ctx, at));
  const peer = await dial(at.path ?? listening.local.port, { allowHalfOpen: true });
  return { server, listening, peer, socket: await acceptOne(server, listening, options) };
}

export async function acceptOne(
  server: Owner,
  listening: ListenSocket,
  options: SocketOptions = {},
): Promise<Socket> {
  const socket = await server.run((ctx) => accept(ctx, listening, options));
  if (typeof socket === "string") throw new Error(`expected a connection, got: ${socket}`);
  return socket;
}

/** What the owner hears next, in short. */
export async function hear({ server }: { readonly server: Owner }): Promise<string> {
  return inShort(await server.heard.take());
}

export async function hearMany(
  server: { readonly server: Owner },
  count: number,
): Promise<readonly string[]> {
  const heard: string[] = [];
  for (let index = 0; index < count; index += 1) heard.push(await hear(server));
  return heard;
}

/** What it hears up to the end of the connection, besides notices of room. */
export async function hearAll(server: { readonly server: Owner }): Promise<readonly string[]> {
  const heard: string[] = [];
  while (heard.at(-1)?.startsWith("<closed") !== true) {
    const next = await hear(server);
    if (next !== "<drained>") heard.push(next);
  }
  return heard;
}

function inShort(message: SocketMessage): string {
  if (message.type === "data") return message.data.toString();
  if (message.type !== "closed") return `<${message.type}>`;
  if (message.reset) return "<closed: reset>";
  return message.error === undefined ? "<closed>" : "<closed: broken>";
}

/** Resolves when the socket has read so many bytes. */
export async function untilRead(socket: Socket, bytes: number): Promise<void> {
  for (let turn = 0; turn < 10_000 && socket.stats.bytesRead < bytes; turn += 1) await nextTurn();
  expect(socket.stats.bytesRead).toBe(bytes);
}

/** As many turns as anything that was under way would have needed. */
export async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await nextTurn();
}
