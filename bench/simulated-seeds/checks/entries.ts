/** Names, entries and subscriptions are those of the living, and go with them, before anybody hears of the end. */

import type { Entry, ProcessId, Sight, Trace } from "../trace.ts";
import { Lives } from "./life.ts";

export function checkEntries(trace: Trace): readonly string[] {
  const entries = new Entries();
  return trace.flatMap((entry) => entries.note(entry));
}

class Entries {
  readonly #lives = new Lives();
  /** By key its holder; by topic and process how often it is subscribed. */
  readonly #holders = new Map<string, ProcessId>();
  #subscriptions: readonly string[] = [];

  note(entry: Entry): readonly string[] {
    this.#lives.note(entry);
    switch (entry.type) {
      case "registered":
        return this.#register(entry.key, entry.by);
      case "unregistered":
        if (this.#holders.get(entry.key) === entry.by) this.#holders.delete(entry.key);
        return [];
      case "subscribed":
        this.#subscriptions = [...this.#subscriptions, `${entry.topic} ${entry.by}`];
        return [];
      case "unsubscribed":
        this.#dropSubscriptions(`${entry.topic} ${entry.by}`);
        return [];
      case "ended":
        this.#end(entry.process);
        return entry.left.map((text) => `${text} was still there when the end of #${entry.process} was told`);
      case "seen":
        return this.#compare(entry);
      default:
        return [];
    }
  }

  #register(key: string, by: ProcessId): readonly string[] {
    const holder = this.#holders.get(key);
    this.#holders.set(key, by);
    return holder === undefined ? [] : [`#${by} took the key ${key}, which #${holder} held`];
  }

  #end(process: ProcessId): void {
    for (const [key, holder] of this.#holders) if (holder === process) this.#holders.delete(key);
    this.#dropSubscriptions(` ${process}`);
  }

  #dropSubscriptions(ending: string): void {
    this.#subscriptions = this.#subscriptions.filter((text) => !text.endsWith(ending));
  }

  #compare({ names, entries, subscribers }: Sight): readonly string[] {
    const holders = [...this.#holders].map(([key, by]) => `${key} ${by}`);
    const named = [...this.#lives.living].flatMap(([process, { name }]) =>
      name === undefined ? [] : [`${name} ${process}`],
    );
    return [
      ...differ("names", named, names),
      ...differ("registry's entries", holders, entries),
      ...differ("subscriptions", this.#subscriptions, subscribers),
    ];
  }
}

function differ(what: string, expected: readonly string[], found: readonly string[]): readonly string[] {
  const [ours, theirs] = [expected.toSorted().join(", "), found.toSorted().join(", ")];
  return ours === theirs ? [] : [`the ${what} are: ${theirs}; and should be: ${ours}`];
}
