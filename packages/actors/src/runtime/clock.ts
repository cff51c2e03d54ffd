/** A runtime's clock for its timers and turns: a look costs about what a cast costs, so one may serve both. */

import type { Environment } from "./environment.ts";

export class Clock {
  readonly #environment: Environment;
  #latest = 0;
  /** Nobody has been told of the latest look as a recent one yet. */
  #isRecent = false;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Monotonic milliseconds, now. */
  now(): number {
    this.#latest = this.#environment.now();
    this.#isRecent = true;
    return this.#latest;
  }

  /** When somebody last looked. */
  get latest(): number {
    return this.#latest;
  }

  /** For who may be a little late: the latest look, if it hasn't served so before, else a new one. */
  recent(): number {
    if (!this.#isRecent) this.now();
    this.#isRecent = false;
    return this.#latest;
  }
}
