/** The part of a process's context that speaks to what processes share: topics, registries and tasks. */

import { NoProcessError, ProcessExitedError, TaskTimeoutError } from "../errors.ts";
import type { Address, Ref, Topic } from "../protocol.ts";
import type { Registration } from "../registry.ts";
import type { AnyRegistry } from "../runtime/registries.ts";
import type { AnyTopic } from "../runtime/subscription.ts";
import type { Dispatcher } from "../runtime/topics.ts";
import { startFailure } from "../supervision/children.ts";
import type { ChildStart } from "../supervision/dynamic-supervisor.ts";
import { TaskHandle, TaskProcess } from "../tasks/task-process.ts";
import {
  TASK_TIMEOUT_MS,
  type Task,
  type TaskEnd,
  type TaskFunction,
  type TaskOptions,
  type TaskSupervisorProtocol,
} from "../tasks/task.ts";
import type { Bound, BoundedSubscription } from "../topics.ts";
import { ask, type Asker } from "./pending-call.ts";
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

  // Tasks

  async<R>(work: TaskFunction<R>, { under }: TaskOptions = {}): Task<R> {
    this.#checkAlive();
    const task = new TaskHandle(work, under === undefined ? undefined : this.#process.ref);
    if (under === undefined) this.#start(task);
    else this.#startUnder(under, task);
    this.#own(task);
    return task;
  }

  asyncNoLink<R>(work: TaskFunction<R>, { under }: TaskOptions = {}): Task<R> {
    this.#checkAlive();
    const task = new TaskHandle(work);
    if (under === undefined) {
      this.#start(task).unlinkFrom(this.#process);
      this.#own(task);
    } else {
      this.#startUnder(under, task);
    }
    return task;
  }

  #start(task: TaskHandle): Process {
    return this.#process.host.launch(TaskProcess.with(task), this.#process, {
      started: () => {},
      ignored: () => {},
      failed: (error) => task.ended(error.reason),
    });
  }

  #startUnder(supervisor: Address<TaskSupervisorProtocol>, task: TaskHandle): void {
    const asker: Asker<ChildStart<{}>> = {
      answered: (start) => task.startAnswered(start),
      failed: (error) => task.ended(startFailure(error)),
    };
    const process = this.#process;
    ask(process.host, process, asker as Asker, Infinity, supervisor, "startChild", [task]);
  }

  /** Ties a task to this process's end, whatever its reason: a link lets a normal one pass. */
  #own(task: TaskHandle): void {
    const resource = { release: () => this.abandon(task) };
    this.#process.own(resource);
    task.whenEnded(() => this.#process.disown(resource));
  }

  async await<R>(task: Task<R>, timeoutMs: number = TASK_TIMEOUT_MS): Promise<R> {
    this.#checkAlive();
    const end = await this.waitFor(this.endWithin(task, timeoutMs));
    if (end === undefined) throw new TaskTimeoutError(task.toString(), timeoutMs);
    if (end.outcome === "failed") throw new ProcessExitedError(task.toString(), end.reason);
    return end.value;
  }

  abandon(task: Task<unknown>): void {
    const handle = task as TaskHandle;
    handle.abandoned = true;
    const process = handle.ref === undefined ? undefined : this.#process.host.resolve(handle.ref);
    process?.unlinkFrom(this.#process);
    process?.end("killed");
    handle.ended("killed");
  }

  /** @internal A task's end; one that takes longer is ended, and the answer is `undefined`. */
  async endWithin<R>(task: Task<R>, timeoutMs: number): Promise<TaskEnd<R> | undefined> {
    const end = await (task as TaskHandle).endWithin(timeoutMs, this.#process.host.timers);
    if (end === undefined) this.abandon(task);
    return end as TaskEnd<R> | undefined;
  }

  /** Waits for what the runtime or a port of it will bring about; a simulation mustn't take it for something foreign. */
  async waitFor<T>(promise: Promise<T>): Promise<T> {
    this.#process.waitingFor += 1;
    try {
      return await promise;
    } finally {
      this.#process.waitingFor -= 1;
    }
  }

  // What a process says of itself

  setLabel(label: string): void {
    this.#process.label = label;
  }

  /** What answers with something can't be dropped silently, as sends of a dead process are. */
  #checkAlive(): void {
    if (!this.#process.alive) throw new NoProcessError(this.#process.ref.toString());
  }
}
