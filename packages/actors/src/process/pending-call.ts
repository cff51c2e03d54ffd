/** A call that waits for its answer: at most one outcome, the first one, ever reaches the caller. */

import { CallTimeoutError, NoProcessError, ProcessExitedError, SelfCallError } from "../errors.ts";
import { formatReason, toExitReason, type ExitReason } from "../exit-reason.ts";
import type { Address } from "../protocol.ts";
import { TimerNode, type TimerQueue } from "../runtime/timer-queue.ts";
import { Later, noReply } from "./definition.ts";
import { Envelope } from "./message.ts";
import type { Process, ProcessHost } from "./process.ts";
import { describeAddress } from "./process-ref.ts";

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

/** Who asks, and hears once what came of it, within the turn of whoever answers or ends. It mustn't throw. */
export interface Asker<in R = unknown> {
  answered(value: R): void;
  failed(error: Error): void;
}

export class PendingCall extends TimerNode {
  nextOpen: PendingCall | undefined = undefined;
  previousOpen: PendingCall | undefined = undefined;
  readonly #to: Address;
  readonly #message: string;
  readonly #timeoutMs: number;
  readonly #answerer: Answerer;
  readonly #timers: Pick<TimerQueue, "cancel">;
  /** The process that waits, if it is one; it counts what it waits for. */
  readonly #caller: { waitingFor: number } | undefined;
  /** Until it has been told. */
  #asker: Asker | undefined;

  constructor(
    to: Address,
    message: string,
    timeoutMs: number,
    answerer: Answerer,
    timers: Pick<TimerQueue, "cancel">,
    caller: { waitingFor: number } | undefined,
    asker: Asker,
  ) {
    super();
    this.#to = to;
    this.#message = message;
    this.#timeoutMs = timeoutMs;
    this.#answerer = answerer;
    this.#timers = timers;
    this.#caller = caller;
    this.#asker = asker;
    addOpen(answerer, this);
    if (caller !== undefined) caller.waitingFor += 1;
  }

  answer(value: unknown): void {
    this.#settle()?.answered(value);
  }

  fail(error: Error): void {
    this.#settle()?.failed(error);
  }

  exited(reason: ExitReason): void {
    this.#settle()?.failed(new ProcessExitedError(describeAddress(this.#to), reason));
  }

  override expire(): void {
    const to = describeAddress(this.#to);
    this.#settle()?.failed(new CallTimeoutError(to, this.#message, this.#timeoutMs));
  }

  /** Who is to be told, the first time; later nobody is. */
  #settle(): Asker | undefined {
    const asker = this.#asker;
    if (asker === undefined) return undefined;
    this.#asker = undefined;
    if (this.#caller !== undefined) this.#caller.waitingFor -= 1;
    this.#timers.cancel(this);
    removeOpen(this.#answerer, this);
    return asker;
  }
}

/** A promise's. A class, since V8 may have all that a literal makes grow old at once, and of calls there may be many. */
class Promised implements Asker {
  readonly answered: (value: unknown) => void;
  readonly failed: (error: Error) => void;

  constructor(resolve: (value: unknown) => void, reject: (error: Error) => void) {
    this.answered = resolve;
    this.failed = reject;
  }
}

/** A request that is answered to `asker`; `caller` is the process that asks, if it is one. */
export function ask(
  host: ProcessHost,
  caller: Process | undefined,
  asker: Asker,
  timeoutMs: number,
  to: Address,
  message: string,
  args: readonly unknown[],
): void {
  const process = host.resolve(to);
  if (process === undefined) return asker.failed(new NoProcessError(describeAddress(to)));
  if (process === caller) return asker.failed(new SelfCallError(describeAddress(to), message));
  const pending = new PendingCall(to, message, timeoutMs, process, host.timers, caller, asker);
  if (timeoutMs !== Infinity) host.timers.arm(pending, timeoutMs);
  process.deliver(new Envelope("call", message, args, pending));
}

/** The same with a promise, the only one that it costs. */
export function call(
  host: ProcessHost,
  caller: Process | undefined,
  timeoutMs: number,
  to: Address,
  message: string,
  args: readonly unknown[],
): Promise<unknown> {
  return new Promise((resolve, reject) =>
    ask(host, caller, new Promised(resolve, reject), timeoutMs, to, message, args),
  );
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
