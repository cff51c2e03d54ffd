/** Who hears what: the subscriptions of a runtime's processes, dropped when a process ends. */

import type { Process } from "../process/process.ts";
import type { Bound, BoundedSubscription, Subscriber, SubscriberInfo } from "../topics.ts";
import { BoundedQueue, Subscription, type AnyTopic } from "./subscription.ts";

export type Dispatcher = (subscribers: readonly Subscriber<unknown, unknown>[]) => void;

export class Topics {
  /** Sets, so that one of many subscribers can go without a look at the others. */
  readonly #subscribers = new Map<string, Set<Subscription>>();
  readonly #subscriptionsOf = new Map<Process, Subscription[]>();

  subscribe(process: Process, topic: AnyTopic, metadata: unknown): void {
    this.#add(new Subscription(process, topic, metadata, undefined));
  }

  subscribeBounded(
    process: Process,
    topic: AnyTopic,
    bound: Bound<unknown>,
    metadata: unknown,
  ): BoundedSubscription {
    const queue = new BoundedQueue(process, topic, bound, () =>
      this.#remove(process, (it) => it === subscription),
    );
    const subscription = new Subscription(process, topic, metadata, queue);
    this.#add(subscription);
    return queue;
  }

  #add(subscription: Subscription): void {
    const name = nameOf(subscription.topic);
    const subscribers = this.#subscribers.get(name);
    if (subscribers === undefined) this.#subscribers.set(name, new Set([subscription]));
    else subscribers.add(subscription);
    const own = this.#subscriptionsOf.get(subscription.process);
    if (own === undefined) this.#subscriptionsOf.set(subscription.process, [subscription]);
    else own.push(subscription);
  }

  unsubscribe(process: Process, topic: AnyTopic): void {
    const name = nameOf(topic);
    this.#remove(process, (subscription) => nameOf(subscription.topic) === name);
  }

  #remove(process: Process, goes: (subscription: Subscription) => boolean): void {
    const own = this.#subscriptionsOf.get(process) ?? [];
    const left = own.filter((subscription) => !goes(subscription));
    if (left.length === 0) this.#subscriptionsOf.delete(process);
    else this.#subscriptionsOf.set(process, left);
    for (const subscription of own) if (goes(subscription)) this.#drop(subscription);
  }

  forget(process: Process): void {
    const own = this.#subscriptionsOf.get(process);
    if (own === undefined) return;
    this.#subscriptionsOf.delete(process);
    for (const subscription of own) this.#drop(subscription);
  }

  #drop(subscription: Subscription): void {
    const name = nameOf(subscription.topic);
    const subscribers = this.#subscribers.get(name);
    subscribers?.delete(subscription);
    if (subscribers?.size === 0) this.#subscribers.delete(name);
    if (subscription.queue !== undefined) subscription.queue.ended = true;
  }

  /** One message, shared by all who hear it. Nothing of theirs runs meanwhile: it only joins their mailboxes. */
  broadcast(topic: AnyTopic, message: unknown, except: Process | undefined): void {
    const subscribers = this.#subscribers.get(nameOf(topic));
    if (subscribers === undefined) return;
    for (const subscription of subscribers) if (subscription.process !== except) subscription.send(message);
  }

  dispatch(topic: AnyTopic, dispatch: Dispatcher): void {
    const subscriptions = this.#list(topic);
    if (subscriptions.length > 0) dispatch(subscriptions);
  }

  subscribers(topic: AnyTopic): readonly SubscriberInfo<unknown>[] {
    return this.#list(topic).map((subscription) => subscription.toInfo());
  }

  /** A list of its own: what is done with it may change the subscriptions. */
  #list(topic: AnyTopic): readonly Subscription[] {
    return [...(this.#subscribers.get(nameOf(topic)) ?? [])];
  }
}

function nameOf({ kind, key }: AnyTopic): string {
  return `${kind}\0${key}`;
}
