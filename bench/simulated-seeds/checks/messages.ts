/** Each message arrives once, where it was sent and nowhere else; who lives on misses none. */

import type { Entry, ProcessId, Trace } from "../trace.ts";
import { Lists, Lives } from "./life.ts";

interface Subscriptions {
  bounded: number;
  unbounded: number;
}

/** How often a message may and must reach one process. */
interface Expected {
  readonly least: number;
  readonly most: number;
}

export function checkMessages(trace: Trace): readonly string[] {
  const post = new Post();
  return trace.flatMap((entry) => post.note(entry));
}

class Post {
  readonly #lives = new Lives();
  readonly #subscriptions = new Map<string, Map<ProcessId, Subscriptions>>();
  /** By message and receiver. */
  readonly #expected = new Map<string, Expected>();
  readonly #arrived = new Map<string, number>();
  /** What each receiver is still to be asked for. */
  readonly #open = new Lists<ProcessId, string>();

  note(entry: Entry): readonly string[] {
    this.#lives.note(entry);
    switch (entry.type) {
      case "sent":
        if (this.#lives.has(entry.from))
          this.#expect(entry.message, entry.to, { least: isSelfCall(entry) ? 0 : 1, most: 1 });
        return [];
      case "broadcast":
        if (this.#lives.has(entry.from)) this.#expectHeard(entry);
        return [];
      case "subscribed":
        if (this.#lives.has(entry.by)) this.#of(entry)[entry.bounded ? "bounded" : "unbounded"] += 1;
        return [];
      case "unsubscribed":
        this.#subscriptions.get(entry.topic)?.delete(entry.by);
        return [];
      case "received":
      case "heard":
        return this.#arrive(entry);
      case "ended":
        for (const subscribers of this.#subscriptions.values()) subscribers.delete(entry.process);
        this.#open.delete(entry.process);
        return [];
      case "seen":
        return entry.quiet ? this.#findMissing() : [];
      default:
        return [];
    }
  }

  #of({ by, topic }: { by: ProcessId; topic: string }): Subscriptions {
    const subscribers = this.#subscriptions.get(topic) ?? new Map<ProcessId, Subscriptions>();
    this.#subscriptions.set(topic, subscribers);
    const own = subscribers.get(by) ?? { bounded: 0, unbounded: 0 };
    subscribers.set(by, own);
    return own;
  }

  #expect(message: number, to: ProcessId, expected: Expected): void {
    const key = `${message} ${to}`;
    this.#expected.set(key, expected);
    this.#open.of(to).push(key);
  }

  #expectHeard({ message, topic, skips }: Entry & { type: "broadcast" }): void {
    for (const [by, { bounded, unbounded }] of this.#subscriptions.get(topic) ?? [])
      if (by !== skips) this.#expect(message, by, { least: unbounded, most: unbounded + bounded });
  }

  #arrive({ message, by }: Entry & { type: "received" | "heard" }): readonly string[] {
    const key = `${message} ${by}`;
    const times = (this.#arrived.get(key) ?? 0) + 1;
    this.#arrived.set(key, times);
    const most = this.#expected.get(key)?.most ?? 0;
    if (times <= most) return [];
    return [
      most === 0
        ? `#${by} got message ${message}, which wasn't sent to it`
        : `#${by} got message ${message} more than ${most} times`,
    ];
  }

  #findMissing(): readonly string[] {
    const defects: string[] = [];
    for (const [to, keys] of this.#open.entries()) {
      if (!this.#lives.living.has(to)) continue;
      for (const key of keys.splice(0))
        if ((this.#arrived.get(key) ?? 0) < (this.#expected.get(key)?.least ?? 0))
          defects.push(`#${to} never got message ${key.split(" ")[0]}, and lives`);
    }
    return defects;
  }
}

/** Refused at once, so it never arrives. */
function isSelfCall({ how, from, to }: Entry & { type: "sent" }): boolean {
  return how === "call" && from === to;
}
