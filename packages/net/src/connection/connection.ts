/** One process for one connection: a gen server that also hears its socket. */

import {
  defineGenServer,
  defineInfo,
  isCleanExit,
  on,
  type CallArgs,
  type CallName,
  type CastArgs,
  type CastName,
  type Down,
  type Exit,
  type ExitReason,
  type GenServer,
  type GenServerDefinition,
  type InfoHandler,
  type Later,
  type ProcessSpec,
  type Protocol,
  type Reply,
  type ReplyTo,
  type noReply,
} from "@wheelhouse/actors";
import type { TimeoutKind } from "../events.ts";
import {
  expectFlag,
  expectFunction,
  expectObject,
  expectOptions,
  listOf,
  text,
  type Checks,
} from "../expectations.ts";
import type { Stream } from "../network/network.ts";
import type { TlsServerOptions } from "../network/tls.ts";
import { SocketInfo, type ActiveMode } from "../socket/messages.ts";
import type { SocketOptions } from "../socket/options.ts";
import { begin, checkTimes, drain, hear, idle, take, terminate, type Handlers } from "./callbacks.ts";
import type { ConnectionContext } from "./context.ts";
import type { ConnectionPlace } from "./place.ts";
import { CHECK_TIMES, SocketContext } from "./socket-context.ts";
import type { Times } from "./times.ts";

type MaybePromise<T> = T | Promise<T>;

/**
 * What a connection does, beside its calls and casts. After `connected`, exactly one of `closed`, `error`, `timeout` and
 * `shutdown` is called when it ends, unless it crashes or is killed; and then `terminate`. A `read` time-out, or a
 * `shutdown` that stays, is no end yet.
 */
export interface ConnectionLifecycle<P extends Protocol, S, A> {
  /** What reports and traces call such a connection. */
  readonly name: string;
  /** Whether a linked process's end becomes an `exit` message instead of this one's end. Default: false. */
  readonly trapExits?: boolean;
  /**
   * Makes the first state, before a proxy has been heard and the connection is encrypted. A throw closes this connection
   * and concerns nobody else. May be left out where S is void.
   */
  readonly init?: (ctx: ConnectionContext<P, S>, args: A) => MaybePromise<S>;
  /** Packets may be sent, and come after this: what a server says first belongs here. */
  readonly connected?: (ctx: ConnectionContext<P, S>) => MaybePromise<void>;
  /** One packet. The next one comes when this one is handled and what was written has found room. `close` closes. */
  readonly data: (ctx: ConnectionContext<P, S>, packet: Buffer) => MaybePromise<void | "close">;
  /**
   * A packet was longer than allowed. With `overlong: "skip"` its rest is skipped; else nothing more is read, and `error`
   * follows. Without this handler, the connection is closed.
   */
  readonly overlong?: (ctx: ConnectionContext<P, S>) => MaybePromise<void>;
  /** As many packets as `active: n` asked for have come. */
  readonly passive?: (ctx: ConnectionContext<P, S>) => MaybePromise<void>;
  /**
   * The peer sends no more, or this side has closed. What is written now may still arrive. Where it was the peer, `stay` asks
   * for time to say the rest: the connection ends by `close` then, without another of these handlers. How long is the program's to
   * limit, since a peer that is gone shows only when something is written to it.
   */
  readonly closed?: (ctx: ConnectionContext<P, S>, by: "peer" | "us") => MaybePromise<void | "stay">;
  /** The connection broke: the peer reset it, it couldn't be encrypted, or its bytes didn't follow the framing. */
  readonly error?: (ctx: ConnectionContext<P, S>, error: Error) => MaybePromise<void>;
  /**
   * A time has run out. After `read`, the peer's silence, the connection goes on unless it is closed here, and the time
   * begins anew; after `first_packet`, `life` and `send` it closes after what is written here. Without this handler any of
   * these closes it. `idle` is what `ctx.idleAfter` asked for, and closes nothing.
   */
  readonly timeout?: (ctx: ConnectionContext<P, S>, which: TimeoutKind) => MaybePromise<void>;
  /**
   * The listener drains, with what it was given to say: all packets that had come are handled. The connection closes after
   * what is written here, unless `stay` asks for time to end by itself, until the drain's deadline.
   */
  readonly shutdown?: (ctx: ConnectionContext<P, S>, notice: unknown) => MaybePromise<void | "stay">;
  readonly infos?: readonly InfoHandler<ConnectionContext<P, S>>[];
  readonly down?: (ctx: ConnectionContext<P, S>, down: Down) => MaybePromise<void>;
  /** A linked process has ended; only with `trapExits`. */
  readonly exit?: (ctx: ConnectionContext<P, S>, exit: Exit) => MaybePromise<void>;
  /** What `ctx.continue` asked for. */
  readonly continue?: (ctx: ConnectionContext<P, S>, token: unknown) => MaybePromise<void>;
  /** Runs before the end, once there is a state; never after a kill. What is written here may still arrive. */
  readonly terminate?: (ctx: ConnectionContext<P, S>, reason: ExitReason) => MaybePromise<void>;
  /** What of the state a crash report may show. Default: all of it. */
  readonly format?: (state: S) => unknown;
  /** What of a message's arguments a crash report may show. Default: all of them. */
  readonly formatArgs?: (message: string, args: readonly unknown[]) => readonly unknown[];
}

export type ConnectionCalls<P extends Protocol, S> = {
  readonly [K in CallName<P>]: (
    ctx: ConnectionCallContext<P, S, Reply<P, K>>,
    ...args: CallArgs<P, K>
  ) => MaybePromise<Reply<P, K> | Later<Reply<P, K>> | typeof noReply>;
};
export type ConnectionCasts<P extends Protocol, S> = {
  readonly [K in CastName<P>]: (ctx: ConnectionContext<P, S>, ...args: CastArgs<P, K>) => MaybePromise<void>;
};

/** The context of a call's handler. */
export interface ConnectionCallContext<P extends Protocol, S, R> extends ConnectionContext<P, S> {
  /** Where this call's answer goes, to be kept when the handler returns `noReply`. */
  readonly from: ReplyTo<R>;
}

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
export interface ConnectionStart {
  readonly stream: Stream;
  readonly settings: ConnectionSettings;
  readonly place: ConnectionPlace;
}

/** What a listener's options come to for one connection; the same object for all. */
export interface ConnectionSettings {
  /** Passive: the connection asks for its packets when it is ready. */
  readonly socket: SocketOptions;
  readonly active: ActiveMode;
  readonly tls: TlsServerOptions | undefined;
  /** Encrypted from the first byte on, rather than when the handler asks for it. */
  readonly tlsAtOnce: boolean;
  readonly handshakeTimeoutMs: number;
  /** For those that have no other. */
  readonly times: Times;
  readonly firstPacketTimeoutMs: number;
  readonly maxLifeMs: number;
}

/** Tells a connection that its listener drains. */
export const DrainInfo = defineInfo<unknown>("net:drain");

/**
 * Defines what a connection does: `P` is what other processes may tell it, `S` its state, `A` what it is started with.
 *
 * @throws RangeError when `name` or `data` is missing, a handler is no function, or there is no such one.
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
  expectOptions(handlers, HANDLER_CHECKS, { required: ["name", "data"] });
  const server = toGenServer(handlers);
  return {
    name: handlers.name,
    with: (args) => ({
      name: handlers.name,
      process: (start) => server.with(new Started(start, args)) as ProcessSpec<P>,
    }),
  };
}

const HANDLER_CHECKS: Checks<Definition> = {
  name: text("text that isn't empty"),
  trapExits: expectFlag,
  init: expectFunction,
  connected: expectFunction,
  data: expectFunction,
  overlong: expectFunction,
  passive: expectFunction,
  closed: expectFunction,
  error: expectFunction,
  timeout: expectFunction,
  shutdown: expectFunction,
  infos: listOf(expectObject),
  down: expectFunction,
  exit: expectFunction,
  continue: expectFunction,
  terminate: expectFunction,
  format: expectFunction,
  formatArgs: expectFunction,
  calls: expectFunctions,
  casts: expectFunctions,
};

function expectFunctions(name: string, value: unknown): void {
  expectObject(name, value);
  for (const [message, handler] of Object.entries(value)) expectFunction(`${name}.${message}`, handler);
}

/** What a gen server that is a connection is started with. */
class Started<A> {
  readonly start: ConnectionStart;
  readonly args: A;
  constructor(start: ConnectionStart, args: A) {
    this.start = start;
    this.args = args;
  }
}

/** A definition without its types. */
interface Definition extends Handlers {
  readonly name: string;
  readonly trapExits?: boolean;
  readonly calls?: object;
  readonly casts?: object;
  readonly down?: (ctx: SocketContext, down: Down) => MaybePromise<void>;
  readonly exit?: (ctx: SocketContext, exit: Exit) => MaybePromise<void>;
  readonly format?: (state: unknown) => unknown;
  readonly infos?: readonly InfoHandler<SocketContext>[];
  readonly continue?: (ctx: SocketContext, token: unknown) => MaybePromise<void>;
  readonly formatArgs?: FormatArgs;
}

type FormatArgs = (message: string, args: readonly unknown[]) => readonly unknown[];

/** The handlers, with those of a socket's messages turned into handlers of a gen server's. */
function toGenServer<P extends Protocol, S, A>(
  definition: ConnectionDefinition<P, S, A>,
): GenServer<Protocol, Started<A>> {
  // The types were checked above; from here on a context is the class that the handlers see through an interface.
  const handlers = definition as unknown as Definition;
  const {
    data: _data,
    overlong: _overlong,
    passive: _passive,
    connected: _connected,
    closed: _closed,
    error: _error,
    shutdown: _shutdown,
    ...rest
  } = handlers;
  /** Of sockets that it owns besides its own. */
  const hearOther = handlers.infos?.find(({ kind }) => kind === SocketInfo.kind);
  const server = {
    ...rest,
    context: SocketContext,
    init(ctx: SocketContext, started: Started<A>): void {
      take(ctx, started.start);
      ctx.continue(started);
    },
    continue: (ctx: SocketContext, token: unknown) =>
      token instanceof Started
        ? begin(ctx, handlers, token.start, token.args)
        : handlers.continue?.(ctx, token),
    timeout: (ctx: SocketContext) => idle(ctx, handlers),
    terminate: (ctx: SocketContext, reason: ExitReason) =>
      terminate(ctx, handlers, reason, isCleanExit(reason)),
    infos: [
      ...(handlers.infos ?? []),
      on(SocketInfo, (ctx: SocketContext, message, key) =>
        message.socket === ctx.socket
          ? hear(ctx, handlers, message)
          : hearOther?.handle(ctx, message as never, key),
      ),
      on(DrainInfo, (ctx: SocketContext, notice) => drain(ctx, handlers, notice)),
    ],
    casts: { ...handlers.casts, [CHECK_TIMES]: (ctx: SocketContext) => checkTimes(ctx, handlers) },
    formatArgs: formatArgsOf(handlers.formatArgs),
  };
  return defineGenServer(server as unknown as GenServerDefinition<Protocol, unknown, Started<A>>);
}

/** A report shows what a handler was given, and not the socket and the settings (and keys) that came with it. */
function formatArgsOf(own: FormatArgs = (_, args) => args): FormatArgs {
  return (message, args) => {
    const [first] = args;
    if (first instanceof Started) return own("init", [first.args]);
    if (message !== `info ${SocketInfo.kind}`) return own(message, args);
    const { type, data } = first as { readonly type: string; readonly data?: Buffer };
    return data === undefined ? [type] : own("data", [data]);
  };
}
