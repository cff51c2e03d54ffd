import {
  SpecError,
  defineDynamicSupervisor,
  defineSupervisor,
  ignore,
  processName,
  type ChildOptions,
  type ChildSpec,
  type Ref,
  type SupervisorProtocol,
  type SupervisorSpec,
} from "@wheelhouse/actors";
import { describe, expect, test } from "vitest";
import { TrappingProbe, boom, crash, sleep, world, type ProbeArgs, type ProbeProtocol } from "../support.ts";

const Supervisor = defineSupervisor<SupervisorSpec>("Supervisor", (spec) => spec);
const Pool = defineDynamicSupervisor<void, ProbeArgs, ProbeProtocol>("Pool", () => ({
  child: (args) => TrappingProbe.child(args),
}));

function child(
  label: string,
  args: Omit<ProbeArgs, "label"> = {},
  options: ChildOptions<ProbeProtocol> = {},
): ChildSpec<ProbeProtocol> {
  return TrappingProbe.child({ label, ...args }, { name: processName(label), ...options });
}

async function supervised(spec: SupervisorSpec) {
  const it = world();
  const { runtime } = it;
  const ref = await it.start(Supervisor.with(spec));
  it.takeLog();
  const find = (label: string) => runtime.whereis(processName<ProbeProtocol>(label));
  const states = async () =>
    (await runtime.call(ref, "whichChildren")).map(({ id, ref: found }) =>
      typeof found === "object" ? id : `${id} ${found}`,
    );
  const fail = async (label: string) => {
    runtime.cast(processName<ProbeProtocol>(label), "do", crash);
    await runtime.settle();
  };
  return { ...it, ref, find, states, fail };
}

/** Fails its starts from the second to that one. */
function failing(to: number, work: () => void = () => {}): Omit<ProbeArgs, "label"> {
  let starts = 0;
  return {
    init() {
      starts += 1;
      if (starts === 1 || starts > to) return;
      work();
      crash();
    },
  };
}

describe("`startChild`", () => {
  test("starts one more behind the others, to be restarted like them (23)", async () => {
    const { runtime, ref, find, states, fail, takeLog, takeCrashes } = await supervised({
      strategy: "rest_for_one",
      children: [child("A")],
    });
    expect(await runtime.call(ref, "startChild", child("B"))).toEqual({ outcome: "started", ref: find("B") });
    await fail("A");
    expect(takeLog()).toEqual([
      "B init",
      "A terminate Error: boom",
      "B terminate shutdown",
      "A init",
      "B init",
    ]);
    expect(await states()).toEqual(["A", "B"]);
    takeCrashes();
  });

  test("refuses an id that is there, running or not (23)", async () => {
    const { runtime, ref, find } = await supervised({ children: [child("A")] });
    const again = child("B", {}, { id: "A" });
    expect(await runtime.call(ref, "startChild", again)).toEqual({
      outcome: "already_started",
      ref: find("A"),
    });
    await runtime.call(ref, "stopChild", "A");
    expect(await runtime.call(ref, "startChild", again)).toEqual({ outcome: "already_present" });
    expect(find("B")).toBeUndefined();
  });

  test("keeps nothing of one that fails, nor of a temporary one that ignores its start (23)", async () => {
    const { runtime, ref, states, takeCrashes } = await supervised({ children: [] });
    const start = (spec: ChildSpec) => runtime.call(ref, "startChild", spec);
    expect(await start(child("A", { init: crash }))).toEqual({ outcome: "failed", reason: boom });
    expect(await start(child("B", { init: () => ignore }))).toEqual({ outcome: "ignored" });
    expect(await start(child("C", { init: () => ignore }, { restart: "temporary" }))).toEqual({
      outcome: "ignored",
    });
    expect(await states()).toEqual(["B undefined"]);
    takeCrashes();
  });

  test("rejects a bad spec, and the supervisor lives on (23)", async () => {
    const { runtime, ref, states } = await supervised({ children: [child("A")] });
    const bad = runtime.call(ref, "startChild", child("B", {}, { shutdown: -1 }));
    await expect(bad).rejects.toThrow(
      'expected shutdown of child "B" to be "brutal" or milliseconds from 0 to Infinity, got: -1',
    );
    await expect(bad).rejects.toBeInstanceOf(SpecError);
    expect(await states()).toEqual(["A"]);
  });
});

describe("`stopChild`, `restartChild` and `deleteChild`", () => {
  test("stop a child, start it again, and forget it (23)", async () => {
    const { runtime, ref, find, states, takeLog, events } = await supervised({
      children: [child("A"), child("B")],
    });
    expect(await runtime.call(ref, "stopChild", "A")).toBe("stopped");
    expect(await runtime.call(ref, "stopChild", "A")).toBe("stopped");
    expect(takeLog()).toEqual(["A terminate shutdown"]);
    expect(await states()).toEqual(["A undefined", "B"]);
    expect(await runtime.call(ref, "restartChild", "A")).toEqual({ outcome: "started", ref: find("A") });
    expect(await states()).toEqual(["A", "B"]);
    await runtime.call(ref, "stopChild", "A");
    expect(await runtime.call(ref, "deleteChild", "A")).toBe("deleted");
    expect(await states()).toEqual(["B"]);
    expect(events("child_restarted")).toEqual([]);
  });

  test("refuse one that runs, and know no stranger (23)", async () => {
    const { runtime, ref } = await supervised({ children: [child("A")] });
    expect(await runtime.call(ref, "restartChild", "A")).toEqual({ outcome: "running" });
    expect(await runtime.call(ref, "deleteChild", "A")).toBe("running");
    expect(await runtime.call(ref, "restartChild", "B")).toEqual({ outcome: "not_found" });
    expect(await runtime.call(ref, "deleteChild", "B")).toBe("not_found");
    expect(await runtime.call(ref, "stopChild", "B")).toBe("not_found");
  });

  test("forget a temporary child as it stops (16, 23)", async () => {
    const { runtime, ref, states } = await supervised({
      children: [child("A", {}, { restart: "temporary" })],
    });
    expect(await runtime.call(ref, "stopChild", "A")).toBe("stopped");
    expect(await states()).toEqual([]);
    expect(await runtime.call(ref, "stopChild", "A")).toBe("not_found");
  });

  test("say why a start failed, and leave the child as it was (23)", async () => {
    const { runtime, ref, states, takeCrashes } = await supervised({ children: [child("A", failing(2))] });
    await runtime.call(ref, "stopChild", "A");
    expect(await runtime.call(ref, "restartChild", "A")).toEqual({ outcome: "failed", reason: boom });
    expect(await states()).toEqual(["A undefined"]);
    expect(await runtime.call(ref, "restartChild", "A")).toMatchObject({ outcome: "started" });
    takeCrashes();
  });

  test("bring back a transient child that had ended well (16, 23)", async () => {
    const { runtime, ref, states } = await supervised({
      children: [child("A", {}, { restart: "transient" })],
    });
    runtime.cast(processName<ProbeProtocol>("A"), "do", (ctx) => ctx.stop());
    await runtime.settle();
    expect(await states()).toEqual(["A undefined"]);
    expect(await runtime.call(ref, "restartChild", "A")).toMatchObject({ outcome: "started" });
    expect(await states()).toEqual(["A"]);
  });

  test("wait while a child stops, and are answered in order (14, 23)", async () => {
    let ends = 0;
    const { runtime, ref, find, outcome } = await supervised({
      children: [
        child("A", {
          async terminate(ctx) {
            ends += 1;
            if (ends === 1) await sleep(ctx, 100);
          },
        }),
      ],
    });
    const stopped = runtime.call(ref, "stopChild", "A");
    const restarted = runtime.call(ref, "restartChild", "A");
    expect(await outcome(stopped)).toEqual({ status: "pending" });
    await runtime.advance(100);
    expect(await outcome(stopped)).toMatchObject({ value: "stopped" });
    expect(await outcome(restarted)).toMatchObject({ value: { outcome: "started", ref: find("A") } });
  });
});

describe("a child that waits for its next try", () => {
  /** What requests were answered that arrived while its restart failed. */
  async function meanwhile<T>(ask: (ref: Ref<SupervisorProtocol>, it: SupervisorWorld) => Promise<T>) {
    const answers: Promise<T>[] = [];
    const it: SupervisorWorld = await supervised({
      strategy: "rest_for_one",
      children: [
        child("A"),
        child(
          "B",
          failing(2, () => answers.push(ask(it.ref, it))),
        ),
        child("C"),
      ],
    });
    await it.fail("B");
    expect(it.takeCrashes()).toHaveLength(2);
    return { ...it, answers: await Promise.all(answers) };
  }
  type SupervisorWorld = Awaited<ReturnType<typeof supervised>>;

  test("is `restarting`, those behind it don't run, and then all do (19, 23)", async () => {
    const { answers, states } = await meanwhile((_, it) => it.states());
    expect(answers).toEqual([["A", "B restarting", "C undefined"]]);
    expect(await states()).toEqual(["A", "B", "C"]);
  });

  test("isn't counted as active (19, 23)", async () => {
    const { answers } = await meanwhile((ref, { runtime }) => runtime.call(ref, "countChildren"));
    expect(answers).toEqual([{ specs: 3, active: 1, supervisors: 0, workers: 3 }]);
  });

  test("can't be restarted or deleted (19, 23)", async () => {
    const { answers } = await meanwhile(async (ref, { runtime }) =>
      Promise.all([runtime.call(ref, "restartChild", "B"), runtime.call(ref, "deleteChild", "B")]),
    );
    expect(answers).toEqual([[{ outcome: "restarting" }, "restarting"]]);
  });

  test("isn't tried again once it was stopped, nor are those behind it (19, 23)", async () => {
    const { answers, states } = await meanwhile((ref, { runtime }) => runtime.call(ref, "stopChild", "B"));
    expect(answers).toEqual(["stopped"]);
    expect(await states()).toEqual(["A", "B undefined", "C undefined"]);
  });
});

describe("`countChildren`", () => {
  test("tells supervisors from workers, and those that run from those that don't (23)", async () => {
    const inner = Supervisor.child({ children: [] }, { id: "inner" });
    const { runtime, ref } = await supervised({ children: [child("A"), child("B"), inner, Pool.child()] });
    await runtime.call(ref, "stopChild", "A");
    expect(await runtime.call(ref, "countChildren")).toEqual({
      specs: 4,
      active: 3,
      supervisors: 2,
      workers: 2,
    });
    const infos = await runtime.call(ref, "whichChildren");
    expect(infos.map(({ id, type }) => `${id} ${type}`)).toEqual([
      "A worker",
      "B worker",
      "inner supervisor",
      "Pool supervisor",
    ]);
  });

  test("of a dynamic supervisor counts its children (24)", async () => {
    const { runtime, start } = world();
    const ref = await start(Pool.with());
    for (const label of ["A", "B"]) await runtime.call(ref, "startChild", { label });
    expect(await runtime.call(ref, "countChildren")).toEqual({
      specs: 2,
      active: 2,
      supervisors: 0,
      workers: 2,
    });
  });
});
