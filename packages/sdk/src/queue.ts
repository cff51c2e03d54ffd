/** First in, first out, at the same cost for each item however many there are. */
export class Queue<Item> {
  #items: (Item | undefined)[];
  /** Where the first one stands. The places before it are cleared away in bulk, now and then. */
  #start = 0;

  constructor(items: readonly Item[] = []) {
    this.#items = [...items];
  }

  get size(): number {
    return this.#items.length - this.#start;
  }

  get first(): Item | undefined {
    return this.#items[this.#start];
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  shift(): Item | undefined {
    if (this.size === 0) return undefined;
    const item = this.#items[this.#start];
    this.#items[this.#start] = undefined;
    this.#start++;
    // No more are moved than have left since the last time.
    if (this.#start >= CLEARED_FROM && this.#start * 2 >= this.#items.length) this.#clearAway();
    return item;
  }

  clear(): void {
    this.#items = [];
    this.#start = 0;
  }

  toArray(): Item[] {
    return this.#items.slice(this.#start) as Item[];
  }

  #clearAway(): void {
    this.#items = this.toArray();
    this.#start = 0;
  }
}

/** Fewer places than these are worth no clearing. */
const CLEARED_FROM = 64;
