/** A call that waits for its answer: at most one outcome, the first one, ever reaches the caller. */

import { CallTimeoutError, ProcessExitedError } from "../errors.ts";
import type { ExitReason } from "../exit-reason.ts";
import { TimerNode, type TimerQueue } from "../runtime/timer-queue.ts";

/** The calls that a process has been asked and hasn't answered, so that its end can answer them all. */
export class PendingCalls {
  first: PendingCall | undefined;

  add(call: PendingCall): void {
    call.nextOpen = this.first;
    if (this.first !== undefined) this.first.previousOpen = call;
    this.first = call;
  }

  remove(call: PendingCall): void {
    if (call.previousOpen === undefined) this.first = call.nextOpen;
    else call.previousOpen.nextOpen = call.nextOpen;
    if (call.nextOpen !== undefined) call.nextOpen.previousOpen = call.previousOpen;
    call.nextOpen = call.previousOpen = undefined;
  }

  failAll(reason: ExitReason): void {
    for (let call = this.first; call !== undefined; call = this.first) call.exited(reason);
  }
}

export interface PendingCallOptions {
  readonly target: string;
  readonly message: string;
  readonly timeoutMs: number;
  readonly openCalls: PendingCalls;
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
    options.openCalls.add(this);
  }

  answer(value: unknown): void {
    if (this.#settle()) this.#options.resolve(value);
  }

  fail(error: Error): void {
    if (this.#settle()) this.#options.reject(error);
  }

  exited(reason: ExitReason): void {
    const { reject, target } = this.#options;
    if (this.#settle()) reject(new ProcessExitedError(target, reason));
  }

  override expire(): void {
    const { reject, target, message, timeoutMs } = this.#options;
    if (this.#settle()) reject(new CallTimeoutError(target, message, timeoutMs));
  }

  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#options.timers.cancel(this);
    this.#options.openCalls.remove(this);
    return true;
  }
}
