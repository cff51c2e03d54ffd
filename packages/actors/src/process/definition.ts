/** What a process is made from, with its types erased: the engine runs definitions, `defineGenServer` types them. */

import type { StartFailedError } from "../errors.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { ProcessName, Protocol, Ref } from "../protocol.ts";
import type { Down, Exit } from "./message.ts";

/** Any handler; `defineGenServer` has checked it against its protocol. */
export type Handler = (ctx: never, ...args: never[]) => unknown;

/** By name; without a prototype, so that no message ever finds what nobody wrote. Made by {@link toHandlers}. */
export type HandlerTable = Readonly<Record<string, Handler | undefined>>;

export function toHandlers(
  handlers: Readonly<Record<string, Handler>> | undefined,
): HandlerTable | undefined {
  return handlers === undefined ? undefined : Object.assign(Object.create(null) as HandlerTable, handlers);
}

export interface Definition {
  readonly name: string;
  /** What handlers are given; default: `ProcessContext` itself. */
  readonly context?: new (process: never) => object;
  readonly trapExits?: boolean;
  readonly init: (ctx: never, args: never) => unknown;
  readonly calls?: HandlerTable | undefined;
  readonly casts?: HandlerTable | undefined;
  readonly infos?: HandlerTable | undefined;
  readonly down?: (ctx: never, down: Down) => unknown;
  readonly exit?: (ctx: never, exit: Exit) => unknown;
  readonly timeout?: (ctx: never) => unknown;
  readonly continue?: (ctx: never, token: unknown) => unknown;
  readonly terminate?: (ctx: never, reason: ExitReason) => unknown;
  readonly format?: (state: never) => unknown;
  readonly formatArgs?: (message: string, args: readonly unknown[]) => readonly unknown[];
}

/** A definition with all it needs to be started. */
export interface ProcessSpec<P extends Protocol = Protocol> {
  readonly definition: Definition;
  readonly args: unknown;
  readonly name?: ProcessName | undefined;
  readonly "~process"?: Ref<P>;
}

/** Who hears, once and at once, what became of a start: before anything else can happen to the process. */
export interface Starter<P extends Protocol = Protocol> {
  /** `init` is done. */
  started(ref: Ref<P>): void;
  /** `init` wanted no process. */
  ignored(): void;
  failed(error: StartFailedError): void;
}

/** Returned by a call's handler that answers later, through `ctx.from`. */
export const noReply: unique symbol = Symbol("noReply");
/** Returned by `init` that wants no process: the start succeeds without one. */
export const ignore: unique symbol = Symbol("ignore");

/** An answer that isn't there yet; the process goes on with its next message meanwhile. */
export class Later<out R> {
  readonly promise: Promise<R>;
  constructor(promise: Promise<R>) {
    this.promise = promise;
    // Who asked may be gone before it fails; then nobody else looks at it.
    promise.catch(() => {});
  }
}

/** Answers a call when the promise settles, without holding the mailbox; a rejection reaches the caller as it is. */
export function later<R>(promise: Promise<R>): Later<R> {
  return new Later(promise);
}
