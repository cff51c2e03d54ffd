import {
  NoProcessError,
  ProcessExitedError,
  TaskTimeoutError,
  defineTaskSupervisor,
  later,
  processName,
  type Task,
  type TaskContext,
  type TaskSupervisorProtocol,
} from "@wheelhouse/actors";
import { describe, expect, test } from "vitest";
import { boom, crash, probe, show, sleep, trappingProbe, world, type ProbeContext } from "../support.ts";

async function working(make = probe) {
  const it = world();
  const owner = await it.start(make("owner"));
  it.takeLog();
  const inside = (work: (ctx: ProbeContext) => unknown) =>
    it.runtime.callWithin(Infinity, owner, "run", work);
  const tasks = () => it.runtime.processes().filter((ref) => show(ref).startsWith("Task"));
  return { ...it, owner, inside, tasks };
}

const failure = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

describe("a task", () => {
  test("works beside its caller, who awaits the result (28)", async () => {
    const { runtime, inside, outcome, tasks } = await working();
    const result = inside(async (ctx) => {
      const [slow, quick] = [ctx.async((task) => work(task, 20)), ctx.async(() => 2)];
      return [await ctx.await(quick), await ctx.await(slow)];
    });
    const work = async (task: TaskContext, ms: number) => {
      await sleep(task as never, ms);
      return ms;
    };
    await runtime.advance(19);
    expect(await outcome(result)).toEqual({ status: "pending" });
    await runtime.advance(1);
    expect(await result).toEqual([2, 20]);
    expect(tasks()).toEqual([]);
  });

  test("is a process of its own, that speaks for itself (28)", async () => {
    const { runtime, inside, owner, takeLog, events } = await working();
    await inside((ctx) =>
      ctx.await(
        ctx.async(function greet(task) {
          task.cast(owner, "note", `from ${show(task.self)}`);
        }),
      ),
    );
    await runtime.settle();
    const [task] = events("process_ended");
    expect(takeLog()).toEqual([`owner from ${show(task?.process as never)}`]);
    expect(events("process_started").at(-1)).toMatchObject({ parent: owner });
  });

  test("may be awaited twice, and after its end (28)", async () => {
    const { inside, tasks } = await working();
    const result = inside(async (ctx) => {
      const task = ctx.async(() => "done");
      const both = await Promise.all([ctx.await(task), ctx.await(task)]);
      return [...both, await ctx.await(task)];
    });
    expect(await result).toEqual(["done", "done", "done"]);
    expect(tasks()).toEqual([]);
  });

  test("needn't hold the mailbox of who awaits it: the example of `later` (28)", async () => {
    const { runtime, owner, inside, takeLog } = await working();
    const answer = inside((ctx) => later(ctx.await(ctx.async(async (task) => sleep(task as never, 10)))));
    runtime.cast(owner, "note", "meanwhile");
    await runtime.settle();
    expect(takeLog()).toEqual(["owner meanwhile"]);
    await runtime.advance(10);
    expect(await answer).toBeUndefined();
  });

  test("that takes too long is ended, and awaiting it fails, without harm to the caller (28)", async () => {
    const { runtime, owner, inside, tasks, log } = await working();
    const error = inside((ctx) => {
      const task = ctx.async((inner) => {
        inner.signal.addEventListener("abort", () => log.push("aborted"));
        return sleep(inner as never, 1_000);
      });
      return failure(ctx.await(task, 100));
    });
    await runtime.advance(99);
    expect(tasks()).toHaveLength(1);
    await runtime.advance(1);
    expect(await error).toBeInstanceOf(TaskTimeoutError);
    expect(await error).toMatchObject({ code: "task_timeout" });
    expect(tasks()).toEqual([]);
    expect(log).toEqual(["aborted"]);
    expect(runtime.processes()).toEqual([owner]);
  });

  test("is awaited for 5 s unless told otherwise (28)", async () => {
    const { runtime, inside, outcome } = await working();
    const error = inside((ctx) => failure(ctx.await(ctx.async((task) => sleep(task as never, 60_000)))));
    await runtime.advance(4_999);
    expect(await outcome(error)).toEqual({ status: "pending" });
    await runtime.advance(1);
    expect(await error).toBeInstanceOf(TaskTimeoutError);
  });

  test("that fails takes its caller along (28)", async () => {
    const { runtime, owner, inside, takeCrashes } = await working();
    const ended = runtime.exited(owner);
    const call = failure(inside((ctx) => ctx.await(ctx.async(crash))));
    expect(await ended).toBe(boom);
    expect(await call).toMatchObject({ reason: boom });
    expect(takeCrashes()).toMatchObject([{ reason: boom, ancestors: [owner], label: "crash", args: [] }]);
  });

  test("that fails is an error to a caller that traps exits, and an `exit` (28)", async () => {
    const { runtime, inside, takeLog, takeCrashes, events } = await working(trappingProbe);
    const error = await inside((ctx) => failure(ctx.await(ctx.async(crash))));
    expect(error).toBeInstanceOf(ProcessExitedError);
    expect(error).toMatchObject({ reason: boom, cause: boom });
    await runtime.settle();
    const ended = events("process_ended").at(-1);
    expect(takeLog()).toEqual([`owner exit ${show(ended?.process as never)} Error: boom`]);
    expect(takeCrashes()).toHaveLength(1);
  });

  test.each<[string, (ctx: ProbeContext) => void]>([
    ["crashes", crash],
    ["stops normally", (ctx) => ctx.stop()],
  ])("ends when its caller %s, linked or not (28)", async (_, end) => {
    const { runtime, owner, inside, tasks, takeCrashes } = await working();
    await inside((ctx) => {
      ctx.async((task) => sleep(task as never, 1_000));
      ctx.asyncNoLink((task) => sleep(task as never, 1_000));
    });
    await runtime.settle();
    expect(tasks()).toHaveLength(2);
    const ended = runtime.exited(owner);
    runtime.cast(owner, "do", end);
    await ended;
    await runtime.settle();
    expect(runtime.processes()).toEqual([]);
    takeCrashes();
  });

  test("that wasn't linked fails alone: only awaiting it tells (28)", async () => {
    const { runtime, owner, inside, takeCrashes } = await working();
    const error = await inside((ctx) => failure(ctx.await(ctx.asyncNoLink(crash))));
    expect(error).toMatchObject({ code: "exited", reason: boom });
    expect(runtime.processes()).toEqual([owner]);
    expect(takeCrashes()).toHaveLength(1);
  });

  test("may be abandoned, before it began and after it ended too (28)", async () => {
    const { runtime, owner, inside, tasks } = await working();
    let begun = 0;
    const work = (task: TaskContext) => {
      begun += 1;
      return sleep(task as never, 1_000);
    };
    const task = (await inside((ctx) => {
      const never = ctx.async(work);
      ctx.abandon(never);
      return { never, running: ctx.async(work) };
    })) as Record<"never" | "running", Task<void>>;
    await runtime.settle();
    expect([begun, tasks().length]).toEqual([1, 1]);
    await inside((ctx) => ctx.abandon(task.running));
    await inside((ctx) => ctx.abandon(task.running));
    expect(tasks()).toEqual([]);
    for (const abandoned of [task.never, task.running])
      expect(await inside((ctx) => failure(ctx.await(abandoned)))).toMatchObject({ reason: "killed" });
    expect(runtime.processes()).toEqual([owner]);
  });

  test("isn't started, nor awaited, by a process that has ended (28)", async () => {
    const { runtime, owner, inside } = await working();
    const ctx = (await inside((own) => own)) as ProbeContext;
    const task = ctx.asyncNoLink(() => 1);
    runtime.exit(owner, "kill");
    expect(() => ctx.async(() => 1)).toThrow(NoProcessError);
    expect(await failure(ctx.await(task))).toBeInstanceOf(NoProcessError);
    await runtime.settle();
  });

  test("awaited isn't a foreign await; what the task awaits itself may be", async () => {
    const { runtime, inside, tasks, takeCrashes } = await working();
    const call = failure(inside((ctx) => ctx.await(ctx.asyncNoLink(() => new Promise<never>(() => {})))));
    await expect(runtime.settle()).rejects.toThrow(
      /^waiting for something outside the simulation: Task#\d+$/u,
    );
    runtime.exit(tasks()[0] as never, "kill");
    await expect(runtime.settle()).resolves.toBeUndefined();
    expect(takeCrashes()).toHaveLength(1);
    expect(await call).toMatchObject({ reason: { code: "exited", reason: "killed" } });
  });
});

describe("a task supervisor", () => {
  const Workers = processName<TaskSupervisorProtocol>("workers");

  async function supervised(maxChildren = Infinity) {
    const it = await working();
    const Supervisor = defineTaskSupervisor("Workers", { maxChildren });
    const workers = await it.start(Supervisor.with(undefined, { name: Workers }));
    return { ...it, workers };
  }

  test("starts tasks that nobody awaits, and that aren't started again (28)", async () => {
    const { runtime, takeLog, takeCrashes, owner, workers } = await supervised();
    const task = (run: (ctx: TaskContext) => unknown) => runtime.call(Workers, "startChild", run);
    expect(await task((ctx) => ctx.cast(owner, "note", "done"))).toMatchObject({ outcome: "started" });
    expect(await task(crash)).toMatchObject({ outcome: "started" });
    await runtime.settle();
    expect(takeLog()).toEqual(["owner done"]);
    expect(takeCrashes()).toMatchObject([{ reason: boom, ancestors: [workers] }]);
    expect(runtime.processes()).toEqual([owner, workers]);
  });

  test("is where awaited tasks may live (28)", async () => {
    const { inside, workers, events } = await supervised();
    expect(await inside((ctx) => ctx.await(ctx.async(() => 1, { under: Workers })))).toBe(1);
    expect(await inside((ctx) => ctx.await(ctx.asyncNoLink(() => 2, { under: Workers })))).toBe(2);
    expect(events("process_started").slice(-2)).toMatchObject([{ parent: workers }, { parent: workers }]);
  });

  test("keeps what isn't linked when its caller ends, and ends what is (28)", async () => {
    const { runtime, owner, inside, tasks } = await supervised();
    await inside((ctx) => {
      ctx.async((task) => sleep(task as never, 1_000), { under: Workers });
      ctx.asyncNoLink((task) => sleep(task as never, 1_000), { under: Workers });
    });
    await runtime.settle();
    expect(tasks()).toHaveLength(2);
    runtime.cast(owner, "do", (ctx) => ctx.stop());
    await runtime.settle();
    expect(tasks()).toHaveLength(1);
    await runtime.advance(1_000);
    expect(tasks()).toEqual([]);
  });

  test("takes a linked task's failure to its caller, an unlinked one's nowhere (28)", async () => {
    const { runtime, owner, inside, takeCrashes, workers } = await supervised();
    const alone = await inside((ctx) => failure(ctx.await(ctx.asyncNoLink(crash, { under: Workers }))));
    expect(alone).toMatchObject({ reason: boom });
    expect(runtime.processes()).toEqual([owner, workers]);
    const ended = runtime.exited(owner);
    void failure(inside((ctx) => ctx.await(ctx.async(crash, { under: Workers }))));
    expect(await ended).toBe(boom);
    await runtime.settle();
    expect(runtime.processes()).toEqual([workers]);
    expect(takeCrashes()).toHaveLength(2);
  });

  test("that is full, gone or nowhere fails the task (28)", async () => {
    const { runtime, inside, workers, tasks } = await supervised(1);
    const start = (ctx: ProbeContext, ms: number) =>
      failure(
        ctx.await(
          ctx.asyncNoLink((task) => sleep(task as never, ms), { under: Workers }),
          Infinity,
        ),
      );
    const both = inside((ctx) => Promise.all([start(ctx, 1_000), start(ctx, 0)]));
    await runtime.settle();
    expect(tasks()).toHaveLength(1);
    runtime.exit(workers, "shutdown");
    expect(await both).toMatchObject([{ reason: "shutdown" }, { reason: "max_children" }]);
    expect(await inside((ctx) => start(ctx, 0))).toMatchObject({ reason: new NoProcessError("workers") });
  });

  test("ends a task that was abandoned, also before it began (28)", async () => {
    const { runtime, inside, tasks, workers, owner } = await supervised();
    let begun = 0;
    const work = (task: TaskContext) => {
      begun += 1;
      return sleep(task as never, 1_000);
    };
    const error = inside((ctx) => {
      const never = ctx.async(work, { under: Workers });
      ctx.abandon(never);
      return failure(ctx.await(never));
    });
    expect(await error).toMatchObject({ code: "exited", reason: "killed" });
    const late = inside((ctx) => failure(ctx.await(ctx.async(work, { under: Workers }), 10)));
    await runtime.advance(10);
    expect(await late).toBeInstanceOf(TaskTimeoutError);
    expect([begun, tasks().length]).toEqual([1, 0]);
    expect(runtime.processes()).toEqual([owner, workers]);
  });
});
