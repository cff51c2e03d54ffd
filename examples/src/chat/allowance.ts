/** How fast somebody may talk: so many lines at once, and then one every so often. Pure; the time is told. */

/** Lines that may come at once. */
export const BURST = 10;
/** How long one more takes. */
export const REFILL_MS = 500;

export class Allowance {
  #lines = BURST;
  #atMs: number;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
  }

  /** Whether one more line may be said now. */
  take(nowMs: number): boolean {
    this.#lines = Math.min(BURST, this.#lines + (nowMs - this.#atMs) / REFILL_MS);
    this.#atMs = nowMs;
    if (this.#lines < 1) return false;
    this.#lines -= 1;
    return true;
  }
}
