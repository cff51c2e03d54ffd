/** Each awaited task has exactly one outcome, its own; and a task without a supervisor doesn't outlive its owner. */

import type { Entry, Outcome, ProcessId, Trace } from "../trace.ts";
import { Lives } from "./life.ts";

interface TaskState {
  readonly owner: ProcessId;
  readonly supervised: boolean;
  process: ProcessId | undefined;
  dueAt: number | undefined;
  outcome: Outcome | undefined;
}

export function checkTasks(trace: Trace): readonly string[] {
  const lives = new Lives();
  const tasks = new Map<number, TaskState>();
  const defects: string[] = [];
  for (const entry of trace) {
    lives.note(entry);
    switch (entry.type) {
      case "task": {
        const { task, owner, supervised } = entry;
        tasks.set(task, { owner, supervised, process: undefined, dueAt: undefined, outcome: undefined });
        break;
      }
      case "task_ran":
        defects.push(...change(tasks, entry.task, (task) => (task.process = entry.process)));
        break;
      case "task_awaited":
        defects.push(...change(tasks, entry.task, (task) => (task.dueAt = entry.dueAt)));
        break;
      case "task_outcome":
        defects.push(...settle(entry, tasks.get(entry.task), lives));
        break;
      case "seen":
        defects.push(...[...tasks].flatMap(([number, task]) => findOverdue(number, task, entry, lives)));
    }
  }
  return defects;
}

function change(
  tasks: ReadonlyMap<number, TaskState>,
  number: number,
  work: (task: TaskState) => void,
): readonly string[] {
  const task = tasks.get(number);
  if (task === undefined) return [`task ${number} is nobody's`];
  work(task);
  return [];
}

function settle(
  { at, task: number, outcome }: Entry & { type: "task_outcome" },
  task: TaskState | undefined,
  lives: Lives,
): readonly string[] {
  if (task?.dueAt === undefined) return [`task ${number} has an outcome, and nobody awaits it`];
  if (task.outcome !== undefined) return [`task ${number} has two outcomes`];
  task.outcome = outcome;
  if (!lives.has(task.owner)) return [];
  const wrong = findWrong(at, number, task, outcome, lives);
  return wrong === undefined ? [] : [`task ${number} of #${task.owner} ${wrong}`];
}

function findWrong(
  at: number,
  number: number,
  { process, dueAt = 0 }: TaskState,
  outcome: Outcome,
  lives: Lives,
): string | undefined {
  const reason = process === undefined ? undefined : lives.reasons.get(process);
  if (at > dueAt) return `was settled at ${at} ms, and was due at ${dueAt} ms`;
  switch (outcome.kind) {
    case "value":
      if (outcome.value !== number) return `came to what isn't its value: ${String(outcome.value)}`;
      return reason === "normal" ? undefined : `is done, and ended with ${String(reason)}`;
    case "timeout":
      return at === dueAt ? undefined : `timed out at ${at} ms, and was due at ${dueAt} ms`;
    case "exited":
      // One that never ran has no end of its own.
      if (reason === undefined || reason === outcome.reason) return undefined;
      return `failed with ${outcome.reason}, and ended with ${reason}`;
    default:
      return `came to ${outcome.kind}`;
  }
}

function findOverdue(
  number: number,
  { owner, supervised, process, dueAt, outcome }: TaskState,
  { at, quiet }: Entry & { type: "seen" },
  lives: Lives,
): readonly string[] {
  const orphaned = process !== undefined && lives.has(process) && lives.endedAt.has(owner);
  if (orphaned && !supervised) return [`task ${number} outlives #${owner}, its owner`];
  const overdue = quiet && dueAt !== undefined && dueAt < at && outcome === undefined && lives.has(owner);
  return overdue ? [`task ${number} of #${owner} has no outcome at ${at} ms`] : [];
}
