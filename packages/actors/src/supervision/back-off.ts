/** How long to wait before a restart: pure. Beyond OTP, where a supervisor restarts at once. */

/** Waits between restarts that double from `minMs` up to `maxMs`. */
export interface BackOff {
  readonly minMs: number;
  readonly maxMs: number;
  /** The share of each wait, 0 to 1, that is left to chance, so that many don't come back at one moment. Default: 0. */
  readonly jitter?: number;
  /** A child that has run for so long waits {@link minMs} again. Default: {@link maxMs}. */
  readonly resetAfterMs?: number;
}

/** The restarts of one child. */
export class BackOffState {
  readonly #rule: BackOff;
  #nextMs: number;
  /** When it was, or is to be, started last. */
  #startsAt = Number.NEGATIVE_INFINITY;

  constructor(rule: BackOff) {
    this.#rule = rule;
    this.#nextMs = rule.minMs;
  }

  /** How long from `now` its next start is to wait; `chance` is 0 ≤ n < 1. */
  take(now: number, chance: number): number {
    const { minMs, maxMs, jitter = 0, resetAfterMs = maxMs } = this.#rule;
    if (now - this.#startsAt >= resetAfterMs) this.#nextMs = minMs;
    const waitMs = this.#nextMs * (1 - jitter * chance);
    this.#nextMs = Math.min(maxMs, this.#nextMs * 2);
    this.#startsAt = now + waitMs;
    return waitMs;
  }
}
