/** Those who wait for a thread's answers, each by a number that is used again after its answer. */

export interface Caller {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export interface Callers {
  readonly count: number;
  /** Gives the caller's number. */
  add(caller: Caller): number;
  /** Undefined for a number that nobody has. */
  take(id: number): Caller | undefined;
  takeAll(): readonly Caller[];
}

/**
 * An array that keeps its size, and no map: a map that empties and fills makes a new table each time, and whoever is in a table
 * that has become old is collected as late as that.
 */
export function waitingCallers(): Callers {
  const places: (Caller | undefined)[] = [];
  const free: number[] = [];

  function take(id: number): Caller | undefined {
    const caller = places[id];
    if (caller === undefined) return undefined;
    places[id] = undefined;
    free.push(id);
    return caller;
  }

  return {
    get count() {
      return places.length - free.length;
    },
    add(caller) {
      const id = free.pop() ?? places.length;
      places[id] = caller;
      return id;
    },
    take,
    takeAll: () => [...places.keys()].flatMap((id) => take(id) ?? []),
  };
}
