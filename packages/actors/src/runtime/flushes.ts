/** Work that is put off so that a burst's writes leave together, and how long and how much of it may be. */

/** Work put off to the end of a burst. */
export interface Flushable {
  flush(): void;
}

/** How long the writes of one burst may wait for others. */
const MOST_MS = 1;
/** How many may wait: of more, what the first of them lies in has left the processor's caches before it is written. */
const MOST_ITEMS = 64;

export class Flushes {
  /** Mostly one: a set only of more. */
  #items: Flushable | Set<Flushable> | undefined = undefined;
  /** Counts from the first look at the clock since something waits. */
  #dueAt = Infinity;

  get isEmpty(): boolean {
    return this.#items === undefined;
  }

  /** Once, however often it is added. */
  add(item: Flushable): void {
    const others = this.#items;
    if (others === undefined || others === item) this.#items = item;
    else if (others instanceof Set) others.add(item);
    else this.#items = new Set([others, item]);
  }

  /** Whether something has waited for long enough, or enough of them wait. */
  isDue(now: number): boolean {
    if (this.#items === undefined) return false;
    if (this.#items instanceof Set && this.#items.size >= MOST_ITEMS) return true;
    if (this.#dueAt === Infinity) this.#dueAt = now + MOST_MS;
    return now >= this.#dueAt;
  }

  /** What a flush adds waits for the next time, and so does what comes behind one that throws. */
  run(): void {
    const due = this.#items;
    this.#items = undefined;
    this.#dueAt = Infinity;
    if (due instanceof Set) this.#runAll(due);
    else due?.flush();
  }

  #runAll(due: Set<Flushable>): void {
    const items = due.values();
    try {
      for (const item of items) item.flush();
    } finally {
      // What is left of them: a set's iterator goes on where it was.
      for (const item of items) this.add(item);
    }
  }
}
