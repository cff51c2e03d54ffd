/** Who lives, told from a trace alone: from births, starts and ends, without a look at what the runtime says. */

import { OUTSIDE, type Entry, type ProcessId } from "../trace.ts";

interface Life {
  readonly parent: ProcessId;
  readonly slot: string | undefined;
  readonly name: string | undefined;
  readonly traps: boolean;
}

export class Lives {
  readonly living = new Map<ProcessId, Life>();
  /** By the dead. */
  readonly endedAt = new Map<ProcessId, number>();
  readonly reasons = new Map<ProcessId, string>();

  /** Outside of all processes it is always lively. */
  has(process: ProcessId): boolean {
    return process === OUTSIDE || this.living.has(process);
  }

  note(entry: Entry): void {
    if (entry.type === "born") {
      const { process, parent, slot, name, traps } = entry;
      this.living.set(process, { parent, slot, name, traps });
    } else if (entry.type === "started") {
      const { process, parent } = entry;
      // Tasks are the only ones whose `init` nobody notes.
      if (!this.living.has(process))
        this.living.set(process, { parent, slot: undefined, name: undefined, traps: false });
    } else if (entry.type === "ended") {
      this.living.delete(entry.process);
      this.endedAt.set(entry.process, entry.at);
      this.reasons.set(entry.process, entry.reason);
    }
  }
}

/** A list for each key, made as it is asked for. */
export class Lists<K, V> {
  readonly #lists = new Map<K, V[]>();

  of(key: K): V[] {
    let list = this.#lists.get(key);
    if (list === undefined) {
      list = [];
      this.#lists.set(key, list);
    }
    return list;
  }

  delete(key: K): void {
    this.#lists.delete(key);
  }

  entries(): IterableIterator<[K, V[]]> {
    return this.#lists.entries();
  }
}
