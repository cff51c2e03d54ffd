/** A few different things, mostly one: a process's links begin with its parent, and a set for that would be dear. */
export class Few<T> {
  #first: T | undefined;
  #others: Set<T> | undefined;

  add(item: T): void {
    if (item === this.#first) return;
    if (this.#first === undefined && this.#others === undefined) {
      this.#first = item;
    } else {
      this.#others ??= new Set();
      this.#others.add(item);
    }
  }

  delete(item: T): void {
    if (item === this.#first) this.#first = undefined;
    else this.#others?.delete(item);
  }

  /** A list of its own: whoever goes through it may change these. */
  toArray(): readonly T[] {
    const others = this.#others === undefined ? [] : [...this.#others];
    return this.#first === undefined ? others : [this.#first, ...others];
  }
}
