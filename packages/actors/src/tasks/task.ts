/** Tasks: one piece of work in a process of its own, whose result may be awaited. Follows Elixir's Task. */

import { CALL_TIMEOUT_MS, type Context } from "../context.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { Address, Ref } from "../protocol.ts";
import type { DynamicSupervisorProtocol } from "../supervision/dynamic-supervisor.ts";

/** How long a task is awaited unless told otherwise. */
export const TASK_TIMEOUT_MS: number = CALL_TIMEOUT_MS;

/** What a task sees: a process that understands no messages. Its signal aborts when nobody wants the result any more. */
export type TaskContext = Context<{}>;

export type TaskFunction<R> = (ctx: TaskContext) => R | Promise<R>;

/** A task under way, or done. */
export interface Task<out R> {
  /** Its process, once that has started. */
  readonly ref: Ref | undefined;
  /** `fetchPage#12`, for messages to people. */
  toString(): string;
  readonly "~result"?: R;
}

/** How a task ended. */
export type TaskEnd<R> =
  | { readonly outcome: "done"; readonly value: R }
  | { readonly outcome: "failed"; readonly reason: ExitReason };

/** What a task supervisor understands: `startChild` starts a task whose result nobody awaits. */
export type TaskSupervisorProtocol = DynamicSupervisorProtocol<TaskFunction<unknown>, {}>;

export interface TaskOptions {
  /** The supervisor to live under. Default: beside this process, as its child. */
  readonly under?: Address<TaskSupervisorProtocol>;
}

/** Verbs for tasks. A task without a supervisor never outlives the process that started it. */
export interface TaskVerbs {
  /**
   * Starts a task linked to this process: either's failure ends the other, unless this one traps exits.
   *
   * @throws NoProcessError when this process has ended.
   */
  async<R>(work: TaskFunction<R>, options?: TaskOptions): Task<R>;
  /**
   * Starts a task whose failure only shows when it is awaited. Under a supervisor it also outlives this process.
   *
   * @throws NoProcessError when this process has ended.
   */
  asyncNoLink<R>(work: TaskFunction<R>, options?: TaskOptions): Task<R>;
  /**
   * Waits for a task's result, {@link TASK_TIMEOUT_MS} at most; `Infinity` waits for as long as it takes. May be asked again.
   *
   * @throws ProcessExitedError with the task's reason, when it failed or couldn't start.
   * @throws TaskTimeoutError when it took too long; it has been ended.
   * @throws NoProcessError when this process has ended.
   */
  await<R>(task: Task<R>, timeoutMs?: number): Promise<R>;
  /** Ends a task at once, without harm to this process; awaited, it has failed with `killed`. After its end it does nothing. */
  abandon(task: Task<unknown>): void;
}
