/** Ways to a socket: listening and accepting, or connecting. gen_tcp's `listen/2`, `accept/2` and `connect/3`. */

import { defineInfo, type Context, type Owned } from "@wheelhouse/actors";
import type { Framer, Packet } from "../framing/framer.ts";
import { LineFramer } from "../framing/line.ts";
import { RawFramer } from "../framing/raw.ts";
import {
  NetworkPort,
  type Endpoint,
  type ListeningPort,
  type Network,
  type Stream,
} from "../network/network.ts";
import { nodeNetwork } from "../network/node-network.ts";
import { Socket, type ActiveMode } from "./socket.ts";

/** Most bytes of one packet unless told otherwise. */
export const MAX_PACKET_BYTES = 65_536;
/** Unsent bytes above which a peer that doesn't read is cut off, unless told otherwise. */
export const MAX_UNSENT_BYTES = 1_048_576;
/** Connections that wait in the kernel to be accepted (listen(2)). */
export const BACKLOG = 1_024;
/** Idle time after which the kernel asks whether the peer is still there. */
export const KEEP_ALIVE_MS = 30_000;

export interface FramingOptions {
  /** How bytes become packets. Default: `raw`. */
  readonly packet?: Packet;
  /** Most bytes of one packet, its delimiter included; `raw` has none. Default: {@link MAX_PACKET_BYTES}. */
  readonly maxPacketBytes?: number;
}

export interface OpenOptions extends FramingOptions {
  /** Default: `true`. */
  readonly active?: ActiveMode;
  /** Default: {@link MAX_UNSENT_BYTES}. */
  readonly maxUnsentBytes?: number;
}

export interface ListenOptions {
  /** 0 for any free one. */
  readonly port: number;
  /** Default: 127.0.0.1, so that nobody else reaches it unless told otherwise. */
  readonly host?: string;
  /** Default: {@link BACKLOG}. */
  readonly backlog?: number;
}

/** What reaches the owner of a listening socket. */
export type ListenMessage =
  | { readonly type: "connection"; readonly listenSocket: ListenSocket; readonly stream: Stream }
  | { readonly type: "failed"; readonly listenSocket: ListenSocket; readonly error: Error };

/** The kind of a listening socket's messages. */
export const ListenInfo = defineInfo<ListenMessage>("net:listen");

/** A port that is listened on; closes when its owner ends. */
export class ListenSocket implements Owned {
  readonly local: Endpoint;
  readonly #port: ListeningPort;
  /** Streams that nobody owns yet. */
  readonly #untaken = new Set<Stream>();
  #waitingAcceptors: ((stream: Stream | undefined) => void)[] = [];
  #closed = false;

  constructor(port: ListeningPort) {
    this.#port = port;
    this.local = port.local;
  }

  /** @internal */
  offer(stream: Stream): void {
    const acceptor = this.#waitingAcceptors.shift();
    if (acceptor !== undefined) acceptor(stream);
    else if (this.#closed) stream.destroy();
    else this.#untaken.add(stream);
  }

  /** @internal */
  take(): Promise<Stream | undefined> {
    const [stream] = this.#untaken;
    if (stream !== undefined) this.taken(stream);
    if (stream !== undefined || this.#closed) return Promise.resolve(stream);
    return new Promise((resolve) => this.#waitingAcceptors.push(resolve));
  }

  /** @internal From here on somebody else closes it. */
  taken(stream: Stream): void {
    this.#untaken.delete(stream);
  }

  /** Takes no more connections; those that were accepted live on. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#port.close();
    for (const stream of this.#untaken) stream.destroy();
    this.#untaken.clear();
    for (const acceptor of this.#waitingAcceptors) acceptor(undefined);
    this.#waitingAcceptors = [];
  }

  release(): void {
    this.close();
  }
}

type AnyContext = Pick<Context, "own" | "port" | "self" | "inform" | "now" | "afterBurst" | "disown">;

/**
 * Listens. With `active`, connections reach the owner as `ListenInfo` messages; else they wait for `accept`.
 *
 * @throws ListenError when the address is in use, not permitted or not there.
 */
export async function listen(
  ctx: AnyContext,
  options: ListenOptions,
  mode: { readonly active?: boolean } = {},
): Promise<ListenSocket> {
  const { host = "127.0.0.1", port, backlog = BACKLOG } = options;
  // Connections may come before the promise below has told the program of the socket they come to.
  const early: Stream[] = [];
  let listenSocket: ListenSocket | undefined;
  const deliver = (stream: Stream) => {
    if (listenSocket === undefined) {
      early.push(stream);
      return;
    }
    listenSocket.offer(stream);
    if (mode.active === true) ctx.inform(ctx.self, ListenInfo, { type: "connection", listenSocket, stream });
  };
  const listening = await networkOf(ctx).listen({
    host,
    port,
    backlog,
    keepAliveMs: KEEP_ALIVE_MS,
    connection: deliver,
    failed: (error) => {
      if (listenSocket !== undefined)
        ctx.inform(ctx.self, ListenInfo, { type: "failed", listenSocket, error });
    },
  });
  listenSocket = new ListenSocket(listening);
  ctx.own(listenSocket);
  for (const stream of early) deliver(stream);
  return listenSocket;
}

/** Waits for the next connection and owns it; `closed` when the listening socket is. */
export async function accept(
  ctx: AnyContext,
  listenSocket: ListenSocket,
  options: OpenOptions = {},
): Promise<Socket | "closed"> {
  const stream = await listenSocket.take();
  return stream === undefined ? "closed" : adopt(ctx, stream, options);
}

/**
 * Connects, and owns the socket.
 *
 * @throws ConnectError when nobody answers there.
 */
export async function connect(ctx: AnyContext, to: Endpoint, options: OpenOptions = {}): Promise<Socket> {
  return adopt(ctx, await networkOf(ctx).connect(to), options);
}

/** Makes a stream the socket of this process. */
export function adopt(ctx: AnyContext, stream: Stream, options: OpenOptions): Socket {
  const { active = true, maxUnsentBytes = MAX_UNSENT_BYTES } = options;
  return new Socket(ctx, stream, { active, maxUnsentBytes, framer: toFramer(options) });
}

function toFramer({ packet = "raw", maxPacketBytes = MAX_PACKET_BYTES }: FramingOptions): Framer {
  return packet === "line" ? new LineFramer(maxPacketBytes) : new RawFramer();
}

function networkOf(ctx: Pick<Context, "port">): Network {
  return ctx.port(NetworkPort) ?? nodeNetwork;
}
