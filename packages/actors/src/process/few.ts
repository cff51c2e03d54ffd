/**
 * A few different things, mostly none or one: that one itself, and a set only for more. A process's links begin with its
 * parent and mostly end there, and there are many processes.
 */
export type Few<T extends object> = T | Set<T> | undefined;

/** These with one more; the few that were given may have become them. */
export function withOne<T extends object>(few: Few<T>, item: T): Few<T> {
  if (few === undefined || few === item) return item;
  return few instanceof Set ? few.add(item) : new Set([few, item]);
}

/** These without one; the few that were given may have become them. */
export function withoutOne<T extends object>(few: Few<T>, item: T): Few<T> {
  if (few === item) return undefined;
  if (few instanceof Set) few.delete(item);
  return few;
}

export function isAmong<T extends object>(few: Few<T>, item: T): boolean {
  return few instanceof Set ? few.has(item) : few === item;
}

/** A list of its own: whoever goes through it may change these. */
export function listOf<T extends object>(few: Few<T>): readonly T[] {
  if (few === undefined) return [];
  return few instanceof Set ? [...few] : [few];
}
