/** Ways to a socket: listening and accepting, or connecting. gen_tcp's `listen/2`, `accept/2` and `connect/3`. */

import type { Context, Ref } from "@wheelhouse/actors";
import {
  able,
  expectAddress,
  expectFlag,
  expectMillisecondsFromZero,
  expectOptions,
  type Checks,
} from "../expectations.ts";
import { checkEndpoint } from "../network/check-endpoint.ts";
import type { Endpoint, Stream } from "../network/network.ts";
import { within } from "./alarm.ts";
import { ListenInfo, ListenSocket, expectUnadopted, takeOver, type PendingAccept } from "./listen-socket.ts";
import { SocketInfo } from "./messages.ts";
import {
  BACKLOG,
  CONNECT_TIMEOUT_MS,
  KEEP_ALIVE_MS,
  NO_DELAY,
  checkConnectOptions,
  checkListenOptions,
  checkSocketOptions,
  type ConnectOptions,
  type ListenOptions,
  type SocketOptions,
} from "./options.ts";
import { Socket, networkOf, type SocketOwner } from "./socket.ts";

const expectListenSocket = able("accept", "what listen gives");
const expectStream = able("start", "a stream that a listening socket handed out");
const expectSocket = able("handedTo", "a socket");
const HANDING_CHECKS: Checks<{ readonly active?: boolean }> = { active: expectFlag };

/**
 * Listens. With `active`, connections reach the owner as `ListenInfo` messages; else they wait for `accept`.
 *
 * @throws ListenError when the address is in use, not permitted or not there.
 * @throws RangeError when an option is wrong.
 */
export async function listen(
  ctx: SocketOwner,
  options: ListenOptions,
  handing: { readonly active?: boolean } = {},
): Promise<ListenSocket> {
  checkListenOptions(options);
  expectOptions(handing, HANDING_CHECKS);
  const { active = false } = handing;
  const { host = "127.0.0.1", port = 0, path, backlog = BACKLOG } = options;
  const { keepAliveMs = KEEP_ALIVE_MS, noDelay = NO_DELAY, reusePort = false } = options;
  // Connections may come before the promise below has told the program of the socket they come to.
  const early: Stream[] = [];
  let listenSocket: ListenSocket | undefined;
  const comer = {
    enter(stream: Stream) {
      if (listenSocket === undefined) early.push(stream);
      else if (listenSocket.offer(stream) && active)
        ctx.inform(ctx.self, ListenInfo, { type: "connection", listenSocket, stream });
    },
  };
  const failed = (error: Error) => {
    if (listenSocket === undefined) return;
    ctx.inform(ctx.self, ListenInfo, { type: "failed", listenSocket, error });
    // Whoever waits for a connection waits for nothing now.
    void listenSocket.close();
  };
  const place = path === undefined ? { host, port } : { host: "", port: 0, path };
  const listening = networkOf(ctx).listen({
    ...place,
    backlog,
    keepAliveMs,
    noDelay,
    reusePort,
    connection: (stream) => ctx.enter(comer, stream),
    failed,
  });
  listenSocket = new ListenSocket(await ctx.waitFor(listening), backlog);
  ctx.own(listenSocket);
  for (const stream of early) comer.enter(stream);
  return listenSocket;
}

/**
 * Waits for the next connection and owns it; `closed` when the listening socket is, `timeout` when none came in time. With a
 * time of 0 it takes one that is there.
 *
 * @throws RangeError when an option is wrong.
 */
export async function accept(
  ctx: SocketOwner,
  listenSocket: ListenSocket,
  options: SocketOptions = {},
  timeoutMs = Infinity,
): Promise<Socket | "closed" | "timeout"> {
  expectListenSocket("listenSocket", listenSocket);
  checkSocketOptions(options);
  expectMillisecondsFromZero("timeoutMs", timeoutMs);
  const stream = await ctx.waitFor(nextStream(ctx, listenSocket, timeoutMs));
  return typeof stream === "string" ? stream : new Socket(ctx, stream, options);
}

async function nextStream(
  ctx: SocketOwner,
  listenSocket: ListenSocket,
  timeoutMs: number,
): Promise<Stream | "closed" | "timeout"> {
  const acceptor: PendingAccept = { accepted: () => {}, release: () => listenSocket.giveUp(acceptor) };
  let given: Stream | undefined;
  const next = new Promise<Stream | undefined>((resolve) => {
    acceptor.accepted = (stream) => resolve((given = stream));
    listenSocket.accept(acceptor);
  });
  ctx.own(acceptor);
  const stream = await within(ctx, timeoutMs, next, "timeout");
  ctx.disown(acceptor);
  if (stream !== "timeout") return stream ?? "closed";
  listenSocket.giveUp(acceptor);
  // One that came in the very moment is nobody else's.
  return given ?? "timeout";
}

/**
 * Connects, and owns the socket.
 *
 * @throws ConnectError when nobody answers there, or not in time.
 * @throws RangeError when the place or an option is wrong.
 */
export async function connect(ctx: SocketOwner, to: Endpoint, options: ConnectOptions = {}): Promise<Socket> {
  checkEndpoint(to);
  checkConnectOptions(options);
  const { timeoutMs = CONNECT_TIMEOUT_MS, ...given } = options;
  const stream = await ctx.waitFor(networkOf(ctx).connect(to, timeoutMs));
  return new Socket(ctx, stream, { noDelay: NO_DELAY, keepAliveMs: KEEP_ALIVE_MS, ...given });
}

/**
 * Makes a stream that a listening socket handed out the socket of this process.
 *
 * @throws RangeError when an option is wrong, or somebody has adopted the stream before.
 */
export function adopt(ctx: SocketOwner, stream: Stream, options: SocketOptions): Socket {
  expectStream("stream", stream);
  expectUnadopted(stream);
  const socket = new Socket(ctx, stream, options);
  takeOver(stream);
  return socket;
}

/** `closed`: by its owner. `noproc`: the other process has ended; the socket stays where it is. */
export type TransferResult = "transferred" | "not_owner" | "noproc" | "closed";

/**
 * Gives a socket to another process (gen_tcp:controlling_process/2), with those of its messages that wait, in their order,
 * before any that come later. Only its owner may. What was asked for stays asked for: a passive socket stays passive; but
 * whoever still receives from it gets `closed`. Given to its owner nothing changes.
 *
 * @throws RangeError when the socket is none, or the other is no process's address.
 */
export function transfer(ctx: Pick<Context, "handOver">, socket: Socket, to: Ref): TransferResult {
  expectSocket("socket", socket);
  expectAddress("the new owner", to);
  if (socket.isForsaken) return "closed";
  const outcome = ctx.handOver(socket, to, SocketInfo, (message) => message.socket === socket);
  return outcome === "handed_over" ? "transferred" : outcome;
}
