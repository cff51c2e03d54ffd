/** A few different things, mostly one or two: a process's links begin with its parent, and a set for that would be dear. */
export class Few<T> {
  #first: T | undefined = undefined;
  #second: T | undefined = undefined;
  #others: Set<T> | undefined = undefined;

  add(item: T): void {
    if (this.has(item)) return;
    if (this.#first === undefined) this.#first = item;
    else if (this.#second === undefined) this.#second = item;
    else (this.#others ??= new Set()).add(item);
  }

  has(item: T): boolean {
    return item === this.#first || item === this.#second || (this.#others?.has(item) ?? false);
  }

  delete(item: T): void {
    if (item === this.#first) this.#first = undefined;
    else if (item === this.#second) this.#second = undefined;
    else this.#others?.delete(item);
  }

  /** A list of its own: whoever goes through it may change these. */
  toArray(): readonly T[] {
    const all: T[] = [];
    if (this.#first !== undefined) all.push(this.#first);
    if (this.#second !== undefined) all.push(this.#second);
    if (this.#others !== undefined) all.push(...this.#others);
    return all;
  }
}
