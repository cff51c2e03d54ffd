/** A binary heap: knows the first of many items, however they come. Pure. */

export class Heap<Item> {
  readonly #isBefore: (one: Item, other: Item) => boolean;
  /** None is before the one above it, which is at half its place. */
  readonly #items: Item[] = [];

  constructor(isBefore: (one: Item, other: Item) => boolean, items: Iterable<Item> = []) {
    this.#isBefore = isBefore;
    for (const item of items) this.push(item);
  }

  get first(): Item | undefined {
    return this.#items[0];
  }

  push(item: Item): void {
    const items = this.#items;
    let place = items.push(item) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (!this.#isBefore(item, items[above] as Item)) break;
      items[place] = items[above] as Item;
      place = above;
    }
    items[place] = item;
  }

  takeFirst(): Item | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last !== undefined && items.length > 0) this.#sink(last);
    return first;
  }

  /** To be called when the first is later than it was. */
  firstIsLater(): void {
    const first = this.first;
    if (first !== undefined) this.#sink(first);
  }

  /** Puts an item in the first's place, and down to where it belongs. */
  #sink(item: Item): void {
    const items = this.#items;
    let place = 0;
    for (;;) {
      const below = this.#earlierBelow(place);
      if (below >= items.length || !this.#isBefore(items[below] as Item, item)) break;
      items[place] = items[below] as Item;
      place = below;
    }
    items[place] = item;
  }

  #earlierBelow(place: number): number {
    const left = place * 2 + 1;
    const right = left + 1;
    const hasBoth = right < this.#items.length;
    return hasBoth && this.#isBefore(this.#items[right] as Item, this.#items[left] as Item) ? right : left;
  }
}
