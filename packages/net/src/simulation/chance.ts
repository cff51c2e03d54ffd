/** The network's own chance: all that it decides follows from one number. */

/** From … to, both possible. */
export type Range = readonly [min: number, max: number];

export class Chance {
  #state: number;

  constructor(seed: number) {
    // Spreads small seeds over all bits; a state of 0 would stay 0.
    this.#state = Math.imul(seed ^ 0x5bd1_e995, 0x2c1b_3c6d) | 1;
    for (let draw = 0; draw < 8; draw += 1) this.next();
  }

  /** 0 ≤ n < 1; xorshift (Marsaglia), which is enough to shuffle. */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) / 4_294_967_296;
  }

  happens(probability: number): boolean {
    return probability > 0 && this.next() < probability;
  }

  /** In steps of 1 from the lower end. */
  within([min, max]: Range): number {
    return min === max ? min : Math.min(max, min + Math.floor(this.next() * (max - min + 1)));
  }

  /** From 1 to `most`; often one of the ends, where mistakes live. */
  size(most: number): number {
    const kind = this.next();
    if (kind < 0.25) return 1;
    return kind < 0.5 ? most : this.within([1, most]);
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[Math.floor(this.next() * from.length)];
  }
}
