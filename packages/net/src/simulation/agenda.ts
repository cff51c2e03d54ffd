/** What a simulated network has planned, on one timer of the runtime at a time. */

/** What the network needs of the runtime that it belongs to. */
export interface World {
  /** Virtual milliseconds. */
  now(): number;
  /** Runs `work` when virtual time has come so far; the answer takes it back. */
  schedule(ms: number, work: () => void): () => void;
}

interface Entry {
  readonly at: number;
  /** What was planned first comes first. */
  readonly order: number;
  work: (() => void) | undefined;
}

export class Agenda {
  readonly #world: World;
  /** A binary heap, the earliest at its root. */
  readonly #heap: Entry[] = [];
  #lastOrder = 0;
  #ringsAt = Infinity;
  #cancelRing = (): void => {};

  constructor(world: World) {
    this.#world = world;
  }

  now(): number {
    return this.#world.now();
  }

  /** Runs `work` so many milliseconds later; after 0 still in this moment, which `settle` waits for. `Infinity` is never. */
  after(ms: number, work: () => void): () => void {
    this.#lastOrder += 1;
    const entry: Entry = { at: this.now() + ms, order: this.#lastOrder, work };
    if (ms <= 0) void Promise.resolve().then(() => run(entry));
    else if (ms < Infinity) this.#plan(entry);
    return () => {
      entry.work = undefined;
    };
  }

  #plan(entry: Entry): void {
    this.#push(entry);
    if (entry.at < this.#ringsAt) this.#ringAt(entry.at);
  }

  #ringAt(at: number): void {
    this.#cancelRing();
    this.#ringsAt = at;
    this.#cancelRing = this.#world.schedule(Math.max(0, at - this.now()), () => this.#ring());
  }

  #ring(): void {
    this.#ringsAt = Infinity;
    const now = this.now();
    for (let [first] = this.#heap; first !== undefined && first.at <= now; [first] = this.#heap) {
      this.#takeFirst();
      run(first);
    }
    const [next] = this.#heap;
    if (next !== undefined && next.at < this.#ringsAt) this.#ringAt(next.at);
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let place = heap.push(entry) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!isBefore(entry, heap[above] as Entry)) break;
      heap[place] = heap[above] as Entry;
      place = above;
    }
    heap[place] = entry;
  }

  #takeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop() as Entry;
    if (heap.length === 0) return;
    let place = 0;
    for (;;) {
      const below = this.#earlierBelow(place);
      if (below >= heap.length || !isBefore(heap[below] as Entry, last)) break;
      heap[place] = heap[below] as Entry;
      place = below;
    }
    heap[place] = last;
  }

  #earlierBelow(place: number): number {
    const left = place * 2 + 1;
    const [a, b] = [this.#heap[left], this.#heap[left + 1]];
    return a !== undefined && b !== undefined && isBefore(b, a) ? left + 1 : left;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

function run(entry: Entry): void {
  const { work } = entry;
  entry.work = undefined;
  work?.();
}
