/** The context a process's handlers are given: the verbs, said by that process, and dead once it has ended. */

import {
  CALL_TIMEOUT_MS,
  type CallContext,
  type Context,
  type Owned,
  type PortKey,
  type Timer,
} from "../context.ts";
import { ProcessExitedError, StartFailedError } from "../errors.ts";
import type { RuntimeEvent } from "../events.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Address, InfoKind, ProcessName, Protocol, Ref, ReplyTo } from "../protocol.ts";
import type { Registries } from "../runtime/registries.ts";
import { TimerNode } from "../runtime/timer-queue.ts";
import type { Topics } from "../runtime/topics.ts";
import type { Shutdown } from "../supervision/child-spec.ts";
import type { ProcessSpec, Starter } from "./definition.ts";
import { listOf, withOne, withoutOne, type Few } from "./few.ts";
import { Envelope, type Message, type Tracker } from "./message.ts";
import {
  Monitor,
  allMonitors,
  monitorsOf,
  withMonitor,
  withoutMonitorsOf,
  type Monitors,
} from "./monitors.ts";
import { ask, call, type Asker } from "./pending-call.ts";
import type { Process } from "./process.ts";
import { SharedVerbs } from "./shared-verbs.ts";
import { ShuttingDown } from "./shutting-down.ts";

/** What the verbs need of the runtime: each says who is speaking. */
export interface ProcessVerbs {
  castTo(to: Address, message: string, args: readonly unknown[]): void;
  inform<M>(to: Address, kind: InfoKind<M>, message: M): void;
  reply<R>(to: ReplyTo<R>, value: R): void;
  readonly topics: Topics;
  readonly registries: Registries;
  resolve(address: Address): Process | undefined;
  whereis<P extends Protocol>(name: ProcessName<P>): Ref<P> | undefined;
  exitFrom(from: Process | undefined, to: Address, reason: ExitReason | "kill"): void;
  exited(ref: Ref, timeoutMs?: number): Promise<ExitReason | undefined>;
  port<T>(key: PortKey<T>): T | undefined;
  spawn<P extends Protocol>(spec: ProcessSpec<P>, parent: Process | undefined): Promise<Ref<P> | undefined>;
  /** Starts a process; the starter hears what becomes of it. */
  begin<P extends Protocol>(spec: ProcessSpec<P>, parent: Process | undefined, starter: Starter<P>): void;
  /** The same for one without a name. */
  launch(spec: ProcessSpec, parent: Process | undefined, starter: Starter): Process;
  emit(event: RuntimeEvent): void;
  now(): number;
  wallClock(): number;
  random(): number;
  schedule(ms: number, work: () => void): () => void;
}

/** Of all messages without arguments: a timer that waits long shall not keep a list of nothing. */
const NO_ARGS: readonly unknown[] = [];

export class ProcessContext extends SharedVerbs implements CallContext<Protocol, unknown, unknown>, Owned {
  readonly #process: Process;
  #timers: Few<SelfCast> = undefined;
  #monitors: Monitors = undefined;

  constructor(process: Process) {
    super(process);
    this.#process = process;
  }

  get self(): Ref {
    return this.#process.ref;
  }

  get state(): unknown {
    return this.#process.state;
  }

  set state(state: unknown) {
    this.#process.state = state;
  }

  get signal(): AbortSignal {
    return this.#process.signal;
  }

  get from(): ReplyTo<unknown> {
    const call = this.#process.currentCall;
    if (call === undefined)
      throw new Error("expected ctx.from to be read while a call is handled, got: no call");
    return call as ReplyTo<unknown>;
  }

  // Messages

  call(to: Address, message: string, ...args: readonly unknown[]): Promise<never> {
    return this.#call(CALL_TIMEOUT_MS, to, message, args);
  }

  callWithin(timeoutMs: number, to: Address, message: string, ...args: readonly unknown[]): Promise<never> {
    return this.#call(timeoutMs, to, message, args);
  }

  #call(timeoutMs: number, to: Address, message: string, args: readonly unknown[]): Promise<never> {
    const process = this.#process;
    if (!process.alive) return Promise.reject(new ProcessExitedError(process.ref.toString(), "noproc"));
    return call(process.host, process, timeoutMs, to, message, args) as Promise<never>;
  }

  ask(
    asker: Asker<never>,
    timeoutMs: number,
    to: Address,
    message: string,
    ...args: readonly unknown[]
  ): void {
    const process = this.#process;
    if (process.alive) ask(process.host, process, asker as Asker, timeoutMs, to, message, args);
    else asker.failed(new ProcessExitedError(process.ref.toString(), "noproc"));
  }

  cast(to: Address, message: string, ...args: readonly unknown[]): void {
    if (this.#process.alive) this.#process.host.castTo(to, message, args);
  }

  inform<M>(to: Address, kind: InfoKind<M>, message: M): void {
    if (this.#process.alive) this.#process.host.inform(to, kind, message);
  }

  informTracked<M>(to: Ref, kind: InfoKind<M>, message: M, tracker: Tracker): void {
    if (!this.#process.alive) return;
    this.#process.host.resolve(to)?.deliver(new Envelope("tracked", kind.kind, message, tracker));
  }

  reply<R>(to: ReplyTo<R>, value: R): void {
    if (this.#process.alive) this.#process.host.reply(to, value);
  }

  whereis<P extends Protocol>(name: ProcessName<P>): Ref<P> | undefined {
    return this.#process.host.whereis(name);
  }

  port<T>(key: PortKey<T>): T | undefined {
    return this.#process.host.port(key);
  }

  /**
   * For kinds of process that are told of many things with one message: whether the handler may go on with the next one
   * now, rather than be sent a message for it. Each counts as a message; nothing that waits is overtaken.
   *
   * @internal
   */
  goesOn(): boolean {
    return this.#process.goesOn();
  }

  // Its own course

  stop(reason: ExitReason = "normal"): void {
    this.#process.stop(reason);
  }

  continue(token?: unknown): void {
    this.#process.wishes.continuation = { token };
  }

  idleAfter(ms: number): void {
    this.#process.wishes.idleMs = ms;
  }

  after(ms: number, message: string, ...args: readonly unknown[]): Timer {
    const timer = new SelfCast(this, message, args.length === 0 ? NO_ARGS : args);
    if (this.#process.alive) {
      this.#timers = withOne(this.#timers, timer);
      this.#process.host.timers.arm(timer, ms);
    }
    return timer as Timer;
  }

  cancel(timer: Timer): void {
    const armed = timer as SelfCast;
    this.#timers = withoutOne(this.#timers, armed);
    this.#process.host.timers.cancel(armed);
  }

  /** @internal One that was set has come. */
  expired(timer: SelfCast): void {
    this.#timers = withoutOne(this.#timers, timer);
    this.#process.deliver(new Envelope("cast", timer.message, timer.args, undefined));
  }

  // Others

  link(ref: Ref): void {
    if (!this.#process.alive) return;
    const other = this.#process.host.resolve(ref);
    if (other === undefined) this.#process.exitSignal(ref, "noproc");
    else this.#process.linkWith(other);
  }

  unlink(ref: Ref): void {
    const other = this.#process.host.resolve(ref);
    if (other !== undefined) this.#process.unlinkFrom(other);
  }

  monitor(ref: Ref): void {
    const { alive, host } = this.#process;
    if (!alive) return;
    const other = host.resolve(ref);
    if (other === undefined) this.#tellDown(ref, "noproc");
    else this.#watch(other);
  }

  #watch(other: Process): void {
    const monitor = new Monitor(this, other);
    other.watch(monitor);
    this.#monitors = withMonitor(this.#monitors, monitor);
  }

  /** @internal */
  monitorEnded({ other }: Monitor, reason: ExitReason): void {
    this.#monitors = withoutMonitorsOf(this.#monitors, other);
    this.#tellDown(other.ref, reason);
  }

  #tellDown(ref: Ref, reason: ExitReason): void {
    this.#process.deliver(new Envelope("down", "", { ref, reason }, undefined));
  }

  demonitor(ref: Ref): void {
    const other = this.#process.host.resolve(ref);
    if (other === undefined) {
      // Its end may have been told already, and wait to be handled.
      this.#process.mailbox.takeWhere(({ type, body }) => type === "down" && body.ref === ref);
      return;
    }
    for (const monitor of monitorsOf(this.#monitors, other)) other.unwatch(monitor);
    this.#monitors = withoutMonitorsOf(this.#monitors, other);
  }

  /** @internal At the process's end, behind all that it owned: no timer is armed, and nobody watched any more. */
  release(_reason: ExitReason): void {
    for (const timer of listOf(this.#timers)) this.#process.host.timers.cancel(timer);
    for (const monitor of allMonitors(this.#monitors)) monitor.other.unwatch(monitor);
    this.#timers = this.#monitors = undefined;
  }

  exit(to: Address, reason: ExitReason | "kill"): void {
    if (this.#process.alive) this.#process.host.exitFrom(this.#process, to, reason);
  }

  exited(ref: Ref, timeoutMs?: number): Promise<ExitReason | undefined> {
    return this.waitFor(this.#process.host.exited(ref, timeoutMs));
  }

  async startLinked<P extends Protocol>(spec: ProcessSpec<P>): Promise<Ref<P> | undefined> {
    const process = this.#process;
    if (!process.alive) throw new StartFailedError(spec.name?.name ?? spec.definition.name, "noproc");
    return this.waitFor(process.host.spawn(spec, process));
  }

  /** @internal The same without a promise. */
  begin<P extends Protocol>(spec: ProcessSpec<P>, starter: Starter<P>): void {
    const process = this.#process;
    if (process.alive) process.host.begin(spec, process, starter);
    else starter.failed(new StartFailedError(spec.name?.name ?? spec.definition.name, "noproc"));
  }

  /** @internal Asks a process to end, kills it when its time is over, and calls when it has ended. */
  shutDown(ref: Ref, shutdown: Shutdown, ended: () => void): void {
    const other = this.#process.host.resolve(ref);
    if (other === undefined) ended();
    else new ShuttingDown(this.#process, other, ended).begin(shutdown);
  }

  emit(event: RuntimeEvent): void {
    this.#process.host.emit(event);
  }

  own(resource: Owned): void {
    if (this.#process.alive) this.#process.own(resource);
    else resource.release("noproc");
  }

  disown(resource: Owned): void {
    this.#process.disown(resource);
  }

  /** Whether that is this process's own address or name. */
  protected isSelf(ref: Ref): boolean {
    return this.#process.host.resolve(ref) === this.#process;
  }

  handOver<M>(
    resource: Owned,
    to: Ref,
    kind: InfoKind<M>,
    concerns: (message: M) => boolean,
  ): "handed_over" | "not_owner" | "noproc" {
    const other = this.#process.host.resolve(to);
    if (!this.#process.owns(resource)) return "not_owner";
    if (other === undefined) return "noproc";
    if (other === this.#process) return "handed_over";
    this.#process.disown(resource);
    other.own(resource);
    resource.handedTo?.(other.context as Context);
    for (const message of this.#takeWaiting(kind, concerns)) other.deliver(message);
    return "handed_over";
  }

  takeBack<M>(kind: InfoKind<M>, concerns: (message: M) => boolean): readonly M[] {
    return this.#takeWaiting(kind, concerns).map((message) => {
      if (message.type === "tracked") message.tag.taken();
      return message.body as M;
    });
  }

  #takeWaiting<M>(kind: InfoKind<M>, concerns: (message: M) => boolean): readonly Message[] {
    const concernsIt = (message: Message) =>
      (message.type === "info" || message.type === "tracked") &&
      message.name === kind.kind &&
      concerns(message.body as M);
    return this.#process.mailbox.takeWhere(concernsIt);
  }

  failWith<M>(error: unknown, kind: InfoKind<M>, message: M): void {
    this.#process.deliver(new Envelope("defect", kind.kind, message, error));
  }

  giveWay(): Promise<void> | undefined {
    const turn = this.#process.host.scheduler.nextTurn();
    return turn === undefined ? undefined : this.waitFor(turn);
  }

  enter<T>(entrant: { enter(event: T): void }, event: T): void {
    this.#process.host.scheduler.enter(entrant, event);
  }

  afterBurst(item: { flush(): void }): void {
    this.#process.host.scheduler.flushAfterBurst(item);
  }

  // Time and chance

  now(): number {
    return this.#process.host.now();
  }

  wallClock(): number {
    return this.#process.host.wallClock();
  }

  random(): number {
    return this.#process.host.random();
  }

  schedule(ms: number, work: () => void): () => void {
    return this.#process.host.schedule(ms, work);
  }
}

class SelfCast extends TimerNode {
  readonly message: string;
  readonly args: readonly unknown[];
  readonly #context: ProcessContext;

  constructor(context: ProcessContext, message: string, args: readonly unknown[]) {
    super();
    this.#context = context;
    this.message = message;
    this.args = args;
  }

  override expire(): void {
    this.#context.expired(this);
  }
}
