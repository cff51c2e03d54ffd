/**
 * Keeps some file descriptors of the process free. The kernel's own refusals (EMFILE of accept(2)) never reach a program
 * on Node.js, so whoever wants to tell of them has to refuse before. To count them costs a look into a folder; between two
 * looks it is estimated from the connections alone. Pure: the look is injected, the time is told.
 */

import type { Descriptors } from "../network/network.ts";

/** However few connections came, what else the program opened is seen within so long. */
const LOOK_EVERY_MS = 1_000;
/** Near the limit it looks again no sooner than that, since a look at many descriptors isn't free. */
const LOOK_PAUSE_MS = 100;

export class DescriptorReserve {
  readonly #look: () => Descriptors | undefined;
  readonly #reserved: number;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #freeThen = 0;
  #connectionsThen = 0;
  /** Nothing can be told, or nothing is to be kept. */
  #unknown: boolean;

  constructor(reserved: number, look: () => Descriptors | undefined) {
    this.#reserved = reserved;
    this.#look = look;
    this.#unknown = reserved === 0;
  }

  /** Whether fewer are free than are to be kept, now that so many connections are open. */
  isTouched(connections: number, nowMs: number): boolean {
    if (!this.#unknown && this.#isStale(connections, nowMs)) this.#lookAgain(connections, nowMs);
    return !this.#unknown && this.#free(connections) < this.#reserved;
  }

  #free(connections: number): number {
    return this.#freeThen - (connections - this.#connectionsThen);
  }

  #isStale(connections: number, nowMs: number): boolean {
    const sinceMs = nowMs - this.#lookedAtMs;
    if (sinceMs >= LOOK_EVERY_MS) return true;
    // Half of what was left over is used up by connections: the other half may be, by something else.
    const spare = this.#freeThen - this.#reserved;
    return sinceMs >= LOOK_PAUSE_MS && this.#free(connections) - this.#reserved <= spare / 2;
  }

  #lookAgain(connections: number, nowMs: number): void {
    const seen = this.#look();
    this.#unknown = seen === undefined;
    this.#lookedAtMs = nowMs;
    this.#connectionsThen = connections;
    this.#freeThen = seen === undefined ? 0 : seen.limit - seen.open;
  }
}
