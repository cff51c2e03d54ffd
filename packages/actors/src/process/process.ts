/**
 * The engine of one process: takes its messages one at a time through the definition's handlers, from `init` to its end.
 * Follows gen_server's loop and the signal rules of Erlang's reference manual ("Processes").
 */

import type { Owned } from "../context.ts";
import { isCleanExit, toExitReason, type ExitReason } from "../exit-reason.ts";
import { StartFailedError } from "../errors.ts";
import type { Ref } from "../protocol.ts";
import type { Neighbours } from "../runtime/population.ts";
import type { Runnable, Scheduler } from "../runtime/scheduler.ts";
import { TimerNode } from "../runtime/timer-queue.ts";
import type { Timers } from "../runtime/timers.ts";
import { ProcessContext, type ProcessVerbs } from "./context.ts";
import { toCrash } from "./crash.ts";
import { ignore, type Definition, type ProcessSpec, type Starter } from "./definition.ts";
import { dispatch } from "./dispatch.ts";
import { isAmong, listOf, withOne, withoutOne, type Few } from "./few.ts";
import { Mailbox } from "./mailbox.ts";
import { Envelope, argsOf, describeMessage, type Message } from "./message.ts";
import { answerCall, failOpenCalls, type Answerer, type PendingCall } from "./pending-call.ts";
import { ProcessRef } from "./process-ref.ts";
import { Wishes } from "./wishes.ts";

/** What a process needs of its runtime. */
export interface ProcessHost extends ProcessVerbs {
  readonly scheduler: Scheduler;
  readonly timers: Timers;
  /** The process has ended: forget its names and subscriptions. */
  forget(process: Process): void;
}

/** Someone who waits for a process's end. */
export interface Watcher {
  ended(reason: ExitReason): void;
}

type Phase = "starting" | "running" | "ending" | "ended";

export class Process implements Runnable, Neighbours, Answerer {
  readonly ref: ProcessRef;
  readonly host: ProcessHost;
  readonly definition: Definition;
  /** What it was started with, until it has. */
  args: unknown;
  readonly parent: Process | undefined;
  readonly mailbox = new Mailbox();
  readonly context: ProcessContext;

  state: unknown = undefined;
  phase: Phase = "starting";
  /** Names it holds; usually one or none. */
  name: string | undefined;
  /** What it says of itself to people. */
  label: string | undefined = undefined;
  /** Whole milliseconds, which cost no memory of their own. */
  readonly startedAt: number;
  /** How often it has started a child again, by the child's id. */
  restarts: Map<string, number> | undefined = undefined;
  openCall: PendingCall | undefined = undefined;
  /** The call being handled. */
  currentCall: PendingCall | undefined = undefined;
  /** Calls and waits of its own that are under way: a simulation tells by it what a handler waits for. */
  waitingFor = 0;

  // Its place among the living
  older: Process | undefined = undefined;
  younger: Process | undefined = undefined;

  #queued = false;
  #busy = false;
  /** How many messages it may still handle before others get their turn; 0 when it isn't its turn. */
  #messagesLeft = 0;
  #idleTimer: IdleTimer | undefined = undefined;
  #links: Few<Process> = undefined;
  #watchers: Few<Watcher> = undefined;
  #owned: Few<Owned> = undefined;
  #abort: AbortController | undefined = undefined;
  /** Until it has been told. */
  #starter: Starter | undefined;
  /** Most handlers have none. */
  #wishes: Wishes | undefined = undefined;

  constructor(
    host: ProcessHost,
    id: number,
    spec: ProcessSpec,
    parent: Process | undefined,
    starter: Starter,
  ) {
    this.host = host;
    this.definition = spec.definition;
    this.args = spec.args;
    this.parent = parent;
    this.name = spec.name?.name;
    this.startedAt = Math.floor(host.now());
    this.#starter = starter;
    this.ref = new ProcessRef(id, spec.name?.name ?? spec.definition.name, this);
    const ContextClass = (spec.definition.context ?? ProcessContext) as typeof ProcessContext;
    this.context = new ContextClass(this);
    if (parent !== undefined) this.linkWith(parent);
  }

  get alive(): boolean {
    return this.phase !== "ended";
  }

  /** Whether an asynchronous handler, `terminate` among them, holds the mailbox. */
  get busy(): boolean {
    return this.#busy || this.phase === "ending";
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (!this.alive) this.#abort.abort();
    return this.#abort.signal;
  }

  // Messages

  /** Puts `init` first; nothing that arrives meanwhile is handled before it. */
  begin(): void {
    this.deliver(new Envelope("init", "", undefined, undefined));
  }

  deliver(message: Message): void {
    if (!this.alive) return;
    if (this.#idleTimer !== undefined) this.host.timers.cancel(this.#idleTimer);
    this.mailbox.push(message);
    this.#makeReady();
  }

  run(messages: number): boolean {
    for (this.#messagesLeft = messages; this.#messagesLeft > 0; this.#messagesLeft -= 1) {
      const message = this.#canHandle() ? this.mailbox.shift() : undefined;
      if (message === undefined) {
        this.#messagesLeft = 0;
        this.#queued = false;
        return false;
      }
      this.#handle(message);
    }
    this.#queued = this.#canHandle() && this.mailbox.length > 0;
    return this.#queued;
  }

  /** Whether the running handler may go on with more of the same, as if that had come as a message: nothing else waits. */
  goesOn(): boolean {
    if (this.#messagesLeft <= 1 || this.mailbox.length > 0 || this.#wishes !== undefined) return false;
    this.#messagesLeft -= 1;
    return true;
  }

  /** After the handler that runs; where none does, when all that waits already has been handled. */
  stop(reason: ExitReason): void {
    if (this.#messagesLeft > 0 || !this.#canHandle()) this.wishes.stop ??= reason;
    else this.deliver(new Envelope("stop", "", reason, undefined));
  }

  #canHandle(): boolean {
    return !this.#busy && (this.phase === "running" || this.phase === "starting");
  }

  #makeReady(): void {
    if (this.#queued || !this.#canHandle()) return;
    this.#queued = true;
    this.host.scheduler.ready(this);
  }

  #handle(message: Message): void {
    let result: unknown;
    try {
      result = dispatch(this, message);
    } catch (error) {
      this.#crash(toExitReason(error), message);
      return;
    }
    if (!isPromise(result)) {
      this.#handled(message, result);
      return;
    }
    this.#busy = true;
    result.then(
      (value) => this.#resume(() => this.#handled(message, value)),
      (error: unknown) => this.#resume(() => this.#crash(toExitReason(error), message)),
    );
  }

  /** An asynchronous handler has ended; of a process that ended meanwhile, nothing counts any more. */
  #resume(goOn: () => void): void {
    if (!this.alive) return;
    this.#busy = false;
    goOn();
    if (this.mailbox.length > 0) this.#makeReady();
  }

  // What follows a handler

  #handled(message: Message, result: unknown): void {
    if (!this.alive) return;
    if (message.type === "init") {
      this.#initialised(result);
      return;
    }
    const pending = message.type === "call" ? message.tag : undefined;
    this.currentCall = undefined;
    const stop = this.#wishes?.stop;
    if (stop !== undefined) {
      this.#report(stop, describeMessage(message), argsOf(message));
      this.#terminate(stop, () => pending !== undefined && answerCall(pending, result));
      return;
    }
    if (pending !== undefined) answerCall(pending, result);
    this.#grantWishes();
  }

  #initialised(result: unknown): void {
    const stop = this.#wishes?.stop;
    if (result === ignore) {
      const starter = this.#takeStarter();
      this.end("normal");
      starter?.ignored();
    } else if (stop !== undefined) {
      this.#report(stop, "init", [this.args]);
      this.end(stop);
    } else {
      this.state = result;
      this.args = undefined;
      this.phase = "running";
      this.host.emit({ type: "process_started", process: this.ref, parent: this.parent?.ref });
      this.#takeStarter()?.started(this.ref);
      this.#grantWishes();
    }
  }

  #takeStarter(): Starter | undefined {
    const starter = this.#starter;
    this.#starter = undefined;
    return starter;
  }

  /** Of both, the continuation comes first; silence is counted from its end. */
  #grantWishes(): void {
    const wishes = this.#wishes;
    if (wishes === undefined) return;
    const { continuation, idleMs } = wishes;
    if (continuation !== undefined) {
      wishes.continuation = undefined;
      this.mailbox.unshift(new Envelope("continue", "", continuation.token, undefined));
    } else {
      this.#wishes = undefined;
      if (idleMs !== undefined) this.#armIdleTimer(idleMs);
    }
  }

  #armIdleTimer(ms: number): void {
    if (this.mailbox.length > 0) return;
    if (ms === 0) {
      this.deliver(new Envelope("timeout", "", undefined, undefined));
      return;
    }
    this.#idleTimer ??= new IdleTimer(this);
    this.host.timers.arm(this.#idleTimer, ms);
  }

  /** What the running handler asks for besides its result. */
  get wishes(): Wishes {
    this.#wishes ??= new Wishes();
    return this.#wishes;
  }

  // Links, watchers, what it owns

  linkWith(other: Process): void {
    if (other === this) return;
    if (!other.alive) {
      this.exitSignal(other.ref, "noproc");
      return;
    }
    this.#links = withOne(this.#links, other);
    other.#links = withOne(other.#links, this);
  }

  unlinkFrom(other: Process): void {
    this.#links = withoutOne(this.#links, other);
    other.#links = withoutOne<Process>(other.#links, this);
  }

  watch(watcher: Watcher): void {
    this.#watchers = withOne(this.#watchers, watcher);
  }

  unwatch(watcher: Watcher): void {
    this.#watchers = withoutOne(this.#watchers, watcher);
  }

  own(resource: Owned): void {
    this.#owned = withOne(this.#owned, resource);
  }

  disown(resource: Owned): void {
    this.#owned = withoutOne(this.#owned, resource);
  }

  owns(resource: Owned): boolean {
    return isAmong(this.#owned, resource);
  }

  /** A signal from a linked process or from `ctx.exit`: ends the process unless it is `normal` or trapped. */
  exitSignal(from: Ref, reason: ExitReason): void {
    if (this.#succumbs(from, reason)) this.end(reason);
  }

  /** Whether the signal ends it. Trapped, it is a message like any other. */
  #succumbs(from: Ref, reason: ExitReason): boolean {
    if (this.definition.trapExits !== true) return reason !== "normal";
    this.deliver(new Envelope("exit", "", { from, reason }, undefined));
    return false;
  }

  // Its end

  #crash(reason: ExitReason, message: Message): void {
    if (!this.alive) return;
    this.#report(reason, describeMessage(message), message.type === "init" ? [this.args] : argsOf(message));
    if (this.phase === "starting") this.end(reason);
    else this.#terminate(reason, () => {});
  }

  /** Tells of an end that somebody should look into. */
  #report(reason: ExitReason, message: string, args: readonly unknown[] = []): void {
    if (!isCleanExit(reason)) this.host.emit(toCrash(this, reason, message, args));
  }

  /** A start that fails or is ignored is answered, not signalled: nobody should hear of it twice. */
  #leaveParent(): void {
    if (this.parent !== undefined) this.unlinkFrom(this.parent);
  }

  #terminate(reason: ExitReason, beforeEnd: () => void): void {
    this.phase = "ending";
    const finish = (last: ExitReason) => {
      if (!this.alive) return;
      beforeEnd();
      this.end(last);
    };
    const failed = (error: unknown) => {
      if (!this.alive) return;
      const thrown = toExitReason(error);
      this.#report(thrown, "terminate");
      finish(thrown);
    };
    let result: unknown;
    try {
      result = this.definition.terminate?.(this.context as never, reason);
    } catch (error) {
      failed(error);
      return;
    }
    if (isPromise(result)) result.then(() => finish(reason), failed);
    else finish(reason);
  }

  /** Ends the process now, without `terminate`, and with it all who are linked to it and don't trap exits. */
  end(reason: ExitReason): void {
    // One after the other, not one within the other: a chain of links may be longer than the stack is deep.
    const ending: Process[] = [this];
    for (const process of ending) for (const other of process.#endAlone(reason)) ending.push(other);
  }

  /** Everyone who waits for it is told, and everything it owns goes. Answers who has to end with it. */
  #endAlone(reason: ExitReason): readonly Process[] {
    if (!this.alive) return [];
    const starting = this.phase === "starting";
    this.phase = "ended";
    this.#messagesLeft = 0;
    this.ref.process = undefined;
    this.mailbox.clear();
    if (this.#idleTimer !== undefined) this.host.timers.cancel(this.#idleTimer);
    this.host.forget(this);
    this.#abort?.abort();
    for (const resource of listOf(this.#owned)) this.#release(resource, reason);
    this.#release(this.context, reason);
    if (starting) this.#leaveParent();
    this.#takeStarter()?.failed(new StartFailedError(this.ref.label, reason));
    this.host.emit({ type: "process_ended", process: this.ref, reason });
    failOpenCalls(this, reason);
    for (const watcher of listOf(this.#watchers)) watcher.ended(reason);
    const linked = listOf(this.#links);
    for (const other of linked) this.unlinkFrom(other);
    this.state = undefined;
    this.#watchers = this.#owned = undefined;
    return linked.filter((other) => other.#succumbs(this.ref, reason));
  }

  /** One that can't be released mustn't keep the process from ending. */
  #release(resource: Owned, reason: ExitReason): void {
    try {
      resource.release(reason);
    } catch (error) {
      this.#report(toExitReason(error), "release");
    }
  }
}

class IdleTimer extends TimerNode {
  readonly #process: Process;
  constructor(process: Process) {
    super();
    this.#process = process;
  }
  override expire(): void {
    this.#process.deliver(new Envelope("timeout", "", undefined, undefined));
  }
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
