/** Many tasks, a few at a time: one for each input, as fast as their results are taken. Follows Task.async_stream. */

import { TaskTimeoutError } from "../errors.ts";
import type { ExitReason } from "../exit-reason.ts";
import type { SharedVerbs } from "../process/shared-verbs.ts";
import { TASK_TIMEOUT_MS, type Task, type TaskContext, type TaskVerbs } from "./task.ts";

/** How many tasks run at a time unless told otherwise. */
export const TASK_STREAM_CONCURRENCY = 8;

export interface TaskStreamOptions {
  /** Most tasks at a time; those whose result nobody has taken yet count too. Default: {@link TASK_STREAM_CONCURRENCY}. */
  readonly maxConcurrency?: number;
  /** Whether results come in the order of the inputs, or as they are there. Default: true. */
  readonly ordered?: boolean;
  /** How long each task may take, from its start. Default: {@link TASK_TIMEOUT_MS}. */
  readonly timeoutMs?: number;
  /** Whether a task that takes longer, and is ended, fails the whole stream or is a result like any other. Default: `throw`. */
  readonly onTimeout?: "throw" | "yield";
  /** Whether a task that fails takes this process along, unless it traps exits. Default: false, it is a result. */
  readonly linked?: boolean;
}

/** What became of one input. */
export type TaskResult<I, R> =
  | { readonly outcome: "done"; readonly input: I; readonly value: R }
  | { readonly outcome: "failed"; readonly input: I; readonly reason: ExitReason }
  | { readonly outcome: "timeout"; readonly input: I };

/**
 * Runs a task for each input. The next one starts only when a result is asked for, so a slow consumer is never ahead of
 * by more than `maxConcurrency`, and inputs may be without end. To stop early (`break`) ends what is running.
 *
 * Iterating rejects with TaskTimeoutError as `onTimeout` says.
 *
 * @throws Error when `maxConcurrency` isn't a positive whole number.
 * @example
 * for await (const result of taskStream(ctx, urls, (task, url) => fetchPage(task, url), { maxConcurrency: 4 })) {
 *   if (result.outcome === "done") ctx.state.pages.set(result.input, result.value);
 * }
 */
export function taskStream<I, R>(
  ctx: TaskVerbs,
  inputs: Iterable<I>,
  work: (ctx: TaskContext, input: I) => R | Promise<R>,
  options: TaskStreamOptions = {},
): AsyncGenerator<TaskResult<I, R>, void, void> {
  const maxConcurrency = options.maxConcurrency ?? TASK_STREAM_CONCURRENCY;
  if (!Number.isSafeInteger(maxConcurrency) || maxConcurrency < 1)
    throw new Error(`expected maxConcurrency to be a positive whole number, got: ${maxConcurrency}`);
  return streamResults(new Window(ctx as TaskVerbs & SharedVerbs, work, options), inputs, maxConcurrency);
}

async function* streamResults<I, R>(
  window: Window<I, R>,
  inputs: Iterable<I>,
  maxConcurrency: number,
): AsyncGenerator<TaskResult<I, R>, void, void> {
  const source = inputs[Symbol.iterator]();
  let exhausted = false;
  try {
    for (;;) {
      while (!exhausted && window.size < maxConcurrency) {
        const next = source.next();
        if (next.done === true) exhausted = true;
        else window.start(next.value);
      }
      if (window.size === 0) return;
      yield await window.take();
    }
  } finally {
    window.close();
    if (!exhausted) source.return?.();
  }
}

interface Slot<I, R> {
  readonly task: Task<R>;
  result: TaskResult<I, R> | undefined;
}

/** The tasks that have started and whose results nobody has taken. */
class Window<I, R> {
  readonly #ctx: TaskVerbs & SharedVerbs;
  readonly #work: (ctx: TaskContext, input: I) => R | Promise<R>;
  readonly #options: TaskStreamOptions;
  /** In the order in which their results are taken: that of their start, or of their end. */
  readonly #slots = new Set<Slot<I, R>>();
  readonly #finished = new Set<Slot<I, R>>();
  #wake: () => void = () => {};

  constructor(
    ctx: TaskVerbs & SharedVerbs,
    work: (ctx: TaskContext, input: I) => R | Promise<R>,
    options: TaskStreamOptions,
  ) {
    this.#ctx = ctx;
    this.#work = work;
    this.#options = options;
  }

  get size(): number {
    return this.#slots.size;
  }

  start(input: I): void {
    const { linked = false, timeoutMs = TASK_TIMEOUT_MS } = this.#options;
    const start = linked ? "async" : "asyncNoLink";
    const task = this.#ctx[start]((own) => {
      if (this.#work.name !== "") own.setLabel(this.#work.name);
      return this.#work(own, input);
    });
    const slot: Slot<I, R> = { task, result: undefined };
    this.#slots.add(slot);
    void this.#follow(slot, input, timeoutMs);
  }

  async #follow(slot: Slot<I, R>, input: I, timeoutMs: number): Promise<void> {
    const end = await this.#ctx.endWithin(slot.task, timeoutMs);
    slot.result = end === undefined ? { outcome: "timeout", input } : { ...end, input };
    this.#finished.add(slot);
    this.#wake();
  }

  /** The result whose turn it is. */
  async take(): Promise<TaskResult<I, R>> {
    const { ordered = true, onTimeout = "throw", timeoutMs = TASK_TIMEOUT_MS } = this.#options;
    for (;;) {
      const [slot] = ordered ? this.#slots : this.#finished;
      if (slot?.result !== undefined) {
        this.#slots.delete(slot);
        this.#finished.delete(slot);
        if (slot.result.outcome === "timeout" && onTimeout === "throw")
          throw new TaskTimeoutError(slot.task.toString(), timeoutMs);
        return slot.result;
      }
      await this.#ctx.waitFor(new Promise<void>((resolve) => (this.#wake = resolve)));
    }
  }

  close(): void {
    for (const { task } of this.#slots) this.#ctx.abandon(task);
    this.#slots.clear();
  }
}
