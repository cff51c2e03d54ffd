/** What a connection's process does with what its socket, its listener and its times tell it: which handler is called when. */

import type { ExitReason } from "@wheelhouse/actors";
import type { TimeoutKind } from "../events.ts";
import type { PacketMessage, SocketMessage } from "../socket/messages.ts";
import { adopt } from "../socket/open.ts";
import type { SocketOptions } from "../socket/options.ts";
import type { ConnectionStart } from "./connection.ts";
import { shakeHands } from "./handshake.ts";
import type { SocketContext } from "./socket-context.ts";

type MaybePromise<T> = T | Promise<T>;

/** A connection's handlers without their types: those were checked where it was defined. */
export interface Handlers {
  readonly init?: (ctx: SocketContext, args: unknown) => unknown;
  readonly connected?: (ctx: SocketContext) => MaybePromise<void>;
  readonly data: (ctx: SocketContext, packet: Buffer) => MaybePromise<void | "close">;
  readonly overlong?: (ctx: SocketContext) => MaybePromise<void>;
  readonly passive?: (ctx: SocketContext) => MaybePromise<void>;
  readonly closed?: (ctx: SocketContext, by: "peer" | "us") => MaybePromise<void | "stay">;
  readonly error?: (ctx: SocketContext, error: Error) => MaybePromise<void>;
  readonly timeout?: (ctx: SocketContext, which: TimeoutKind) => MaybePromise<void>;
  readonly shutdown?: (ctx: SocketContext, notice: unknown) => MaybePromise<void | "stay">;
  readonly terminate?: (ctx: SocketContext, reason: ExitReason) => MaybePromise<void>;
}

// The beginning

/** The process takes its socket. What is left to do follows: the listener doesn't wait for it. */
export function take(ctx: SocketContext, { stream, settings, place }: ConnectionStart): void {
  const options: SocketOptions = place.proxied ? { ...settings.socket, packet: "raw" } : settings.socket;
  const socket = adopt(ctx, stream, options);
  ctx.attach(socket, place, settings);
  if (!place.begin(ctx, socket)) ctx.stop("shutdown");
}

export function begin(
  ctx: SocketContext,
  handlers: Handlers,
  start: ConnectionStart,
  args: unknown,
): MaybePromise<void> {
  return then(handlers.init?.(ctx, args), (state) => {
    ctx.state = state;
    ctx.phase = "handshake";
    if (ctx.isStopping) return undefined;
    const { settings, place } = start;
    if (!settings.tlsAtOnce && !place.proxied) return connect(ctx, handlers, start);
    if (place.isToldOfDrain) ctx.beginToDrain();
    return shakeHands(ctx, settings, place).then((isReady) =>
      isReady ? connect(ctx, handlers, start) : undefined,
    );
  });
}

function connect(
  ctx: SocketContext,
  handlers: Handlers,
  { settings, place }: ConnectionStart,
): MaybePromise<void> {
  ctx.opens(settings);
  if (place.isToldOfDrain) ctx.beginToDrain();
  return then(handlers.connected?.(ctx), () => {
    if (!ctx.isStopping) ctx.beginToRead(settings);
  });
}

/** Goes on at once where there is nothing to wait for: a promise for each packet would cost more than most handlers. */
function then<T>(value: MaybePromise<T>, goOn: (value: T) => MaybePromise<void>): MaybePromise<void> {
  return value instanceof Promise ? value.then(goOn) : goOn(value);
}

// Its course

export function hear(ctx: SocketContext, handlers: Handlers, message: SocketMessage): MaybePromise<void> {
  switch (message.type) {
    case "data":
      return hearPackets(ctx, handlers, message);
    case "overlong":
      ctx.handlesPacket();
      if (handlers.overlong !== undefined) return thenAskForNext(ctx, handlers.overlong(ctx));
      ctx.stop({ shutdown: "packet over the limit" });
      return;
    case "malformed":
      return ctx.askForNext();
    case "passive":
      return handlers.passive?.(ctx);
    case "drained":
      return ctx.askIfDue();
    case "handed":
      return;
    case "closed":
      return message.stopped ? shutDown(ctx, handlers) : hearEnd(ctx, handlers, message);
  }
}

/** Goes on with the packets that are held already: a message for each would cost more than most handlers. */
function hearPackets(ctx: SocketContext, handlers: Handlers, message: PacketMessage): MaybePromise<void> {
  ctx.handlesPacket();
  for (;;) {
    const handled = handlers.data(ctx, message.data);
    if (handled !== undefined) return thenAskForNext(ctx, handled);
    const next = ctx.takeHeld(message);
    if (next === undefined) return goOn(ctx, undefined);
    if (next === "told") return ctx.waits();
  }
}

function thenAskForNext(ctx: SocketContext, handled: MaybePromise<void | "close">): MaybePromise<void> {
  if (handled instanceof Promise) return handled.then((wish) => goOn(ctx, wish));
  goOn(ctx, handled);
}

function goOn(ctx: SocketContext, wish: void | "close"): void {
  if (wish === "close") ctx.close();
  else if (!ctx.isStopping) ctx.askForNext();
}

/** One look at the times: at most one has run out. */
export function checkTimes(ctx: SocketContext, handlers: Handlers): MaybePromise<void> {
  const which = ctx.timedOut();
  if (which === undefined) return ctx.armCheck();
  ctx.tellTimeout(which);
  if (which !== "read" || handlers.timeout === undefined || ctx.toldOfEnd) return ctx.endByTime(which);
  return then(handlers.timeout(ctx, which), () => {
    // Who closes there has been told of the end by that.
    if (ctx.isStopping) ctx.toldOfEnd = true;
    else ctx.armCheck();
  });
}

/** What `ctx.idleAfter` asked for: a gen server's time-out, which ends nothing by itself. */
export function idle(ctx: SocketContext, handlers: Handlers): MaybePromise<void> {
  return handlers.timeout?.(ctx, "idle");
}

// The end

/** What has come is still handled; the end of it is told as `closed` with `stopped`. */
export function drain(ctx: SocketContext, handlers: Handlers, notice: unknown): MaybePromise<void> {
  if (ctx.toldOfEnd || ctx.notice !== undefined) return undefined;
  ctx.notice = { notice };
  ctx.socket.stopReading();
  ctx.resume();
  ctx.askIfDue();
  // Nobody would hear of the end of what has come.
  if (ctx.isPassive) return shutDown(ctx, handlers);
}

function shutDown(ctx: SocketContext, handlers: Handlers): MaybePromise<void> {
  ctx.toldOfEnd = true;
  return then(handlers.shutdown?.(ctx, ctx.notice?.notice), (wish) => stayOrStop(ctx, wish, "shutdown"));
}

/** A peer that sends no more may still read: whoever has something left to say to it stays. */
function hearEnd(
  ctx: SocketContext,
  handlers: Handlers,
  { error, reset }: Extract<SocketMessage, { type: "closed" }>,
): MaybePromise<void> {
  const { closed } = handlers;
  const isOrderly = error === undefined && !reset && !ctx.isStopping && !ctx.toldOfEnd;
  if (closed === undefined || !isOrderly) return ctx.endsAsRead(error, reset);
  ctx.toldOfEnd = true;
  return then(closed(ctx, "peer"), (wish) => stayOrStop(ctx, wish, "normal"));
}

function stayOrStop(ctx: SocketContext, wish: void | "stay", reason: ExitReason): void {
  if (wish === "stay") ctx.stays();
  else ctx.stop(reason);
}

/** Runs once, before the process ends: the handler that tells of the connection's end, and then the process's own. */
export function terminate(
  ctx: SocketContext,
  handlers: Handlers,
  reason: ExitReason,
  isClean: boolean,
): MaybePromise<void> {
  if (ctx.phase === "init") return undefined;
  if (ctx.phase !== "open" || ctx.toldOfEnd || !(isClean || ctx.ending !== undefined))
    return handlers.terminate?.(ctx, reason);
  ctx.toldOfEnd = true;
  return tellOfEnd(ctx, handlers, reason);
}

/** `terminate` runs also when the handler before it fails. */
function tellOfEnd(ctx: SocketContext, handlers: Handlers, reason: ExitReason): MaybePromise<void> {
  const { terminate: last } = handlers;
  if (last === undefined) return callLast(ctx, handlers);
  return (async () => {
    try {
      await callLast(ctx, handlers);
    } finally {
      await last(ctx, reason);
    }
  })();
}

function callLast(ctx: SocketContext, handlers: Handlers): MaybePromise<void> {
  const { ending } = ctx;
  if (ending?.call === "error") return handlers.error?.(ctx, ending.error);
  if (ending?.call === "timeout" && handlers.timeout !== undefined)
    return handlers.timeout(ctx, ending.which);
  // It is too late to stay.
  return then(handlers.closed?.(ctx, ending?.call === "closed" ? "peer" : "us"), () => undefined);
}
