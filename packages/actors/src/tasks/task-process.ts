/** The process that a task is, and the handle by which its result is found. */

import type { ExitReason } from "../exit-reason.ts";
import { defineGenServer, type GenServer } from "../gen-server.ts";
import { ignore } from "../process/definition.ts";
import type { Ref } from "../protocol.ts";
import { WorkTimer } from "../runtime/timer-queue.ts";
import type { Timers } from "../runtime/timers.ts";
import type { ChildStart } from "../supervision/dynamic-supervisor.ts";
import type { Task, TaskEnd, TaskFunction } from "./task.ts";

/** One task: what is to be done, and what became of it. */
export class TaskHandle implements Task<never> {
  readonly work: TaskFunction<unknown>;
  /** Whom its process links itself to once it has started; its parent is linked anyway. */
  readonly linkTo: Ref | undefined;
  /** Once its process has started. */
  ref: Ref | undefined = undefined;
  /** What `work` returned; it counts once the process has ended with it. */
  result: { readonly value: unknown } | undefined = undefined;
  abandoned = false;
  #end: TaskEnd<unknown> | undefined = undefined;
  readonly #waiting = new Set<(end: TaskEnd<unknown>) => void>();

  constructor(work: TaskFunction<unknown>, linkTo?: Ref) {
    this.work = work;
    this.linkTo = linkTo;
  }

  toString(): string {
    const name = this.work.name === "" ? "Task" : this.work.name;
    return this.ref === undefined ? name : `${name}#${this.ref.id}`;
  }

  /** Its process has ended, or couldn't start. Only the first end counts. */
  ended(reason: ExitReason): void {
    if (this.#end !== undefined) return;
    this.#end =
      this.result === undefined || reason !== "normal"
        ? { outcome: "failed", reason }
        : { outcome: "done", value: this.result.value };
    for (const tell of this.#waiting) tell(this.#end);
    this.#waiting.clear();
  }

  /** Its supervisor has answered. */
  startAnswered(start: ChildStart<{}>): void {
    if (start.outcome === "failed") this.ended(start.reason);
    else if (start.outcome !== "started") this.ended(start.outcome);
  }

  /** Calls once the task has ended, at once if it has. */
  whenEnded(tell: (end: TaskEnd<unknown>) => void): void {
    if (this.#end === undefined) this.#waiting.add(tell);
    else tell(this.#end);
  }

  /** Resolves with its end, or with `undefined` after `timeoutMs`. */
  endWithin(timeoutMs: number, timers: Timers): Promise<TaskEnd<unknown> | undefined> {
    return new Promise((resolve) => {
      const tell = (end: TaskEnd<unknown>) => {
        timers.cancel(timeout);
        resolve(end);
      };
      const timeout = new WorkTimer(() => {
        this.#waiting.delete(tell);
        resolve(undefined);
      });
      if (timeoutMs !== Infinity && this.#end === undefined) timers.arm(timeout, timeoutMs);
      this.whenEnded(tell);
    });
  }
}

export const TaskProcess: GenServer<{}, TaskHandle> = defineGenServer<{}, undefined, TaskHandle>({
  name: "Task",
  formatArgs: () => [],
  init(ctx, task) {
    if (task.abandoned) return ignore;
    task.ref = ctx.self;
    if (task.work.name !== "") ctx.setLabel(task.work.name);
    ctx.own({ release: (reason) => task.ended(reason) });
    if (task.linkTo !== undefined) ctx.link(task.linkTo);
    ctx.continue(task);
  },
  async continue(ctx, token) {
    const task = token as TaskHandle;
    task.result = { value: await task.work(ctx) };
    ctx.stop();
  },
});
