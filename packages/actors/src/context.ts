/** What a process can do: the verbs, which live on its context and, for code outside any process, on the runtime. */

import type { RuntimeEvent } from "./events.ts";
import type { ExitReason } from "./exit-reason.ts";
import type { ProcessSpec } from "./process/definition.ts";
import type { Asker } from "./process/pending-call.ts";
import type {
  Address,
  CallArgs,
  CallName,
  CastArgs,
  CastName,
  InfoKind,
  ProcessName,
  Protocol,
  Ref,
  Reply,
  ReplyTo,
} from "./protocol.ts";
import type { LookupVerbs, RegisterVerbs } from "./registry.ts";
import type { TaskVerbs } from "./tasks/task.ts";
import type { BroadcastVerbs, SubscribeVerbs } from "./topics.ts";

/** How long a call waits for its answer unless told otherwise (`gen_server:call/2`). */
export const CALL_TIMEOUT_MS = 5_000;

/** Something a program brings into a runtime for its processes: a network, a store. See {@link Verbs.port}. */
export interface PortKey<in out T> {
  readonly port: string;
  readonly "~port"?: (port: T) => T;
}

/** Verbs that need no process of one's own. */
export interface Verbs extends BroadcastVerbs, LookupVerbs {
  /**
   * Sends a request and waits for its answer, {@link CALL_TIMEOUT_MS} at most.
   *
   * @throws NoProcessError at once, when nobody is there.
   * @throws ProcessExitedError as soon as the process ends before it has answered.
   * @throws CallTimeoutError when no answer came in time; the request is still carried out, its answer dropped.
   * @throws SelfCallError when a process calls itself.
   */
  call<P extends Protocol, K extends CallName<P>>(
    to: Address<P>,
    message: K,
    ...args: CallArgs<P, K>
  ): Promise<Reply<P, K>>;
  /** The same with a time of one's own, in milliseconds; `Infinity` waits for as long as the process lives. */
  callWithin<P extends Protocol, K extends CallName<P>>(
    timeoutMs: number,
    to: Address<P>,
    message: K,
    ...args: CallArgs<P, K>
  ): Promise<Reply<P, K>>;
  /** Sends a message that isn't answered; to nobody, it is dropped. */
  cast<P extends Protocol, K extends CastName<P>>(to: Address<P>, message: K, ...args: CastArgs<P, K>): void;
  /** Sends a message of a kind outside the protocol; the process handles it with `on(kind, …)`. */
  inform<M>(to: Address, kind: InfoKind<M>, message: M): void;
  /** Answers a call that its handler left open. Only the first answer counts. */
  reply<R>(to: ReplyTo<R>, value: R): void;
  /** The process of that name, if one lives. */
  whereis<P extends Protocol>(name: ProcessName<P>): Ref<P> | undefined;
  /** Asks a process to end: as a supervisor does with `shutdown`, or at once and without its consent with `kill`. */
  exit(to: Address, reason: ExitReason | "kill"): void;
  /** Resolves with the reason when the process ends, at once with `noproc` if it has; with `undefined` after `timeoutMs`. */
  exited(ref: Ref, timeoutMs?: number): Promise<ExitReason | undefined>;
  /** What the program brought into the runtime under that key. */
  port<T>(key: PortKey<T>): T | undefined;
  /** Monotonic milliseconds. */
  now(): number;
  /** Milliseconds since 1970. */
  wallClock(): number;
  /** 0 ≤ n < 1. */
  random(): number;
  /**
   * Runs `work` after so many milliseconds of the runtime's time, beside all processes, unless what it answers with is
   * called; for ports and what stands on them. A process reminds itself with `after`.
   */
  schedule(ms: number, work: () => void): () => void;
}

/** A message that a process will send itself. */
export interface Timer {
  readonly "~timer"?: true;
}

/** Something outside that belongs to a process and goes with it: a socket, a file. */
export interface Owned {
  release(reason: ExitReason): void;
  /** It has another owner now, whose context this is. */
  handedTo?(owner: Context): void;
}

/** A process's own view of itself and of others. After its end all of it is dead: sends drop, calls fail. */
export interface Context<P extends Protocol = Protocol, S = unknown>
  extends Verbs, SubscribeVerbs, RegisterVerbs<P>, TaskVerbs {
  readonly self: Ref<P>;
  /** What `init` returned, or was assigned last. */
  state: S;
  /** Aborted when the process ends. */
  readonly signal: AbortSignal;

  /**
   * Ends the process once this handler has returned; in a call, its answer leaves after `terminate`. Said while no handler
   * runs, in a timer or a promise's callback, it is a message to itself: what waits already is handled before.
   */
  stop(reason?: ExitReason): void;
  /** Runs the `continue` handler right after this one, before anything that already waits. */
  continue(token?: unknown): void;
  /** Runs the `timeout` handler unless any message comes before that; with one waiting, not even after 0 ms. */
  idleAfter(ms: number): void;

  /** Casts to this process itself after so many milliseconds. */
  after<K extends CastName<P>>(ms: number, message: K, ...args: CastArgs<P, K>): Timer;
  cancel(timer: Timer): void;

  /**
   * The same as `callWithin`, without a promise, which costs more than most answers: `asker` hears of the answer or the failure
   * in the turn of whoever answers or ends, also when this process has ended meanwhile. As a runtime's listener it mustn't throw.
   */
  ask<P extends Protocol, K extends CallName<P>>(
    asker: Asker<Reply<P, K>>,
    timeoutMs: number,
    to: Address<P>,
    message: K,
    ...args: CallArgs<P, K>
  ): void;

  /** Ties two processes: either's unclean end ends the other, or reaches it as `exit` if it traps exits. */
  link(ref: Ref): void;
  unlink(ref: Ref): void;
  /** Has `down` called, exactly once, when that process ends; at once with `noproc` if it has. */
  monitor(ref: Ref): void;
  demonitor(ref: Ref): void;

  /** Says in words what this process is, for reports and for `describe`: of many like processes, which one. */
  setLabel(label: string): void;
  /** Tells the runtime's listeners. */
  emit(event: RuntimeEvent): void;

  /** Ties something outside to this process's life. */
  own(resource: Owned): void;
  /** Unties it again. */
  disown(resource: Owned): void;
  /**
   * Gives what this process owns to another (`gen_tcp:controlling_process/2`). Of the messages that wait here, those of the
   * kind that concern it go along, in their order, and stand there before any that are sent later.
   */
  handOver<M>(
    resource: Owned,
    to: Ref,
    kind: InfoKind<M>,
    concerns: (message: M) => boolean,
  ): "handed_over" | "not_owner" | "noproc";
  /** Takes back what was told this process with messages of the kind that still wait, in their order: those that concern it. */
  takeBack<M>(kind: InfoKind<M>, concerns: (message: M) => boolean): readonly M[];
  /**
   * Has this process crash in its turn, as if the handler of that message had thrown: for what it provided and a port or what
   * stands on it used.
   */
  failWith<M>(error: unknown, kind: InfoKind<M>, message: M): void;
  /** Awaits what a port brings about, so that a simulation doesn't take it for something outside of it. */
  waitFor<T>(promise: Promise<T>): Promise<T>;
  /** The same as `inform`, and `tracker` hears when the message's turn has come: who sends much can wait for that. */
  informTracked<M>(to: Ref, kind: InfoKind<M>, message: M, tracker: { taken(): void }): void;
  /**
   * For a loop that awaits what may be there already: `undefined` while this turn of the event loop has time left, else a
   * promise for the next one. Without it, such a loop keeps timers and sockets waiting.
   */
  giveWay(): Promise<void> | undefined;
  /**
   * Has `entrant` do what an event of the host's brings, and lets what that makes ready run within the event: for ports and what
   * stands on them, to be called by the host only, never from within a process.
   */
  enter<T>(entrant: { enter(event: T): void }, event: T): void;
  /**
   * Has something flushed once at the end of this burst of messages, so that all of its writes leave together. What several
   * events of the host's bring in one turn of its loop is one burst; none waits more than a millisecond for others, and no more
   * than 64 wait.
   */
  afterBurst(item: { flush(): void }): void;

  /**
   * Starts a process linked to this one; resolves when its `init` is done, with `undefined` if it chose to be ignored.
   *
   * @throws StartFailedError when `init` failed or the name is taken.
   */
  startLinked<C extends Protocol>(spec: ProcessSpec<C>): Promise<Ref<C> | undefined>;
}

/** The context of a call's handler. */
export interface CallContext<P extends Protocol, S, R> extends Context<P, S> {
  /** Where this call's answer goes, to be kept when the handler returns `noReply`. */
  readonly from: ReplyTo<R>;
}
