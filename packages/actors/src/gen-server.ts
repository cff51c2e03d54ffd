/** Gen servers: a process from an object of handlers, checked against its protocol. Follows OTP's gen_server. */

import type { CallContext, Context } from "./context.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { ProcessContext } from "./process/context.ts";
import {
  toHandlers,
  type Definition,
  type Handler,
  type Later,
  type ProcessSpec,
  type ignore,
  type noReply,
} from "./process/definition.ts";
import type { Down, Exit } from "./process/message.ts";
import type {
  CallArgs,
  CallName,
  CastArgs,
  CastName,
  InfoKind,
  ProcessName,
  Protocol,
  Reply,
} from "./protocol.ts";
import { toChildSpec, type ChildOptions, type ChildSpec } from "./supervision/child-spec.ts";

type MaybePromise<T> = T | Promise<T>;

type Answer<R> = R | Later<R> | typeof noReply;

export type CallHandlers<P extends Protocol, S> = {
  readonly [K in CallName<P>]: (
    ctx: CallContext<P, S, Reply<P, K>>,
    ...args: CallArgs<P, K>
  ) => MaybePromise<Answer<Reply<P, K>>>;
};

export type CastHandlers<P extends Protocol, S> = {
  readonly [K in CastName<P>]: (ctx: Context<P, S>, ...args: CastArgs<P, K>) => MaybePromise<void>;
};

/** A handler for one kind of message outside the protocol, of processes whose context is a `C`. Made by {@link on}. */
export interface InfoHandler<in C> {
  readonly kind: string;
  readonly handle: (ctx: C, message: never, key: string) => MaybePromise<void>;
}

/** Handles a kind of message outside the protocol; of a topic's messages, `key` says which topic of the family. */
export function on<M, C>(
  kind: InfoKind<M>,
  handle: (ctx: C, message: M, key: string) => MaybePromise<void>,
): InfoHandler<C> {
  return { kind: kind.kind, handle };
}

interface Lifecycle<P extends Protocol, S, A> {
  /** What reports and traces call such a process. */
  readonly name: string;
  /** A context with more verbs, for kinds of process of one's own. Its class extends {@link ProcessContext}. */
  readonly context?: typeof ProcessContext;
  /** Makes the first state. `start` resolves only after it; a throw fails the start, `ignore` does without a process. */
  readonly init: (ctx: Context<P, S>, args: A) => MaybePromise<S | typeof ignore>;
  /** Whether a linked process's end becomes an `exit` message instead of this one's end. Default: false. */
  readonly trapExits?: boolean;
  readonly infos?: readonly InfoHandler<Context<P, S>>[];
  /** A process that `ctx.monitor` watched has ended. */
  readonly down?: (ctx: Context<P, S>, down: Down) => MaybePromise<void>;
  /** A linked process has ended; only with `trapExits`. The parent's end doesn't come here: it ends this one too. */
  readonly exit?: (ctx: Context<P, S>, exit: Exit) => MaybePromise<void>;
  /** Nothing came for as long as `ctx.idleAfter` said. */
  readonly timeout?: (ctx: Context<P, S>) => MaybePromise<void>;
  /** What `ctx.continue` asked for. */
  readonly continue?: (ctx: Context<P, S>, token: unknown) => MaybePromise<void>;
  /** Runs before the end: after `ctx.stop`, a throw, and the parent's exit if exits are trapped; never after a kill. */
  readonly terminate?: (ctx: Context<P, S>, reason: ExitReason) => MaybePromise<void>;
  /** What of the state a crash report may show. Default: all of it. */
  readonly format?: (state: S) => unknown;
  /**
   * What of a message's arguments a crash report may show; `message` is what was handled, like `call login` or `init`.
   * Default: all of them.
   */
  readonly formatArgs?: (message: string, args: readonly unknown[]) => readonly unknown[];
}

type Handlers<P extends Protocol, S> = ([CallName<P>] extends [never]
  ? {}
  : { readonly calls: CallHandlers<P, S> }) &
  ([CastName<P>] extends [never] ? {} : { readonly casts: CastHandlers<P, S> });

export type GenServerDefinition<P extends Protocol, S, A = void> = Lifecycle<P, S, A> & Handlers<P, S>;

/** What {@link defineGenServer} makes: something that can be started, as often as one likes. */
export interface GenServer<P extends Protocol, A = void> {
  readonly name: string;
  /** With its arguments, to be started by itself. */
  with(args: A, options?: { readonly name?: ProcessName<P> }): ProcessSpec<P>;
  /** With its arguments, to be a supervisor's child. */
  child(args: A, options?: ChildOptions<P>): ChildSpec<P>;
}

/**
 * Defines a gen server: `P` says what it understands, `S` what it remembers, `A` what it is started with.
 *
 * @example
 * const Counter = defineGenServer<{ calls: { next(): number } }, number>({
 *   name: "Counter",
 *   init: () => 0,
 *   calls: {
 *     next(ctx) {
 *       ctx.state += 1;
 *       return ctx.state;
 *     },
 *   },
 * });
 */
export function defineGenServer<P extends Protocol, S, A = void>(
  server: GenServerDefinition<P, S, A>,
): GenServer<P, A> {
  const definition = toDefinition(server);
  const specOf: GenServer<P, A>["with"] = (args, options) => ({ definition, args, name: options?.name });
  return {
    name: server.name,
    with: specOf,
    child: (args, options = {}) =>
      toChildSpec(specOf(args, options.name === undefined ? {} : { name: options.name }), options),
  };
}

function toDefinition<P extends Protocol, S, A>(server: GenServerDefinition<P, S, A>): Definition {
  const { infos = [], ...rest } = server;
  const { calls, casts } = rest as Partial<Record<"calls" | "casts", Record<string, Handler>>>;
  const byKind = Object.fromEntries(infos.map(({ kind, handle }) => [kind, handle as Handler]));
  const tables = { calls: toHandlers(calls), casts: toHandlers(casts), infos: toHandlers(byKind) };
  return { ...rest, ...tables } as Definition;
}
