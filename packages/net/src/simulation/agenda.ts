/** What a simulated network has planned. */

/** What the network needs of the runtime that it belongs to. */
export interface World {
  /** Virtual milliseconds. */
  now(): number;
  /** Runs `work` when virtual time has come so far; the answer takes it back. */
  schedule(ms: number, work: () => void): () => void;
}

export class Agenda {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  now(): number {
    return this.#world.now();
  }

  /**
   * Runs `work` so many milliseconds later, what was planned first for one moment first; after 0 still in this moment, which
   * `settle` waits for. `Infinity` is never. The answer takes it back.
   */
  after(ms: number, work: () => void): () => void {
    if (ms === Infinity) return () => {};
    if (ms > 0) return this.#world.schedule(ms, work);
    let isTakenBack = false;
    void Promise.resolve().then(() => isTakenBack || work());
    return () => {
      isTakenBack = true;
    };
  }
}
