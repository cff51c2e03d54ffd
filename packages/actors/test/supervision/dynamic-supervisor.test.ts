import {
  defineDynamicSupervisor,
  defineGenServer,
  defineSupervisor,
  formatReason,
  ignore,
  processName,
  type DynamicSupervisorProtocol,
  type DynamicSupervisorSpec,
  type ExitReason,
  type Ref,
  type Restart,
} from "@wheelhouse/actors";
import { describe, expect, test } from "vitest";
import {
  TrappingProbe,
  boom,
  crash,
  probe,
  sleep,
  world,
  type ProbeArgs,
  type ProbeContext,
  type ProbeProtocol,
} from "../support.ts";

type Protocol = DynamicSupervisorProtocol<ProbeArgs, ProbeProtocol>;

interface Options extends Omit<DynamicSupervisorSpec<ProbeArgs, ProbeProtocol>, "child"> {
  readonly restart?: Restart;
  readonly shutdown?: number | "brutal";
}

const Pool = defineDynamicSupervisor<Options, ProbeArgs, ProbeProtocol>(
  "Pool",
  ({ restart = "permanent", shutdown = 5_000, ...spec }) => ({
    ...spec,
    child: (args) => TrappingProbe.child(args, { name: processName(args.label), restart, shutdown }),
  }),
);

async function pool(options: Options = {}) {
  const it = world();
  const { runtime } = it;
  const ref = await it.start(Pool.with(options));
  const find = (label: string) => runtime.whereis(processName<ProbeProtocol>(label));
  const startChild = (label: string, args: Omit<ProbeArgs, "label"> = {}) =>
    runtime.call(ref, "startChild", { label, ...args });
  /** Ends a child that way, and lets all follow that follows at once. */
  const end = async (label: string, reason: ExitReason) => {
    runtime.cast(processName<ProbeProtocol>(label), "do", (ctx) => ctx.stop(reason));
    await runtime.settle();
  };
  return { ...it, ref, ended: runtime.exited(ref), find, startChild, end };
}

describe("a child of a dynamic supervisor", () => {
  test("is started on request, with arguments of its own (24)", async () => {
    const { runtime, ref, startChild, find, takeLog } = await pool();
    const started = await startChild("A");
    expect(started).toEqual({ outcome: "started", ref: find("A") });
    await startChild("B");
    expect(takeLog()).toEqual(["A init", "B init"]);
    expect(await runtime.call(ref, "whichChildren")).toEqual([find("A"), find("B")]);
    expect(await runtime.call(ref, "countChildren")).toMatchObject({ specs: 2, active: 2 });
  });

  test("that is slow to start doesn't keep the others waiting (24)", async () => {
    const { runtime, outcome, startChild } = await pool();
    const slow = startChild("A", { init: (ctx) => sleep(ctx, 1_000) });
    expect(await startChild("B")).toMatchObject({ outcome: "started" });
    expect(await outcome(slow)).toEqual({ status: "pending" });
    await runtime.advance(1_000);
    expect(await outcome(slow)).toMatchObject({ value: { outcome: "started" } });
  });

  test("that fails or ignores its start is a value, and isn't counted (24)", async () => {
    const { runtime, ref, startChild, takeCrashes } = await pool({ maxChildren: 1 });
    expect(await startChild("A", { init: crash })).toEqual({ outcome: "failed", reason: boom });
    expect(await startChild("B", { init: () => ignore })).toEqual({ outcome: "ignored" });
    expect(await runtime.call(ref, "countChildren")).toMatchObject({ specs: 0, active: 0 });
    expect(await startChild("C")).toMatchObject({ outcome: "started" });
    expect(await startChild("D")).toEqual({ outcome: "max_children" });
    expect(takeCrashes()).toMatchObject([{ reason: boom }]);
  });

  test("whose name is taken fails as a value (24)", async () => {
    const { startChild } = await pool();
    await startChild("A");
    expect(await startChild("A")).toMatchObject({ outcome: "failed", reason: { code: "name_taken" } });
  });

  test("of a bad spec is refused by field and value, and the supervisor lives on (23, 24)", async () => {
    const { ref, runtime, startChild } = await pool({ shutdown: -1 });
    await expect(startChild("A")).rejects.toThrow(
      'expected shutdown of child "A" to be "brutal" or milliseconds from 0 to Infinity, got: -1',
    );
    expect(await runtime.call(ref, "countChildren")).toMatchObject({ specs: 0 });
  });

  test("is stopped on request, and a stranger isn't (24)", async () => {
    const { runtime, ref, start, startChild, find, takeLog, events } = await pool();
    await startChild("A");
    const child = find("A") as Ref;
    const stranger = await start(probe());
    takeLog();
    expect(await runtime.call(ref, "stopChild", child)).toBe("stopped");
    expect(takeLog()).toEqual(["A terminate shutdown"]);
    expect(await runtime.call(ref, "stopChild", child)).toBe("not_a_child");
    expect(await runtime.call(ref, "stopChild", stranger)).toBe("not_a_child");
    expect(await runtime.call(ref, "countChildren")).toMatchObject({ specs: 0, active: 0 });
    expect(events("child_restarted")).toEqual([]);
  });

  test.each<[Restart, ExitReason, number]>([
    ["permanent", "normal", 1],
    ["permanent", "crashed", 1],
    ["transient", "shutdown", 0],
    ["transient", "crashed", 1],
    ["temporary", "normal", 0],
    ["temporary", "crashed", 0],
  ])("that is %s, after %s (16, 24)", async (restart, reason, left) => {
    const { runtime, ref, startChild, end, takeLog, takeCrashes } = await pool({ restart });
    await startChild("A");
    takeLog();
    await end("A", reason);
    expect(takeLog()).toEqual([`A terminate ${formatReason(reason)}`, ...(left === 1 ? ["A init"] : [])]);
    expect(await runtime.call(ref, "countChildren")).toMatchObject({ specs: left, active: left });
    takeCrashes();
  });

  test.each<[Restart, number]>([
    ["permanent", 1],
    ["temporary", 0],
  ])("that ends before its start is known is a child all the same: %s (16, 24)", async (restart, left) => {
    let starts = 0;
    // Not asynchronous anywhere: it has ended before any promise of its start can have told of it.
    const Mayfly = defineGenServer<{}, null>({
      name: "Mayfly",
      init(ctx) {
        starts += 1;
        if (starts === 1) ctx.continue();
        return null;
      },
      continue: crash,
    });
    const Swarm = defineDynamicSupervisor<void, void, {}>("Swarm", () => ({
      child: () => Mayfly.child(undefined, { restart }),
    }));
    const { runtime, start, takeCrashes } = world();
    const swarm = await start(Swarm.with());
    const started = await runtime.call(swarm, "startChild", undefined);
    await runtime.settle();
    const living = await runtime.call(swarm, "whichChildren");
    expect(living).toHaveLength(left);
    expect(started).toMatchObject({ outcome: "started" });
    expect(living).not.toContain(started.outcome === "started" && started.ref);
    expect(starts).toBe(1 + left);
    expect(takeCrashes()).toHaveLength(1);
  });
});

describe("`maxChildren`", () => {
  test("refuses one more, until there is room (24)", async () => {
    const { runtime, ref, startChild, find } = await pool({ maxChildren: 2 });
    await startChild("A");
    await startChild("B");
    expect(await startChild("C")).toEqual({ outcome: "max_children" });
    await runtime.call(ref, "stopChild", find("A") as Ref);
    expect(await startChild("C")).toMatchObject({ outcome: "started" });
  });

  test("counts those that are being started (24)", async () => {
    const { runtime, outcome, startChild } = await pool({ maxChildren: 1 });
    const slow = startChild("A", { init: (ctx) => sleep(ctx, 100) });
    expect(await startChild("B")).toEqual({ outcome: "max_children" });
    await runtime.advance(100);
    expect(await outcome(slow)).toMatchObject({ value: { outcome: "started" } });
  });

  test("counts each once: asked at the same time, as many start as may (24)", async () => {
    const { startChild } = await pool({ maxChildren: 3 });
    const started = await Promise.all(["A", "B", "C", "D"].map((label) => startChild(label)));
    expect(started.map(({ outcome }) => outcome)).toEqual(["started", "started", "started", "max_children"]);
  });

  test("counts those that are being restarted (24)", async () => {
    const { runtime, ref, startChild, find, takeLog } = await pool({ maxChildren: 1 });
    await startChild("A");
    // Both wait for the supervisor together, the end first: the request comes between it and the restart.
    runtime.exit(find("A") as Ref, "kill");
    expect(await startChild("B")).toEqual({ outcome: "max_children" });
    expect(await runtime.call(ref, "whichChildren")).toEqual([find("A")]);
    expect(takeLog()).toEqual(["A init", "A init"]);
  });
});

describe("a dynamic supervisor's end", () => {
  const slow = (ctx: ProbeContext) => sleep(ctx, 1_000);

  test("stops its children at the same time (24)", async () => {
    const { runtime, ref, ended, startChild, outcome, takeLog } = await pool();
    for (const label of ["A", "B", "C"]) await startChild(label, { terminate: slow });
    takeLog();
    runtime.exit(ref, "shutdown");
    await runtime.advance(999);
    expect(takeLog().toSorted()).toEqual(["A", "B", "C"].map((label) => `${label} terminate shutdown`));
    expect(await outcome(ended)).toEqual({ status: "pending" });
    await runtime.advance(1);
    expect(await outcome(ended)).toMatchObject({ value: "shutdown" });
    expect(runtime.processes()).toEqual([]);
  });

  test("gives each child its own time (21, 24)", async () => {
    const { runtime, ref, startChild } = await pool({ shutdown: 100 });
    for (const label of ["A", "B"]) await startChild(label, { terminate: slow });
    runtime.exit(ref, "shutdown");
    await runtime.advance(99);
    expect(runtime.processes()).toHaveLength(3);
    await runtime.advance(1);
    expect(runtime.processes()).toEqual([]);
  });

  test("has no limit of its own below another supervisor (14)", async () => {
    const Named = processName<Protocol>("pool");
    const Top = defineSupervisor("Top", () => ({
      children: [Pool.child({ shutdown: 60_000 }, { name: Named })],
    }));
    const { runtime, start } = world();
    const top = await start(Top.with());
    await runtime.call(Named, "startChild", { label: "A", terminate: (ctx) => sleep(ctx, 30_000) });
    runtime.exit(top, "shutdown");
    await runtime.advance(29_999);
    expect(runtime.processes()).toHaveLength(3);
    await runtime.advance(1);
    expect(runtime.processes()).toEqual([]);
    expect(Pool.child({}, { shutdown: 10 })).toMatchObject({ shutdown: 10 });
  });

  test("comes after too many restarts, with `shutdown` (18, 24)", async () => {
    const { runtime, ended, startChild, end, events, takeCrashes } = await pool({
      intensity: { restarts: 2, withinMs: 1_000 },
    });
    for (const label of ["A", "B"]) await startChild(label);
    for (const label of ["A", "B", "A"]) await end(label, "crashed");
    expect(await ended).toBe("shutdown");
    expect(runtime.processes()).toEqual([]);
    expect(events("supervisor_gave_up")).toMatchObject([{ child: "A", reason: "crashed" }]);
    expect(takeCrashes()).toHaveLength(3);
  });
});

test("a restart of a dynamic supervisor's child that fails is tried again and counted (19, 24)", async () => {
  const { runtime, ref, startChild, end, find, events, takeCrashes } = await pool();
  let starts = 0;
  await startChild("A", {
    init() {
      starts += 1;
      if (starts === 2 || starts === 3) crash();
    },
  });
  await end("A", "crashed");
  expect(await runtime.call(ref, "whichChildren")).toEqual([find("A")]);
  expect(events("child_restarted").map(({ reason }) => reason)).toEqual(["crashed", boom, boom]);
  expect(takeCrashes()).toHaveLength(3);
});

test("two thousand children come and go and leave nothing (24)", async () => {
  const { runtime, ref, startChild, ended } = await pool({ restart: "temporary" });
  const labels = Array.from({ length: 2_000 }, (_, place) => String(place));
  await Promise.all(labels.map((label) => startChild(label)));
  expect(await runtime.call(ref, "countChildren")).toMatchObject({ specs: 2_000, active: 2_000 });
  for (const label of labels.slice(0, 1_000)) runtime.exit(processName(label), "kill");
  expect(await runtime.call(ref, "countChildren")).toMatchObject({ specs: 1_000, active: 1_000 });
  runtime.exit(ref, "shutdown");
  expect(await ended).toBe("shutdown");
  expect(runtime.processes()).toEqual([]);
});
