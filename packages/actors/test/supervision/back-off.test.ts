import { BackOffState } from "../../src/supervision/back-off.ts";
import {
  SpecError,
  defineDynamicSupervisor,
  defineSupervisor,
  processName,
  type BackOff,
  type Strategy,
} from "@wheelhouse/actors";
import { describe, expect, test } from "vitest";
import { Probe, TrappingProbe, crash, world, type ProbeArgs, type ProbeProtocol } from "../support.ts";

describe("the wait before a restart", () => {
  test("doubles from the least to the most (25)", () => {
    const state = new BackOffState({ minMs: 100, maxMs: 500, resetAfterMs: 1_000 });
    expect([0, 0, 0, 0, 0].map((now) => state.take(now, 0.5))).toEqual([100, 200, 400, 500, 500]);
  });

  test("leaves its share to chance, and never more (25)", () => {
    const wait = (jitter: number, chance: number) => {
      const state = new BackOffState({ minMs: 100, maxMs: 500, jitter });
      return [state.take(0, chance), state.take(0, chance)];
    };
    expect(wait(0, 0.9)).toEqual([100, 200]);
    expect(wait(0.5, 0)).toEqual([100, 200]);
    expect(wait(0.5, 0.5)).toEqual([75, 150]);
    expect(wait(1, 0.5)).toEqual([50, 100]);
  });

  test("begins anew once the child has run long enough since that wait (25)", () => {
    const state = new BackOffState({ minMs: 100, maxMs: 800, resetAfterMs: 1_000 });
    expect(state.take(0, 0)).toBe(100);
    expect(state.take(1_099, 0)).toBe(200);
    expect(state.take(1_299 + 1_000, 0)).toBe(100);
    const byDefault = new BackOffState({ minMs: 100, maxMs: 800 });
    expect([0, 899, 899 + 200 + 800].map((now) => byDefault.take(now, 0))).toEqual([100, 200, 100]);
  });
});

const Top = defineSupervisor<{ readonly strategy?: Strategy; readonly backOff?: BackOff }>(
  "Top",
  (options) => ({
    ...options,
    intensity: { restarts: 100, withinMs: 1_000 },
    children: ["A", "B", "C"].map((label) => TrappingProbe.child({ label }, { name: processName(label) })),
  }),
);

const backOff: BackOff = { minMs: 100, maxMs: 400, resetAfterMs: 10_000 };

async function top(
  strategy: Strategy = "one_for_one",
  options: { readonly backOff?: BackOff } = { backOff },
) {
  const it = world();
  const ref = await it.start(Top.with({ strategy, ...options }));
  const fail = async (label: string) => {
    it.runtime.cast(processName<ProbeProtocol>(label), "do", crash);
    await it.runtime.settle();
    it.takeCrashes();
  };
  const states = async () =>
    (await it.runtime.call(ref, "whichChildren")).map(({ id, ref: child }) =>
      typeof child === "object" ? id : `${id} ${child}`,
    );
  it.takeLog();
  return { ...it, ref, fail, states };
}

describe("a supervisor with a back-off", () => {
  test("waits before each restart, and answers meanwhile (25)", async () => {
    const { runtime, fail, states, takeLog } = await top();
    for (const waitMs of [100, 200, 400, 400]) {
      await fail("B");
      expect(takeLog()).toEqual(["B terminate Error: boom"]);
      await runtime.advance(waitMs - 1);
      expect(await states()).toEqual(["A", "B restarting", "C"]);
      await runtime.advance(1);
      expect(takeLog()).toEqual(["B init"]);
    }
    await runtime.advance(10_000);
    await fail("B");
    await runtime.advance(100);
    expect(await states()).toEqual(["A", "B", "C"]);
  });

  test("restarts at once without one (25)", async () => {
    const { runtime, fail, states } = await top("one_for_one", {});
    for (let count = 0; count < 5; count += 1) await fail("B");
    expect(await states()).toEqual(["A", "B", "C"]);
    expect(runtime.now()).toBe(0);
  });

  test("keeps a wait of its own for each child (25)", async () => {
    const { runtime, fail, states } = await top();
    await fail("A");
    await runtime.advance(100);
    await fail("A");
    await fail("B");
    await runtime.advance(100);
    expect(await states()).toEqual(["A restarting", "B", "C"]);
    await runtime.advance(100);
    expect(await states()).toEqual(["A", "B", "C"]);
  });

  test("stops those that a restart takes along before it waits (17, 25)", async () => {
    const { runtime, fail, states, takeLog } = await top("rest_for_one");
    await fail("B");
    expect(takeLog()).toEqual(["B terminate Error: boom", "C terminate shutdown"]);
    expect(await states()).toEqual(["A", "B restarting", "C undefined"]);
    await runtime.advance(100);
    expect(takeLog()).toEqual(["B init", "C init"]);
  });

  test("has another's restart take along one that waits (17, 25)", async () => {
    const { runtime, fail, states, takeLog } = await top("rest_for_one");
    await fail("B");
    await runtime.advance(50);
    takeLog();
    await fail("A");
    await runtime.advance(99);
    expect(await states()).toEqual(["A restarting", "B undefined", "C undefined"]);
    expect(takeLog()).toEqual(["A terminate Error: boom"]);
    await runtime.advance(1);
    expect(takeLog()).toEqual(["A init", "B init", "C init"]);
    await runtime.advance(1_000);
    expect(takeLog()).toEqual([]);
  });

  test("doesn't bring back one that was stopped while it waited (23, 25)", async () => {
    const { runtime, ref, fail, states } = await top();
    await fail("B");
    expect(await runtime.call(ref, "restartChild", "B")).toEqual({ outcome: "restarting" });
    expect(await runtime.call(ref, "deleteChild", "B")).toBe("restarting");
    expect(await runtime.call(ref, "stopChild", "B")).toBe("stopped");
    await runtime.advance(1_000);
    expect(await states()).toEqual(["A", "B undefined", "C"]);
    expect(await runtime.call(ref, "restartChild", "B")).toMatchObject({ outcome: "started" });
    await fail("B");
    await runtime.advance(199);
    expect(await states()).toEqual(["A", "B restarting", "C"]);
    await runtime.advance(1);
    expect(await states()).toEqual(["A", "B", "C"]);
  });

  test("ends in the middle of a wait (14, 25)", async () => {
    const { runtime, ref, fail, takeLog } = await top();
    await fail("B");
    takeLog();
    runtime.exit(ref, "shutdown");
    await runtime.advance(1_000);
    expect(takeLog()).toEqual(["C terminate shutdown", "A terminate shutdown"]);
    expect(runtime.processes()).toEqual([]);
  });
});

test("a dynamic supervisor's children wait too, each its own time, and count (24, 25)", async () => {
  const Pool = defineDynamicSupervisor<void, ProbeArgs, ProbeProtocol>("Pool", () => ({
    child: (args) => Probe.child(args, { name: processName(args.label) }),
    backOff,
    maxChildren: 2,
  }));
  const { runtime, start, takeCrashes } = world();
  const ref = await start(Pool.with());
  for (const label of ["A", "B"]) await runtime.call(ref, "startChild", { label });
  const first = runtime.whereis(processName("A"));
  runtime.cast(processName<ProbeProtocol>("A"), "do", crash);
  await runtime.advance(99);
  expect(await runtime.call(ref, "countChildren")).toEqual({
    specs: 2,
    active: 1,
    supervisors: 0,
    workers: 2,
  });
  expect(await runtime.call(ref, "whichChildren")).toEqual([runtime.whereis(processName("B"))]);
  expect(await runtime.call(ref, "startChild", { label: "C" })).toEqual({ outcome: "max_children" });
  await runtime.advance(1);
  const second = runtime.whereis(processName("A"));
  expect(second).toBeDefined();
  expect(second).not.toBe(first);
  runtime.cast(processName<ProbeProtocol>("A"), "do", crash);
  await runtime.advance(199);
  if (second === undefined) throw new Error("expected A to run again, got: nobody");
  expect(await runtime.call(ref, "stopChild", second)).toBe("stopped");
  await runtime.advance(1_000);
  expect(await runtime.call(ref, "countChildren")).toMatchObject({ specs: 1, active: 1 });
  expect(takeCrashes()).toHaveLength(2);
});

test.each<[Partial<BackOff>, string]>([
  [{ minMs: 0 }, "expected backOff.minMs of Top to be milliseconds above 0, got: 0"],
  [{ maxMs: 50 }, "expected backOff.maxMs of Top to be milliseconds from minMs on, got: 50"],
  [{ jitter: 2 }, "expected backOff.jitter of Top to be a share from 0 to 1, got: 2"],
  [{ resetAfterMs: -1 }, "expected backOff.resetAfterMs of Top to be milliseconds from 0 on, got: -1"],
])("a back-off that makes no sense is refused: %j (23, 25)", async (wrong, message) => {
  const { start, takeCrashes } = world();
  const failure = await start(Top.with({ backOff: { ...backOff, ...wrong } })).catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ reason: { message, code: "bad_spec" } });
  expect((failure as { readonly reason: unknown }).reason).toBeInstanceOf(SpecError);
  takeCrashes();
});
