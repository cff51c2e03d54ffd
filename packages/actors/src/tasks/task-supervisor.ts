/** A supervisor of tasks: they live under it, whoever started them. Follows Elixir's Task.Supervisor. */

import { defineDynamicSupervisor, type DynamicSupervisor } from "../supervision/dynamic-supervisor.ts";
import { TaskHandle, TaskProcess } from "./task-process.ts";
import type { TaskFunction } from "./task.ts";

export interface TaskSupervisorOptions {
  /** Most tasks at a time; one more fails with `max_children`. Default: no limit. */
  readonly maxChildren?: number;
}

export type TaskSupervisor = DynamicSupervisor<void, TaskFunction<unknown>, {}>;

/**
 * Defines a task supervisor. Its tasks are temporary: one that fails isn't started again.
 *
 * @example
 * const Workers = defineTaskSupervisor("Workers");
 * // under a supervisor:  Workers.child(undefined, { name: WorkersName })
 * // not awaited:         await ctx.call(WorkersName, "startChild", (task) => sendMail(task))
 * // awaited:             await ctx.await(ctx.asyncNoLink((task) => render(task), { under: WorkersName }))
 */
export function defineTaskSupervisor(name: string, options: TaskSupervisorOptions = {}): TaskSupervisor {
  return defineDynamicSupervisor(name, () => ({
    ...options,
    child: (work: TaskFunction<unknown> | TaskHandle) =>
      TaskProcess.child(work instanceof TaskHandle ? work : new TaskHandle(work), { restart: "temporary" }),
  }));
}
