/** The part of a process's context that speaks to what processes share: topics and registries. */

import { NoProcessError } from "../errors.ts";
import type { Ref, Topic } from "../protocol.ts";
import type { Registration } from "../registry.ts";
import type { AnyRegistry } from "../runtime/registries.ts";
import type { AnyTopic } from "../runtime/subscription.ts";
import type { Dispatcher } from "../runtime/topics.ts";
import type { Bound, BoundedSubscription } from "../topics.ts";
import type { Process } from "./process.ts";

export abstract class SharedVerbs {
  readonly #process: Process;

  constructor(process: Process) {
    this.#process = process;
  }

  // Topics

  broadcast<M, D>(topic: Topic<M, D>, message: M): void {
    if (this.#process.alive) this.#process.host.topics.broadcast(topic, message, undefined);
  }

  broadcastFrom<M, D>(topic: Topic<M, D>, message: M): void {
    if (this.#process.alive) this.#process.host.topics.broadcast(topic, message, this.#process);
  }

  broadcastWith(topic: AnyTopic, dispatch: (subscribers: readonly never[]) => void): void {
    if (this.#process.alive) this.#process.host.topics.dispatch(topic, dispatch as Dispatcher);
  }

  subscribers(topic: AnyTopic): readonly never[] {
    return this.#process.host.topics.subscribers(topic) as readonly never[];
  }

  subscribe(topic: AnyTopic, ...[metadata]: readonly unknown[]): void {
    if (this.#process.alive) this.#process.host.topics.subscribe(this.#process, topic, metadata);
  }

  subscribeBounded<M>(
    topic: AnyTopic,
    bound: Bound<M>,
    ...[metadata]: readonly unknown[]
  ): BoundedSubscription {
    this.#checkAlive();
    return this.#process.host.topics.subscribeBounded(
      this.#process,
      topic,
      bound as Bound<unknown>,
      metadata,
    );
  }

  unsubscribe(topic: AnyTopic): void {
    this.#process.host.topics.unsubscribe(this.#process, topic);
  }

  // Registries

  register(registry: AnyRegistry, key: string, ...[value]: readonly unknown[]): Registration {
    this.#checkAlive();
    return this.#process.host.registries.register(this.#process, registry, key, value);
  }

  unregister(registry: AnyRegistry, key: string): void {
    this.#process.host.registries.unregister(this.#process, registry, key);
  }

  updateValue(
    registry: AnyRegistry,
    key: string,
    change: (value: never) => unknown,
  ): "updated" | "not_registered" {
    return this.#process.host.registries.update(this.#process, registry, key, change as never);
  }

  lookup(registry: AnyRegistry, key: string): readonly never[] {
    return this.#process.host.registries.lookup(registry, key) as readonly never[];
  }

  dispatch(registry: AnyRegistry, key: string, dispatch: (entries: readonly never[]) => void): void {
    this.#process.host.registries.dispatch(registry, key, dispatch as never);
  }

  select(registry: AnyRegistry, accept: (entry: never) => boolean): readonly never[] {
    return this.#process.host.registries.select(registry, accept as never) as readonly never[];
  }

  keysOf(registry: AnyRegistry, ref: Ref): readonly never[] {
    const { host } = this.#process;
    return host.registries.keysOf(registry, host.resolve(ref)) as readonly never[];
  }

  count(registry: AnyRegistry, key?: string): number {
    return this.#process.host.registries.count(registry, key);
  }

  /** What answers with something can't be dropped silently, as sends of a dead process are. */
  #checkAlive(): void {
    if (!this.#process.alive) throw new NoProcessError(this.#process.ref.toString());
  }
}
