/**
 * A few different things, mostly none, one or two: that one itself, a pair, and a set only for more, which takes five times as
 * much as a pair. A process's links begin with its parent and mostly end there, and there are many processes.
 */
export type Few<T extends object> = T | Pair<T> | Set<T> | undefined;

class Pair<T> {
  readonly first: T;
  readonly second: T;

  constructor(first: T, second: T) {
    this.first = first;
    this.second = second;
  }

  has(item: T): boolean {
    return this.first === item || this.second === item;
  }

  /** The other one. */
  without(item: T): T {
    return this.first === item ? this.second : this.first;
  }
}

/** These with one more; the few that were given may have become them. */
export function withOne<T extends object>(few: Few<T>, item: T): Few<T> {
  if (few === undefined || few === item) return item;
  if (few instanceof Set) return few.add(item);
  if (!(few instanceof Pair)) return new Pair(few, item);
  return few.has(item) ? few : new Set([few.first, few.second, item]);
}

/** These without one; the few that were given may have become them. */
export function withoutOne<T extends object>(few: Few<T>, item: T): Few<T> {
  if (few === item) return undefined;
  if (few instanceof Pair) return few.has(item) ? few.without(item) : few;
  if (few instanceof Set) few.delete(item);
  return few;
}

export function isAmong<T extends object>(few: Few<T>, item: T): boolean {
  return few instanceof Set || few instanceof Pair ? few.has(item) : few === item;
}

/** A list of its own: whoever goes through it may change these. */
export function listOf<T extends object>(few: Few<T>): readonly T[] {
  if (few === undefined) return [];
  if (few instanceof Pair) return [few.first, few.second];
  return few instanceof Set ? [...few] : [few];
}
