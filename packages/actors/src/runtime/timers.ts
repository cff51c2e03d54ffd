/** The runtime's timers on one timer of the host. */

import { Clock } from "./clock.ts";
import type { Environment, HostTimer } from "./environment.ts";
import { TimerQueue, type TimerNode } from "./timer-queue.ts";

export class Timers {
  readonly #environment: Environment;
  readonly #clock: Clock;
  readonly #queue = new TimerQueue();
  #hostTimer: HostTimer | undefined;
  /** When the host's timer will ring. It may be earlier than needed: that costs a look, setting it anew would cost one each time. */
  #ringsAt = Number.POSITIVE_INFINITY;

  constructor(environment: Environment, clock = new Clock(environment)) {
    this.#environment = environment;
    this.#clock = clock;
  }

  arm(node: TimerNode, durationMs: number): void {
    const now = this.#clock.now();
    this.#queue.arm(node, durationMs, now);
    if (node.deadline < this.#ringsAt) this.#ringAt(node.deadline, now);
  }

  cancel(node: TimerNode): void {
    this.#queue.cancel(node);
  }

  #ringAt(deadline: number, now: number): void {
    this.#hostTimer?.cancel();
    this.#ringsAt = deadline;
    this.#hostTimer = this.#environment.setTimer(Math.max(0, deadline - now), () => this.#ring());
  }

  #ring(): void {
    this.#ringsAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    for (let node = this.#queue.takeExpired(now); node !== undefined; node = this.#queue.takeExpired(now))
      node.expire();
    const next = this.#queue.nextDeadline();
    if (next !== undefined && next < this.#ringsAt) this.#ringAt(next, this.#clock.now());
  }
}
