import {
  StartFailedError,
  defineSupervisor,
  ignore,
  processName,
  type ChildInfo,
  type ChildSpec,
  type ExitReason,
  type Ref,
  type Restart,
  type Strategy,
  type SupervisorProtocol,
  type SupervisorSpec,
} from "@wheelhouse/actors";
import { describe, expect, test } from "vitest";
import {
  Probe,
  TrappingProbe,
  boom,
  crash,
  sleep,
  world,
  type ProbeArgs,
  type ProbeContext,
  type ProbeProtocol,
} from "../support.ts";

type Options = Omit<ProbeArgs, "label"> & {
  readonly restart?: Restart;
  readonly shutdown?: number | "brutal";
};

/** A child that notes its start and its end. */
function child(label: string, { restart, shutdown, ...args }: Options = {}): ChildSpec<ProbeProtocol> {
  return TrappingProbe.child(
    { label, ...args },
    {
      name: processName(label),
      ...(restart === undefined ? {} : { restart }),
      ...(shutdown === undefined ? {} : { shutdown }),
    },
  );
}

const Supervisor = defineSupervisor<SupervisorSpec>("Supervisor", (spec) => spec);

async function supervised(spec: SupervisorSpec) {
  const it = world();
  const { runtime } = it;
  const ref = await it.start(Supervisor.with(spec));
  const ended = runtime.exited(ref);
  it.takeLog();
  const find = (label: string) => runtime.whereis(processName<ProbeProtocol>(label));
  const living = async () =>
    (await runtime.call(ref, "whichChildren")).map((info) =>
      info.ref === undefined ? `(${info.id})` : info.id,
    );
  /** Ends a child that way, and lets all follow that follows at once. */
  const end = async (label: string, reason: ExitReason) => {
    runtime.cast(processName<ProbeProtocol>(label), "do", (ctx) => ctx.stop(reason));
    await runtime.settle();
  };
  return { ...it, ref, ended, find, living, end };
}

describe("a supervisor's start", () => {
  test("starts its children in order, one after the other (14)", async () => {
    const { runtime, start, takeLog, log } = world();
    const slow = (label: string) =>
      child(label, {
        async init(ctx) {
          await sleep(ctx, 100);
          log.push(`${label} ready`);
        },
      });
    const started = start(Supervisor.with({ children: [slow("A"), slow("B"), slow("C")] }));
    await runtime.advance(150);
    expect(takeLog()).toEqual(["A init", "A ready", "B init"]);
    await runtime.advance(150);
    await started;
    expect(takeLog()).toEqual(["B ready", "C init", "C ready"]);
  });

  test("that fails stops those already started, in reverse, and returns the reason (15)", async () => {
    const { runtime, start, takeLog, takeCrashes } = world();
    const children = [child("A"), child("B"), child("C", { init: crash }), child("D")];
    const failure = await start(Supervisor.with({ children })).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartFailedError);
    expect(failure).toMatchObject({ reason: { code: "start_failed", reason: boom } });
    expect(takeLog()).toEqual(["A init", "B init", "C init", "B terminate shutdown", "A terminate shutdown"]);
    expect(runtime.processes()).toEqual([]);
    takeCrashes();
  });

  test("goes on without a child that ignores it (1)", async () => {
    const { living } = await supervised({ children: [child("A", { init: () => ignore }), child("B")] });
    expect(await living()).toEqual(["(A)", "B"]);
  });

  test("refuses two children of one id, by name (23)", async () => {
    const { start, takeCrashes, takeLog } = world();
    const children = [child("A"), Probe.child({ label: "" }, { id: "A" })];
    await expect(start(Supervisor.with({ children }))).rejects.toMatchObject({
      reason: { message: 'expected the children of Supervisor to be of different ids, got: "A"' },
    });
    expect(takeLog()).toEqual([]);
    takeCrashes();
  });

  test("shows its children, in starting order (23)", async () => {
    const { runtime, ref, find } = await supervised({ children: [child("A"), child("B")] });
    expect(await runtime.call(ref, "whichChildren")).toEqual([
      { id: "A", ref: find("A"), type: "worker", restart: "permanent" },
      { id: "B", ref: find("B"), type: "worker", restart: "permanent" },
    ]);
  });
});

describe("a supervisor's shutdown", () => {
  const slow = (ctx: ProbeContext) => sleep(ctx, 60_000);

  test("stops its children in reverse, one after the other (14)", async () => {
    const { runtime, log, ref, ended, takeLog } = await supervised({
      children: ["A", "B", "C"].map((label) =>
        child(label, {
          async terminate(ctx) {
            await sleep(ctx, 100);
            log.push(`${label} done`);
          },
        }),
      ),
    });
    runtime.exit(ref, "shutdown");
    await runtime.advance(300);
    expect(await ended).toBe("shutdown");
    expect(takeLog()).toEqual(
      ["C", "B", "A"].flatMap((label) => [`${label} terminate shutdown`, `${label} done`]),
    );
  });

  test("gives each child its own time, then kills it; 5 s unless told otherwise (14, 21)", async () => {
    const { runtime, ref, ended, events, outcome } = await supervised({
      children: [child("A", { terminate: slow }), child("B", { terminate: slow, shutdown: 1_000 })],
    });
    const begun = runtime.now();
    const endedAt: [string, number, unknown][] = [];
    runtime.on((event) => {
      if (event.type === "process_ended")
        endedAt.push([event.process.label, runtime.now() - begun, event.reason]);
    });
    runtime.exit(ref, "shutdown");
    await runtime.advance(5_999);
    expect(await outcome(ended)).toEqual({ status: "pending" });
    await runtime.advance(1);
    expect(await outcome(ended)).toMatchObject({ value: "shutdown" });
    expect(endedAt.slice(0, 2)).toEqual([
      ["B", 1_000, "killed"],
      ["A", 6_000, "killed"],
    ]);
    expect(events("crash")).toEqual([]);
  });

  test("gives a supervisor below it no limit (14)", async () => {
    const inner = Supervisor.child({ children: [child("A", { terminate: slow, shutdown: 30_000 })] });
    const { runtime, ref, ended, takeLog } = await supervised({ children: [inner] });
    runtime.exit(ref, "shutdown");
    await runtime.advance(29_999);
    expect(runtime.processes()).toHaveLength(3);
    await runtime.advance(1);
    expect(await ended).toBe("shutdown");
    expect(takeLog()).toEqual(["A terminate shutdown"]);
  });

  test("ends a child at once that is to be ended so, without `terminate` (21)", async () => {
    const { runtime, ref, takeLog } = await supervised({ children: [child("A", { shutdown: "brutal" })] });
    runtime.exit(ref, "shutdown");
    await runtime.settle();
    expect(runtime.processes()).toEqual([]);
    expect(takeLog()).toEqual([]);
    expect(runtime.now()).toBe(0);
  });

  test("ends a child that is stuck in a handler when its time is over (21)", async () => {
    const { runtime, ref, takeLog } = await supervised({ children: [child("A")] });
    runtime.cast(processName<ProbeProtocol>("A"), "do", slow);
    await runtime.settle();
    runtime.exit(ref, "shutdown");
    await runtime.advance(5_000);
    expect(runtime.processes()).toEqual([]);
    expect(takeLog()).toEqual([]);
  });

  test("can't be hung by a child that unlinked itself (21)", async () => {
    const { runtime, ref, ended, takeLog } = await supervised({ children: [child("A"), child("B")] });
    runtime.cast(processName<ProbeProtocol>("B"), "do", (ctx) => ctx.unlink(ref));
    await runtime.settle();
    runtime.exit(ref, "shutdown");
    expect(await ended).toBe("shutdown");
    expect(takeLog()).toEqual(["B terminate shutdown", "A terminate shutdown"]);
    expect(runtime.now()).toBe(0);
  });

  test("isn't asked for by anybody but its parent", async () => {
    const { runtime, ref, living, start } = await supervised({ children: [child("A")] });
    const stranger = await start(Probe.with({ label: "" }));
    await runtime.call(stranger, "run", (ctx) => ctx.exit(ref, "shutdown"));
    expect(await living()).toEqual(["A"]);
  });

  test("takes the children along even if it is killed", async () => {
    const { runtime, ref, takeLog, takeCrashes } = await supervised({ children: [child("A"), child("B")] });
    runtime.exit(ref, "kill");
    await runtime.settle();
    expect(runtime.processes()).toEqual([]);
    expect(takeLog().toSorted()).toEqual(["A terminate killed", "B terminate killed"]);
    expect(takeCrashes()).toHaveLength(2);
  });
});

describe("a child", () => {
  test.each<[Restart, ExitReason, string[]]>([
    ["permanent", "normal", ["A"]],
    ["permanent", "shutdown", ["A"]],
    ["permanent", "crashed", ["A"]],
    ["transient", "normal", ["(A)"]],
    ["transient", "shutdown", ["(A)"]],
    ["transient", "crashed", ["A"]],
    ["temporary", "normal", []],
    ["temporary", "shutdown", []],
    ["temporary", "crashed", []],
  ])("that is %s, after %s (16)", async (restart, reason, left) => {
    const { find, living, end, takeCrashes } = await supervised({ children: [child("A", { restart })] });
    const first = find("A");
    await end("A", reason);
    expect(await living()).toEqual(left);
    expect(find("A")).not.toBe(first);
    expect(find("A") !== undefined).toBe(left.includes("A"));
    takeCrashes();
  });

  test("that was killed is restarted under its name (16, 27)", async () => {
    const { runtime, find, living, events, ref } = await supervised({ children: [child("A")] });
    const first = find("A") as Ref;
    runtime.exit(first, "kill");
    expect(await living()).toEqual(["A"]);
    expect(find("A")).not.toBe(first);
    expect(events("child_restarted")).toEqual([
      { type: "child_restarted", supervisor: ref, child: "A", reason: "killed" },
    ]);
  });

  test("begins anew with its first arguments", async () => {
    const { runtime, find, end, takeCrashes } = await supervised({ children: [child("A")] });
    await runtime.call(find("A") as Ref<ProbeProtocol>, "run", (ctx) => {
      ctx.state = { label: "changed" };
    });
    await end("A", "crashed");
    const state = runtime.call(find("A") as Ref<ProbeProtocol>, "run", (ctx) => ctx.state);
    expect(await state).toEqual({ label: "A" });
    takeCrashes();
  });
});

describe("a strategy", () => {
  test.each<[Strategy, string[]]>([
    ["one_for_one", ["B terminate crashed", "B init"]],
    [
      "one_for_all",
      ["B terminate crashed", "C terminate shutdown", "A terminate shutdown", "A init", "B init", "C init"],
    ],
    ["rest_for_one", ["B terminate crashed", "C terminate shutdown", "B init", "C init"]],
  ])(
    "%s restarts the right children, in order; one incident counts once (17)",
    async (strategy, expected) => {
      const { end, living, takeLog, takeCrashes, events } = await supervised({
        strategy,
        intensity: { restarts: 1, withinMs: 1_000 },
        children: [child("A"), child("B"), child("C")],
      });
      await end("B", "crashed");
      expect(takeLog()).toEqual(expected);
      expect(await living()).toEqual(["A", "B", "C"]);
      expect(events("child_restarted")).toMatchObject([{ child: "B", reason: "crashed" }]);
      takeCrashes();
    },
  );

  test("one_for_all counts children that fall together as one incident, as far as they were stopped for it (17)", async () => {
    const { runtime, living, find, takeCrashes } = await supervised({
      strategy: "one_for_all",
      intensity: { restarts: 1, withinMs: 1_000 },
      children: [child("A"), child("B"), child("C")],
    });
    for (const label of ["A", "B", "C"]) runtime.exit(find(label) as Ref, "kill");
    expect(await living()).toEqual(["A", "B", "C"]);
    takeCrashes();
  });

  test.each<Strategy>(["one_for_all", "rest_for_one"])(
    "%s drops a temporary child that it stopped, with its spec (16, 17)",
    async (strategy) => {
      const { end, living, takeCrashes } = await supervised({
        strategy,
        children: [child("A"), child("B", { restart: "temporary" }), child("C")],
      });
      await end("A", "crashed");
      expect(await living()).toEqual(["A", "C"]);
      takeCrashes();
    },
  );
});

describe("restart intensity", () => {
  test("is 3 in 5 s: one more stops all in reverse and ends the supervisor with `shutdown` (18)", async () => {
    const { end, living, ended, events, takeLog, takeCrashes, runtime, ref } = await supervised({
      children: [child("A"), child("B"), child("C")],
    });
    for (let count = 0; count < 3; count += 1) await end("B", "crashed");
    expect(await living()).toEqual(["A", "B", "C"]);
    takeLog();
    await end("B", "crashed");
    expect(await ended).toBe("shutdown");
    expect(takeLog()).toEqual(["B terminate crashed", "C terminate shutdown", "A terminate shutdown"]);
    expect(events("supervisor_gave_up")).toEqual([
      { type: "supervisor_gave_up", supervisor: ref, child: "B", reason: "crashed" },
    ]);
    expect(events("child_restarted")).toHaveLength(3);
    expect(runtime.processes()).toEqual([]);
    expect(takeCrashes()).toHaveLength(4);
  });

  test("forgets restarts that are old (18)", async () => {
    const { runtime, end, living, takeCrashes } = await supervised({ children: [child("A")] });
    for (let count = 0; count < 20; count += 1) {
      await end("A", "crashed");
      await runtime.advance(1_700);
    }
    expect(await living()).toEqual(["A"]);
    takeCrashes();
  });

  test("of a supervisor that gave up is its own supervisor's matter, and so on up (20)", async () => {
    const inner = Supervisor.child(
      { intensity: { restarts: 1, withinMs: 5_000 }, children: [child("A")] },
      { id: "inner" },
    );
    const { end, find, ended, living, events, takeCrashes, takeLog } = await supervised({
      intensity: { restarts: 1, withinMs: 5_000 },
      children: [child("B"), inner],
    });
    for (let count = 0; count < 3; count += 1) await end("A", "crashed");
    expect(await living()).toEqual(["B", "inner"]);
    expect(find("A")).toBeDefined();
    expect(events("child_restarted").map(({ child: id, reason }) => [id, reason])).toEqual([
      ["A", "crashed"],
      ["inner", "shutdown"],
      ["A", "crashed"],
    ]);
    takeLog();
    await end("A", "crashed");
    expect(await ended).toBe("shutdown");
    expect(takeLog()).toEqual(["A terminate crashed", "B terminate shutdown"]);
    expect(takeCrashes()).toHaveLength(4);
  });
});

describe("a restart that fails", () => {
  /** A child whose restarts fail that often, each time after it did `work`. */
  function stubborn(failures: number, work: (ctx: ProbeContext) => void = () => {}) {
    let starts = 0;
    return child("B", {
      init(ctx) {
        starts += 1;
        if (starts === 1 || starts > failures + 1) return;
        work(ctx);
        crash();
      },
    });
  }

  test("is tried again and counted, with one event a try (19)", async () => {
    const { end, living, events, takeCrashes } = await supervised({ children: [child("A"), stubborn(2)] });
    await end("B", "crashed");
    expect(await living()).toEqual(["A", "B"]);
    expect(events("child_restarted").map(({ child: id, reason }) => [id, reason])).toEqual([
      ["B", "crashed"],
      ["B", boom],
      ["B", boom],
    ]);
    expect(takeCrashes()).toHaveLength(3);
  });

  test("too often makes the supervisor give up (18, 19)", async () => {
    const { end, ended, events, takeLog, takeCrashes } = await supervised({
      children: [child("A"), stubborn(3)],
    });
    takeLog();
    await end("B", "crashed");
    expect(await ended).toBe("shutdown");
    expect(takeLog()).toEqual(["B terminate crashed", "B init", "B init", "B init", "A terminate shutdown"]);
    expect(events("supervisor_gave_up")).toMatchObject([{ child: "B", reason: boom }]);
    takeCrashes();
  });

  test("isn't tried again when another restart has made it good meanwhile (19)", async () => {
    const { end, living, events, takeLog, takeCrashes } = await supervised({
      strategy: "rest_for_one",
      children: [child("A"), stubborn(1, (ctx) => ctx.exit(processName("A"), "kill"))],
    });
    await end("B", "crashed");
    expect(takeLog()).toEqual(["B terminate crashed", "B init", "A init", "B init"]);
    expect(await living()).toEqual(["A", "B"]);
    expect(events("child_restarted").map(({ child: id, reason }) => [id, reason])).toEqual([
      ["B", "crashed"],
      ["A", "killed"],
    ]);
    takeCrashes();
  });

  test("has the supervisor answer requests in between (19)", async () => {
    const { runtime, start, takeCrashes } = world();
    const Named = processName<SupervisorProtocol>("supervisor");
    const answers: Promise<readonly ChildInfo[]>[] = [];
    const ask = () => answers.push(runtime.call(Named, "whichChildren"));
    await start(Supervisor.with({ children: [stubborn(2, ask)] }, { name: Named }));
    runtime.cast(processName<ProbeProtocol>("B"), "do", crash);
    await runtime.settle();
    const notRunning = [{ id: "B", ref: "restarting", type: "worker", restart: "permanent" }];
    expect(await Promise.all(answers)).toEqual([notRunning, notRunning]);
    expect(runtime.whereis(processName("B"))).toBeDefined();
    takeCrashes();
  });

  test.each<[Strategy, string[]]>([
    [
      "one_for_all",
      ["A terminate shutdown", "A init", "B init", "A terminate shutdown", "A init", "B init", "C init"],
    ],
    ["rest_for_one", ["B init", "B init", "C init"]],
  ])("is gone on with from there: %s (17, 19)", async (strategy, expected) => {
    const { end, living, takeLog, takeCrashes } = await supervised({
      strategy,
      children: [child("A"), stubborn(1), child("C")],
    });
    await end("B", "crashed");
    expect(takeLog()).toEqual(["B terminate crashed", "C terminate shutdown", ...expected]);
    expect(await living()).toEqual(["A", "B", "C"]);
    takeCrashes();
  });
});
