/** A call that waits for its answer: at most one outcome, the first one, ever reaches the caller. */

import { CallTimeoutError, ProcessExitedError } from "../errors.ts";
import { formatReason, toExitReason, type ExitReason } from "../exit-reason.ts";
import type { Address } from "../protocol.ts";
import { TimerNode, type TimerQueue } from "../runtime/timer-queue.ts";
import { Later, noReply } from "./definition.ts";

/** Who is asked. The calls it hasn't answered hang on it, each on the one before, so that its end can answer them all. */
export interface Answerer {
  openCall: PendingCall | undefined;
}

function addOpen(answerer: Answerer, call: PendingCall): void {
  const { openCall } = answerer;
  call.nextOpen = openCall;
  if (openCall !== undefined) openCall.previousOpen = call;
  answerer.openCall = call;
}

function removeOpen(answerer: Answerer, call: PendingCall): void {
  if (call.previousOpen === undefined) answerer.openCall = call.nextOpen;
  else call.previousOpen.nextOpen = call.nextOpen;
  if (call.nextOpen !== undefined) call.nextOpen.previousOpen = call.previousOpen;
  call.nextOpen = call.previousOpen = undefined;
}

export function failOpenCalls(answerer: Answerer, reason: ExitReason): void {
  for (let call = answerer.openCall; call !== undefined; call = answerer.openCall) call.exited(reason);
}

export interface PendingCallOptions {
  /** The process that waits, if it is one; it counts what it waits for. */
  readonly caller: { waitingFor: number } | undefined;
  readonly to: Address;
  /** The address in words, needed only where the call fails. */
  readonly describe: (to: Address) => string;
  readonly message: string;
  readonly timeoutMs: number;
  readonly answerer: Answerer;
  readonly timers: Pick<TimerQueue, "cancel">;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class PendingCall extends TimerNode {
  nextOpen: PendingCall | undefined = undefined;
  previousOpen: PendingCall | undefined = undefined;
  readonly #options: PendingCallOptions;
  #settled = false;

  constructor(options: PendingCallOptions) {
    super();
    this.#options = options;
    addOpen(options.answerer, this);
    if (options.caller !== undefined) options.caller.waitingFor += 1;
  }

  answer(value: unknown): void {
    if (this.#settle()) this.#options.resolve(value);
  }

  fail(error: Error): void {
    if (this.#settle()) this.#options.reject(error);
  }

  exited(reason: ExitReason): void {
    const { reject, describe, to } = this.#options;
    if (this.#settle()) reject(new ProcessExitedError(describe(to), reason));
  }

  override expire(): void {
    const { reject, describe, to, message, timeoutMs } = this.#options;
    if (this.#settle()) reject(new CallTimeoutError(describe(to), message, timeoutMs));
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    const { caller, timers, answerer } = this.#options;
    if (caller !== undefined) caller.waitingFor -= 1;
    timers.cancel(this);
    removeOpen(answerer, this);
    return true;
  }
}

/** Answers with what a handler gave: now, later, or not at all. */
export function answerCall(pending: PendingCall, result: unknown): void {
  if (result === noReply) return;
  if (!(result instanceof Later)) {
    pending.answer(result);
    return;
  }
  result.promise.then(
    (value: unknown) => pending.answer(value),
    (error: unknown) =>
      pending.fail(error instanceof Error ? error : new Error(formatReason(toExitReason(error)))),
  );
}
