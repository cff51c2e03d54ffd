/** A world of processes: their names, topics, timers and turns. There is no global one; two live side by side. */

import { CALL_TIMEOUT_MS, type PortKey, type Verbs } from "../context.ts";
import { NameTakenError, StartFailedError } from "../errors.ts";
import type { RuntimeEvent } from "../events.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Address, InfoKind, ProcessName, Protocol, Ref, ReplyTo } from "../protocol.ts";
import type { ProcessSpec, Starter } from "../process/definition.ts";
import { Envelope } from "../process/message.ts";
import { PendingCall, call } from "../process/pending-call.ts";
import { Process, type ProcessHost, type Watcher } from "../process/process.ts";
import { OUTSIDE, ProcessRef } from "../process/process-ref.ts";
import { Clock } from "./clock.ts";
import { realEnvironment, type Environment } from "./environment.ts";
import { Population } from "./population.ts";
import { Registries } from "./registries.ts";
import { Scheduler } from "./scheduler.ts";
import { WorkTimer } from "./timer-queue.ts";
import { Timers } from "./timers.ts";
import { Topics, type Dispatcher } from "./topics.ts";

/** Something a runtime is given at its start, under a key that its processes look it up by. */
export interface ProvidedPort {
  readonly key: PortKey<never>;
  readonly port: unknown;
}

export function provide<T>(key: PortKey<T>, port: T): ProvidedPort {
  return { key: key as unknown as PortKey<never>, port };
}

export interface RuntimeOptions {
  readonly ports?: readonly ProvidedPort[];
}

/** Of how many of its children a supervisor's restarts are counted; a dynamic one's may all have ids of their own. */
const MAX_RESTARTED_CHILDREN = 1_000;

export class Runtime implements Verbs, ProcessHost {
  readonly scheduler: Scheduler;
  readonly timers: Timers;
  /** @internal */
  readonly topics = new Topics();
  /** @internal */
  readonly registries = new Registries(this.topics);
  readonly #environment: Environment;
  readonly #processes = new Population();
  readonly #names = new Map<string, Process>();
  readonly #ports: ReadonlyMap<string, unknown>;
  /** Another array when one comes or goes: to go through a set costs each event some garbage. */
  #listeners: readonly ((event: RuntimeEvent) => void)[] = [];
  #lastId = 0;

  constructor(options: RuntimeOptions = {}, environment: Environment = realEnvironment()) {
    this.#environment = environment;
    this.#ports = new Map(options.ports?.map(({ key, port }) => [key.port, port]));
    const clock = new Clock(environment);
    this.scheduler = new Scheduler(environment, clock);
    this.timers = new Timers(environment, clock);
  }

  // Verbs for code outside any process

  call: Verbs["call"] = (to, message, ...args) =>
    call(this, undefined, CALL_TIMEOUT_MS, to, message, args) as Promise<never>;

  callWithin: Verbs["callWithin"] = (timeoutMs, to, message, ...args) =>
    call(this, undefined, timeoutMs, to, message, args) as Promise<never>;

  cast: Verbs["cast"] = (to, message, ...args) => this.castTo(to, message, args);

  inform<M>(to: Address, kind: InfoKind<M>, message: M): void {
    this.resolve(to)?.deliver(new Envelope("info", kind.kind, message, undefined));
  }

  reply<R>(to: ReplyTo<R>, value: R): void {
    if (to instanceof PendingCall) to.answer(value);
  }

  // Topics and registries

  broadcast: Verbs["broadcast"] = (topic, message) => this.topics.broadcast(topic, message, undefined);

  broadcastWith: Verbs["broadcastWith"] = (topic, dispatch) =>
    this.topics.dispatch(topic, dispatch as Dispatcher);

  subscribers: Verbs["subscribers"] = (topic) => this.topics.subscribers(topic) as never;

  lookup: Verbs["lookup"] = (registry, key) => this.registries.lookup(registry, key) as never;

  dispatch: Verbs["dispatch"] = (registry, key, dispatch) =>
    this.registries.dispatch(registry, key, dispatch as never);

  select: Verbs["select"] = (registry, accept) => this.registries.select(registry, accept as never) as never;

  keysOf: Verbs["keysOf"] = (registry, ref) => this.registries.keysOf(registry, this.resolve(ref)) as never;

  count: Verbs["count"] = (registry, key) => this.registries.count(registry, key);

  whereis<P extends Protocol>(name: ProcessName<P>): Ref<P> | undefined {
    return this.#names.get(name.name)?.ref;
  }

  exit(to: Address, reason: ExitReason | "kill"): void {
    this.exitFrom(undefined, to, reason);
  }

  exited(ref: Ref, timeoutMs?: number): Promise<ExitReason | undefined> {
    const process = this.resolve(ref);
    if (process === undefined) return Promise.resolve("noproc");
    return new Promise((resolve) => {
      const watcher: Watcher = {
        ended: (reason) => {
          this.timers.cancel(timer);
          resolve(reason);
        },
      };
      const timer = new WorkTimer(() => {
        process.unwatch(watcher);
        resolve(undefined);
      });
      process.watch(watcher);
      if (timeoutMs !== undefined && timeoutMs !== Infinity) this.timers.arm(timer, timeoutMs);
    });
  }

  port<T>(key: PortKey<T>): T | undefined {
    return this.#ports.get(key.port) as T | undefined;
  }

  now(): number {
    return this.#environment.now();
  }

  wallClock(): number {
    return this.#environment.wallClock();
  }

  random(): number {
    return this.#environment.random();
  }

  schedule(ms: number, work: () => void): () => void {
    const timer = new WorkTimer(work);
    this.timers.arm(timer, ms);
    return () => this.timers.cancel(timer);
  }

  // Watching it

  /** Has `listener` told of every event; the answer ends that. A listener must not throw. */
  on(listener: (event: RuntimeEvent) => void): () => void {
    this.#listeners = [...new Set([...this.#listeners, listener])];
    return () => {
      this.#listeners = this.#listeners.filter((each) => each !== listener);
    };
  }

  /** Every living process's address. */
  processes(): readonly Ref[] {
    return this.#processes.toArray().map((process) => process.ref);
  }

  /** Keeps the program from ending while the runtime has nothing to do; the answer ends that. */
  keepAlive(): () => void {
    return this.#environment.keepAlive();
  }

  // What processes ask of it

  /** @internal */
  spawn<P extends Protocol>(spec: ProcessSpec<P>, parent: Process | undefined): Promise<Ref<P> | undefined> {
    return new Promise((resolve, reject) => {
      this.begin(spec, parent, { started: resolve, ignored: () => resolve(undefined), failed: reject });
    });
  }

  /** @internal */
  begin<P extends Protocol>(spec: ProcessSpec<P>, parent: Process | undefined, starter: Starter<P>): void {
    const name = spec.name?.name;
    if (name !== undefined && this.#names.has(name)) {
      starter.failed(new StartFailedError(name, new NameTakenError(name)));
      return;
    }
    const process = this.launch(spec, parent, starter);
    if (name !== undefined) this.#names.set(name, process);
  }

  /** @internal */
  launch(spec: ProcessSpec, parent: Process | undefined, starter: Starter): Process {
    this.#lastId += 1;
    const process = new Process(this, this.#lastId, spec, parent, starter);
    this.#processes.add(process);
    process.begin();
    return process;
  }

  /** @internal */
  resolve(address: Address): Process | undefined {
    if (address instanceof ProcessRef) return address.process;
    if ("name" in address) return this.#names.get(address.name);
    return "key" in address ? this.registries.resolve(address) : undefined;
  }

  /** @internal */
  castTo(to: Address, message: string, args: readonly unknown[]): void {
    this.resolve(to)?.deliver(new Envelope("cast", message, args, undefined));
  }

  /** @internal */
  exitFrom(from: Process | undefined, to: Address, reason: ExitReason | "kill"): void {
    const process = this.resolve(to);
    if (reason === "kill") process?.end("killed");
    else process?.exitSignal(from?.ref ?? OUTSIDE, reason);
  }

  /** @internal */
  forget(process: Process): void {
    this.#processes.delete(process);
    this.topics.forget(process);
    this.registries.forget(process);
    if (process.name !== undefined && this.#names.get(process.name) === process)
      this.#names.delete(process.name);
  }

  /** @internal */
  emit(event: RuntimeEvent): void {
    if (event.type === "child_restarted") this.#countRestart(event.supervisor, event.child);
    for (const listener of this.#listeners) listener(event);
  }

  #countRestart(supervisor: Ref, child: string): void {
    const process = this.resolve(supervisor);
    if (process === undefined) return;
    process.restarts ??= new Map();
    process.restarts.set(child, (process.restarts.get(child) ?? 0) + 1);
    const [oldest] = process.restarts.keys();
    if (process.restarts.size > MAX_RESTARTED_CHILDREN) process.restarts.delete(oldest as string);
  }

  /** @internal Processes whose asynchronous handler waits for nothing that this runtime owns. */
  foreignAwaits(): readonly string[] {
    return this.#processes
      .toArray()
      .filter((process) => process.busy && process.waitingFor === 0)
      .map((process) => process.ref.toString());
  }
}
