/** How often something may happen: token buckets, one for all or one for each key. Pure: the time is told. */

import { expectOptions, expectPositive, whole, type Checks } from "../expectations.ts";

/** At most `burst` at once, and `perSecond` in the long run. */
export interface Rate {
  /** A positive number; may be below 1. */
  readonly perSecond: number;
  /** A whole number from 1. */
  readonly burst: number;
}

/** The checks of a rate's parts. */
export const RATE_CHECKS: Checks<Rate> = { perSecond: expectPositive, burst: whole(1) };

/** @throws RangeError */
function expectRate(rate: Rate): void {
  expectOptions(rate, RATE_CHECKS, { path: "rate", required: ["perSecond", "burst"] });
}

/** Full at first; fills by `perSecond` up to `burst`. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #filledAtMs = Number.NEGATIVE_INFINITY;

  /** @throws RangeError when the rate is none. */
  constructor(rate: Rate) {
    expectRate(rate);
    this.#rate = rate;
    this.#tokens = rate.burst;
  }

  /** Whether one may happen now. */
  has(nowMs: number): boolean {
    this.#fill(nowMs);
    return this.#tokens >= 1;
  }

  /** Takes one; false when there is none. */
  take(nowMs: number): boolean {
    if (!this.has(nowMs)) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Nothing is remembered of one that is full: a new one would say the same. */
  isFull(nowMs: number): boolean {
    this.#fill(nowMs);
    return this.#tokens >= this.#rate.burst;
  }

  #fill(nowMs: number): void {
    const { perSecond, burst } = this.#rate;
    const passedMs = Math.max(0, nowMs - this.#filledAtMs);
    this.#tokens = Math.min(burst, this.#tokens + (passedMs * perSecond) / 1_000);
    this.#filledAtMs = nowMs;
  }
}

/** Keys remembered before full buckets are looked for. */
const KEYS_BEFORE_SWEEP = 1_024;

/** A bucket for each key. Those that are full again are forgotten, so that strangers who came once cost nothing. */
export class KeyedBuckets {
  readonly #rate: Rate;
  readonly #buckets = new Map<string, TokenBucket>();
  #sweepAt = KEYS_BEFORE_SWEEP;

  /** @throws RangeError when the rate is none. */
  constructor(rate: Rate) {
    expectRate(rate);
    this.#rate = rate;
  }

  has(key: string, nowMs: number): boolean {
    return this.#buckets.get(key)?.has(nowMs) ?? true;
  }

  take(key: string, nowMs: number): boolean {
    let bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      if (this.#buckets.size >= this.#sweepAt) this.#sweep(nowMs);
      bucket = new TokenBucket(this.#rate);
      this.#buckets.set(key, bucket);
    }
    return bucket.take(nowMs);
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Looks through all of them only when there are twice as many as it left the last time: a constant cost for each. */
  #sweep(nowMs: number): void {
    for (const [key, bucket] of this.#buckets) if (bucket.isFull(nowMs)) this.#buckets.delete(key);
    this.#sweepAt = Math.max(KEYS_BEFORE_SWEEP, this.#buckets.size * 2);
  }
}
