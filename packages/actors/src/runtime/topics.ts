/** Who hears what: the subscriptions of a runtime's processes, dropped when a process ends. */

import type { Topic } from "../protocol.ts";
import type { Process } from "../process/process.ts";

export class Topics {
  readonly #subscribers = new Map<string, Process[]>();
  readonly #topicsOf = new Map<Process, string[]>();

  subscribe(process: Process, topic: Topic<never>): void {
    append(this.#subscribers, nameOf(topic), process);
    append(this.#topicsOf, process, nameOf(topic));
  }

  unsubscribe(process: Process, topic: Topic<never>): void {
    const name = nameOf(topic);
    remove(this.#subscribers, name, process);
    remove(this.#topicsOf, process, name);
  }

  forget(process: Process): void {
    for (const name of new Set(this.#topicsOf.get(process))) remove(this.#subscribers, name, process);
    this.#topicsOf.delete(process);
  }

  /** One message, shared by all who hear it. */
  broadcast<M>(topic: Topic<M>, message: M, except: Process | undefined): void {
    const args = [message, topic.key];
    for (const process of this.#subscribers.get(nameOf(topic)) ?? []) {
      if (process !== except) process.deliver({ type: "info", name: topic.kind, args, next: undefined });
    }
  }
}

function nameOf(topic: { readonly kind: string; readonly key: string }): string {
  return `${topic.kind}\0${topic.key}`;
}

function append<K, V>(lists: Map<K, V[]>, key: K, item: V): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

/** Removes every occurrence, into a new list: the old one may be in the middle of a broadcast. */
function remove<K, V>(lists: Map<K, V[]>, key: K, item: V): void {
  const left = lists.get(key)?.filter((entry) => entry !== item) ?? [];
  if (left.length === 0) lists.delete(key);
  else lists.set(key, left);
}
