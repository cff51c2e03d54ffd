/** One process for one connection: a gen server that also hears its socket. */

import {
  defineGenServer,
  defineInfo,
  on,
  type CallArgs,
  type CallName,
  type CastArgs,
  type CastName,
  type Down,
  type ExitReason,
  type GenServer,
  type GenServerDefinition,
  type InfoHandler,
  type ProcessSpec,
  type Protocol,
  type Reply,
} from "@wheelhouse/actors";
import type { Stream } from "../network/network.ts";
import { adopt, type FramingOptions } from "../socket/open.ts";
import { SocketInfo, type SocketMessage } from "../socket/socket.ts";
import { SocketContext, type ConnectionContext } from "./context.ts";

type MaybePromise<T> = T | Promise<T>;

export interface ConnectionLifecycle<P extends Protocol, S, A> {
  /** What reports and traces call such a connection. */
  readonly name: string;
  /** Makes the first state; a throw closes this connection and concerns nobody else. May be left out where S is void. */
  readonly init?: (ctx: ConnectionContext<P, S>, args: A) => MaybePromise<S>;
  /** One packet. The next one comes when this one is handled and what was written has found room. */
  readonly data: (ctx: ConnectionContext<P, S>, packet: Buffer) => MaybePromise<void>;
  /** A packet was longer than allowed; its rest is skipped. Without this handler, the connection is closed. */
  readonly overlong?: (ctx: ConnectionContext<P, S>) => MaybePromise<void>;
  /** The peer sends no more, or the connection broke (then with an error). What is written now may still arrive. */
  readonly closed?: (ctx: ConnectionContext<P, S>, error: Error | undefined) => MaybePromise<void>;
  /** Nothing came from the peer for the listener's `readTimeoutMs`. Without this handler, the connection is closed. */
  readonly idle?: (ctx: ConnectionContext<P, S>) => MaybePromise<void>;
  /**
   * The listener drains: all packets that had come are handled. The connection closes after what is written here,
   * unless `stay` asks for time to end by itself, until the drain's deadline.
   */
  readonly shutdown?: (ctx: ConnectionContext<P, S>) => MaybePromise<void | "stay">;
  readonly infos?: readonly InfoHandler<ConnectionContext<P, S>>[];
  readonly down?: (ctx: ConnectionContext<P, S>, down: Down) => MaybePromise<void>;
  readonly terminate?: (ctx: ConnectionContext<P, S>, reason: ExitReason) => MaybePromise<void>;
}

export type ConnectionCalls<P extends Protocol, S> = {
  readonly [K in CallName<P>]: (
    ctx: ConnectionContext<P, S>,
    ...args: CallArgs<P, K>
  ) => MaybePromise<Reply<P, K>>;
};
export type ConnectionCasts<P extends Protocol, S> = {
  readonly [K in CastName<P>]: (ctx: ConnectionContext<P, S>, ...args: CastArgs<P, K>) => MaybePromise<void>;
};

export type ConnectionDefinition<P extends Protocol, S, A> = ConnectionLifecycle<P, S, A> &
  ([CallName<P>] extends [never] ? {} : { readonly calls: ConnectionCalls<P, S> }) &
  ([CastName<P>] extends [never] ? {} : { readonly casts: ConnectionCasts<P, S> });

/** What {@link defineConnection} makes. */
export interface Connection<P extends Protocol, A> {
  readonly name: string;
  /** The handler with its arguments, for a listener. */
  with(args: A): ConnectionHandler<P>;
}

/** What a listener needs to begin a connection's process. */
export interface ConnectionHandler<out P extends Protocol = Protocol> {
  readonly name: string;
  /** @internal */
  process(start: ConnectionStart): ProcessSpec<P>;
}

/** What a connection's process is started with, besides the handler's own arguments. */
export interface ConnectionStart extends FramingOptions {
  readonly stream: Stream;
  readonly maxUnsentBytes: number;
  readonly readTimeoutMs: number;
}

/** Tells a connection that its listener drains. */
export const DrainInfo = defineInfo<void>("net:drain");

/**
 * Defines what a connection does: `P` is what other processes may tell it, `S` its state, `A` what it is started with.
 *
 * @example
 * const Echo = defineConnection({
 *   name: "Echo",
 *   data(ctx, packet) {
 *     ctx.send(packet);
 *   },
 * });
 */
export function defineConnection<P extends Protocol = {}, S = void, A = void>(
  handlers: ConnectionDefinition<P, S, A>,
): Connection<P, A> {
  const server = toGenServer(handlers);
  return {
    name: handlers.name,
    with: (args) => ({
      name: handlers.name,
      process: (start) => server.with({ start, args }) as ProcessSpec<P>,
    }),
  };
}

/** What a gen server that is a connection is started with. */
interface Started<A> {
  readonly start: ConnectionStart;
  readonly args: A;
}

/** A cast to itself: to look whether the peer has been silent for too long. */
const CHECK_IDLE = "net:checkIdle";
/** How much later than asked a silence may be noticed. */
const IDLE_STEP_MS = 100;

interface Handlers {
  readonly data: (ctx: SocketContext, packet: Buffer) => MaybePromise<void>;
  readonly overlong?: (ctx: SocketContext) => MaybePromise<void>;
  readonly closed?: (ctx: SocketContext, error: Error | undefined) => MaybePromise<void>;
  readonly idle?: (ctx: SocketContext) => MaybePromise<void>;
  readonly shutdown?: (ctx: SocketContext) => MaybePromise<void | "stay">;
  readonly init?: (ctx: SocketContext, args: unknown) => unknown;
  readonly terminate?: (ctx: SocketContext, reason: ExitReason) => MaybePromise<void>;
  readonly infos?: readonly InfoHandler<SocketContext>[];
  readonly casts?: object;
}

/** The handlers, with those of a socket's messages turned into handlers of a gen server's. */
function toGenServer<P extends Protocol, S, A>(
  definition: ConnectionDefinition<P, S, A>,
): GenServer<Protocol, Started<A>> {
  // The types were checked above; from here on a context is the class that the handlers see through an interface.
  const handlers = definition as unknown as Handlers;
  const {
    data: _data,
    overlong: _overlong,
    closed: _closed,
    idle: _idle,
    shutdown: _shutdown,
    init: _init,
    terminate: _terminate,
    ...rest
  } = handlers;
  const server = {
    ...rest,
    context: SocketContext,
    init(ctx: SocketContext, { start: { stream, ...options }, args }: Started<A>): void {
      ctx.attach(adopt(ctx, stream, { ...options, active: false }));
      ctx.continue({ args, readTimeoutMs: options.readTimeoutMs } satisfies Beginning);
    },
    continue: (ctx: SocketContext, beginning: Beginning) => begin(ctx, handlers, beginning),
    terminate: (ctx: SocketContext, reason: ExitReason) =>
      ctx.begun ? handlers.terminate?.(ctx, reason) : undefined,
    infos: [
      on(SocketInfo, (ctx, message) => hear(ctx as unknown as SocketContext, handlers, message)),
      on(DrainInfo, (ctx) => drain(ctx as unknown as SocketContext)),
      ...(handlers.infos ?? []),
    ],
    casts: {
      ...handlers.casts,
      [CHECK_IDLE]: (ctx: SocketContext, readTimeoutMs: number) => checkIdle(ctx, handlers, readTimeoutMs),
    },
  };
  return defineGenServer(server as unknown as GenServerDefinition<Protocol, unknown, Started<A>>);
}

/** What is left to do once the process has its socket. */
interface Beginning {
  readonly args: unknown;
  readonly readTimeoutMs: number;
}

/** Runs before any message, but after the start: the listener goes on meanwhile. */
async function begin(
  ctx: SocketContext,
  handlers: Handlers,
  { args, readTimeoutMs }: Beginning,
): Promise<void> {
  ctx.state = await handlers.init?.(ctx, args);
  ctx.begun = true;
  if (readTimeoutMs !== Infinity) ctx.after(readTimeoutMs, CHECK_IDLE, readTimeoutMs);
  ctx.askForNext();
}

function hear(ctx: SocketContext, handlers: Handlers, message: SocketMessage): MaybePromise<void> {
  switch (message.type) {
    case "data":
      return thenAskForNext(ctx, handlers.data(ctx, message.data));
    case "overlong":
      if (handlers.overlong !== undefined) return thenAskForNext(ctx, handlers.overlong(ctx));
      ctx.stop({ shutdown: "packet over the limit" });
      return;
    case "drained":
      ctx.askIfDue();
      return;
    case "closed":
      return message.drained ? drained(ctx, handlers) : peerClosed(ctx, handlers, message.error);
  }
}

function thenAskForNext(ctx: SocketContext, handled: MaybePromise<void>): MaybePromise<void> {
  if (handled !== undefined) return handled.then(() => ctx.askForNext());
  ctx.askForNext();
}

async function peerClosed(ctx: SocketContext, handlers: Handlers, error: Error | undefined): Promise<void> {
  await handlers.closed?.(ctx, error);
  ctx.stop(error === undefined ? "normal" : { shutdown: error });
}

/** What has come is still handled; the end of it is told as `closed` with `drained`. */
function drain(ctx: SocketContext): void {
  ctx.socket.stopReading();
  ctx.resume();
}

async function drained(ctx: SocketContext, handlers: Handlers): Promise<void> {
  const wish = await handlers.shutdown?.(ctx);
  // Nothing is read from who stays, so its silence isn't counted either.
  if (wish === "stay") ctx.pause();
  else ctx.stop("shutdown");
}

function checkIdle(ctx: SocketContext, handlers: Handlers, readTimeoutMs: number): MaybePromise<void> {
  const leftMs = ctx.silentSince + readTimeoutMs - ctx.now();
  // Rounded up: timers of one duration share a list, and many connections' mustn't all differ.
  const waitMs = Math.ceil(leftMs / IDLE_STEP_MS) * IDLE_STEP_MS;
  ctx.after(leftMs > 0 ? waitMs : readTimeoutMs, CHECK_IDLE, readTimeoutMs);
  if (leftMs > 0) return;
  if (handlers.idle !== undefined) return handlers.idle(ctx);
  ctx.stop({ shutdown: "idle" });
}
