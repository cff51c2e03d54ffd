/** Chance from a seed, to choose by: Mulberry32, 32 bits of state. */

export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 ≤ n < 1. */
  #roll(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** 0 ≤ n < count, whole. */
  below(count: number): number {
    return Math.floor(this.#roll() * count);
  }

  chance(share: number): boolean {
    return this.#roll() < share;
  }

  pick<const T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** From `least` to `most` of what `make` makes. */
  several<T>(least: number, most: number, make: () => T): readonly T[] {
    return Array.from({ length: least + this.below(most - least + 1) }, make);
  }
}
