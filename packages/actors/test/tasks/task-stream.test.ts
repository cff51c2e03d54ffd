import { taskStream, type TaskContext, type TaskResult, type TaskStreamOptions } from "@wheelhouse/actors";
import { describe, expect, test } from "vitest";
import { boom, probe, show, sleep, trappingProbe, world, type ProbeContext } from "../support.ts";

async function streaming(make = probe, seed = 1) {
  const it = world(seed);
  const owner = await it.start(make("owner"));
  it.takeLog();
  /** Inputs are how long their tasks take. */
  const work = async (task: TaskContext, ms: number) => {
    it.log.push(`start ${ms}`);
    await sleep(task as never, ms);
    if (ms % 10 === 3) throw boom;
    return `${ms} ms`;
  };
  const inside = (run: (ctx: ProbeContext) => unknown) => it.runtime.callWithin(Infinity, owner, "run", run);
  const collect = (inputs: Iterable<number>, options: TaskStreamOptions) =>
    inside(async (ctx) => {
      for await (const result of taskStream(ctx, inputs, work, options)) it.log.push(tell(result));
      return "end";
    });
  const tasks = () => it.runtime.processes().filter((ref) => show(ref).startsWith("Task")).length;
  return { ...it, owner, work, inside, collect, tasks };
}

function tell(result: TaskResult<number, string>): string {
  return result.outcome === "done" ? result.value : `${result.outcome} ${result.input}`;
}

describe("a stream of tasks", () => {
  test("gives results in the order of the inputs (28)", async () => {
    const { runtime, collect, takeLog } = await streaming();
    const end = collect([30, 10, 20], { maxConcurrency: 3 });
    await runtime.advance(29);
    expect(takeLog().toSorted()).toEqual(["start 10", "start 20", "start 30"]);
    await runtime.advance(1);
    expect(takeLog()).toEqual(["30 ms", "10 ms", "20 ms"]);
    expect(await end).toBe("end");
  });

  test("or as they are there (28)", async () => {
    const { runtime, collect, takeLog } = await streaming();
    const end = collect([30, 10, 20], { maxConcurrency: 3, ordered: false });
    await runtime.advance(20);
    expect(takeLog().slice(3)).toEqual(["10 ms", "20 ms"]);
    await runtime.advance(10);
    expect(takeLog()).toEqual(["30 ms"]);
    expect(await end).toBe("end");
  });

  test.each([true, false])("runs no more at a time than it may (ordered: %s) (28)", async (ordered) => {
    const { runtime, collect, tasks, log } = await streaming();
    const inputs = Array.from({ length: 50 }, (_, n) => 10 + ((n * 70) % 90));
    const end = collect(inputs, { maxConcurrency: 4, ordered });
    let most = 0;
    for (let ms = 0; ms < 50 * 100; ms += 5) {
      await runtime.advance(5);
      most = Math.max(most, tasks());
    }
    expect(await end).toBe("end");
    expect(most).toBe(4);
    const results = log.filter((line) => line.endsWith(" ms"));
    const expected = inputs.map((ms) => `${ms} ms`);
    if (ordered) expect(results).toEqual(expected);
    else expect(results.toSorted()).toEqual(expected.toSorted());
  });

  test("waits for who takes its results, though its inputs have no end (28)", async () => {
    const { runtime, inside, work, tasks, takeLog } = await streaming();
    function* forever() {
      for (let n = 1; ; n += 1) yield n * 10;
    }
    const taken = inside(async (ctx) => {
      const results: string[] = [];
      for await (const result of taskStream(ctx, forever(), work, { maxConcurrency: 2 })) {
        results.push(tell(result));
        await sleep(ctx, 1_000);
        if (results.length === 3) break;
      }
      return results;
    });
    await runtime.advance(1_009);
    expect(takeLog().toSorted()).toEqual(["start 10", "start 20"]);
    await runtime.advance(5_000);
    expect(await taken).toEqual(["10 ms", "20 ms", "30 ms"]);
    expect(takeLog().toSorted()).toEqual(["start 30", "start 40"]);
    expect(tasks()).toBe(0);
  });

  test("left early ends what is running, and closes its inputs (28)", async () => {
    const { runtime, inside, work, tasks, owner, log } = await streaming();
    function* inputs() {
      try {
        yield* [10, 500, 500, 500];
      } finally {
        log.push("closed");
      }
    }
    const left = inside(async (ctx) => {
      for await (const result of taskStream(ctx, inputs(), work, { maxConcurrency: 3 })) return tell(result);
    });
    await runtime.advance(9);
    expect(tasks()).toBe(3);
    await runtime.advance(1);
    expect(await left).toBe("10 ms");
    expect(log.at(-1)).toBe("closed");
    expect(runtime.processes()).toEqual([owner]);
  });

  test("ends with the process that reads it (28)", async () => {
    const { runtime, collect, owner, tasks } = await streaming();
    const end = collect([500, 500, 500], { maxConcurrency: 2 }).catch(() => "cut");
    await runtime.settle();
    expect(tasks()).toBe(2);
    runtime.exit(owner, "kill");
    expect(await end).toBe("cut");
    await runtime.settle();
    expect(runtime.processes()).toEqual([]);
  });

  test("gives a failure as a result, and goes on (28)", async () => {
    const { runtime, collect, takeLog, takeCrashes } = await streaming();
    const end = collect([10, 23, 30], {});
    await runtime.advance(30);
    expect(await end).toBe("end");
    expect(takeLog().slice(3)).toEqual(["10 ms", "failed 23", "30 ms"]);
    expect(takeCrashes()).toMatchObject([{ reason: boom }]);
  });

  test("that is linked takes its reader along, unless it traps exits (28)", async () => {
    for (const make of [probe, trappingProbe]) {
      const { runtime, collect, owner, takeLog, takeCrashes } = await streaming(make);
      const end = collect([23, 30], { linked: true }).catch(() => "taken along");
      await runtime.advance(30);
      expect(await end).toBe(make === probe ? "taken along" : "end");
      expect(runtime.processes()).toEqual(make === probe ? [] : [owner]);
      if (make === trappingProbe) expect(takeLog().slice(2, 4)).toEqual(["failed 23", "30 ms"]);
      takeCrashes();
    }
  });

  test("fails when a task takes too long, and ends the others (28)", async () => {
    const { runtime, inside, work, owner } = await streaming();
    const end = inside(async (ctx) => {
      const results = taskStream(ctx, [10, 200, 300], work, { timeoutMs: 100 });
      const first = await results.next();
      return [first.value, await results.next().catch((error: unknown) => error), await results.next()];
    });
    await runtime.advance(100);
    expect(await end).toMatchObject([{ value: "10 ms" }, { code: "task_timeout" }, { done: true }]);
    expect(runtime.processes()).toEqual([owner]);
  });

  test("or goes on without it, each with a time of its own from its start (28)", async () => {
    const { runtime, collect, tasks, takeLog } = await streaming();
    const end = collect([200, 90, 300, 80], { timeoutMs: 100, onTimeout: "yield", maxConcurrency: 2 });
    await runtime.advance(100);
    expect(takeLog().filter((line) => !line.startsWith("start"))).toEqual(["timeout 200", "90 ms"]);
    await runtime.advance(100);
    expect(await end).toBe("end");
    expect(takeLog().filter((line) => !line.startsWith("start"))).toEqual(["timeout 300", "80 ms"]);
    expect(tasks()).toBe(0);
  });

  test("passes on what its inputs throw, and ends what is running (28)", async () => {
    const { runtime, collect, owner, takeCrashes } = await streaming();
    function* inputs() {
      yield 100;
      throw boom;
    }
    const end = collect(inputs(), { maxConcurrency: 2 }).catch((error: unknown) => error);
    await runtime.settle();
    expect(runtime.processes()).toEqual([]);
    expect(await end).toMatchObject({ reason: boom });
    expect(takeCrashes()).toMatchObject([{ process: owner, reason: boom }]);
  });

  test("keeps its promises in 100 interleavings, however it is left (28)", async () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      const { runtime, inside, work, owner, tasks, log } = await streaming(probe, seed);
      const draw = (most: number) => Math.floor(runtime.random() * most);
      const inputs = Array.from({ length: 20 }, () => 10 * (1 + draw(20)) + 1);
      const [maxConcurrency, ordered, take] = [1 + draw(5), runtime.random() < 0.5, 1 + draw(25)];
      const options: TaskStreamOptions = { maxConcurrency, ordered, timeoutMs: 150, onTimeout: "yield" };
      const taken = inside(async (ctx) => {
        const results: TaskResult<number, string>[] = [];
        for await (const result of taskStream(ctx, inputs, work, options)) {
          results.push(result);
          if (results.length === take) break;
          if (ctx.random() < 0.3) await sleep(ctx, 25);
        }
        return results;
      });
      let most = 0;
      for (let ms = 0; ms < 20 * 200; ms += 10) {
        await runtime.advance(10);
        most = Math.max(most, tasks());
      }
      const results = ((await taken) as TaskResult<number, string>[]).map(tell);
      const expected = inputs.map((ms) => (ms > 150 ? `timeout ${ms}` : `${ms} ms`));
      const about = `seed ${seed}`;
      expect(results, about).toHaveLength(Math.min(take, 20));
      if (ordered) expect(results, about).toEqual(expected.slice(0, take));
      expect(most, about).toBeLessThanOrEqual(maxConcurrency);
      expect(log.filter((line) => line.startsWith("start")).length - results.length, about).toBeLessThan(
        maxConcurrency,
      );
      expect(runtime.processes(), about).toEqual([owner]);
    }
  });

  test("starts nothing before it is read, and nothing at all for no inputs (28)", async () => {
    const { inside, work, collect, log } = await streaming();
    await inside((ctx) => void taskStream(ctx, [10], work));
    expect(await collect([], {})).toBe("end");
    expect(log).toEqual([]);
  });

  test.each([0, 1.5, Number.NaN])("of %d at a time is refused", async (maxConcurrency) => {
    const { inside, work } = await streaming();
    const made = inside((ctx) => {
      try {
        return taskStream(ctx, [1], work, { maxConcurrency });
      } catch (error) {
        return error;
      }
    });
    expect(await made).toMatchObject({
      message: `expected maxConcurrency to be a positive whole number, got: ${maxConcurrency}`,
    });
  });
});
