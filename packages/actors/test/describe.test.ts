import {
  defineDynamicSupervisor,
  defineSupervisor,
  describe as describeTree,
  formatTree,
  processName,
  type DynamicSupervisorProtocol,
  type ProcessNode,
} from "@wheelhouse/actors";
import { describe, expect, test } from "vitest";
import { Probe, probe, show, sleep, world, type ProbeProtocol } from "./support.ts";

const Rooms = processName<DynamicSupervisorProtocol<string, ProbeProtocol>>("rooms");
const Clerk = processName<ProbeProtocol>("clerk");

const RoomsSupervisor = defineDynamicSupervisor<void, string, ProbeProtocol>("Rooms", () => ({
  child: (label) => Probe.child({ label, init: (ctx) => ctx.setLabel(label) }),
}));

const Hotel = defineSupervisor("Hotel", () => ({
  children: [
    RoomsSupervisor.child(undefined, { name: Rooms }),
    Probe.child({ label: "clerk" }, { name: Clerk }),
  ],
}));

async function hotel() {
  const it = world();
  const top = await it.start(Hotel.with());
  const rooms: unknown[] = [];
  for (const label of ["blue room", "red room"])
    rooms.push(await it.runtime.call(Rooms, "startChild", label));
  return { ...it, top, rooms };
}

/** The names of a tree's processes, without their numbers. */
function outline(nodes: readonly ProcessNode[]): readonly unknown[] {
  return nodes.map(({ ref, children }) =>
    children.length === 0 ? ref.label : [ref.label, ...outline(children)],
  );
}

describe("the tree of a runtime", () => {
  test("is who started whom, in order", async () => {
    const { runtime, start, top } = await hotel();
    await start(probe("alone"));
    expect(outline(describeTree(runtime))).toEqual([
      ["Hotel", ["rooms", "Probe", "Probe"], "clerk"],
      "alone",
    ]);
    expect(describeTree(runtime)[0]?.ref).toBe(top);
  });

  test("says of each what it is, how it is and what waits", async () => {
    const { runtime } = await hotel();
    await runtime.advance(1_500);
    runtime.cast(Clerk, "do", (ctx) => sleep(ctx, 10_000));
    await runtime.settle();
    for (const text of ["one", "two"]) runtime.cast(Clerk, "note", text);
    const [top] = describeTree(runtime);
    expect(top).toMatchObject({
      definition: "Hotel",
      name: undefined,
      phase: "running",
      busy: false,
      uptimeMs: 1_500,
    });
    const [rooms, clerk] = top?.children ?? [];
    expect(rooms?.children).toMatchObject([{ label: "blue room" }, { label: "red room" }]);
    expect(clerk).toMatchObject({
      name: "clerk",
      definition: "Probe",
      busy: true,
      queueLength: 2,
      restarts: {},
    });
    await runtime.advance(10_000);
  });

  test("counts a supervisor's restarts by child, and a restarted child is young", async () => {
    const { runtime } = await hotel();
    await runtime.advance(1_000);
    for (const name of [Clerk, Rooms, Clerk]) {
      runtime.exit(name, "kill");
      await runtime.settle();
    }
    await runtime.advance(500);
    const [top] = describeTree(runtime);
    expect(top).toMatchObject({ restarts: { clerk: 2, rooms: 1 }, uptimeMs: 1_500 });
    expect(top?.children[1]).toMatchObject({ name: "clerk", uptimeMs: 500, restarts: {} });
  });

  test("forgets the restarts of children it has long not seen, so that their ids can't fill the memory", async () => {
    const { runtime, start } = world();
    const Lots = defineDynamicSupervisor<void, string, ProbeProtocol>("Lots", () => ({
      intensity: { restarts: 2_000, withinMs: 1 },
      child: (id) => Probe.child({ label: id }, { id }),
    }));
    const lots = await start(Lots.with());
    for (let count = 0; count < 1_001; count += 1) {
      const child = await runtime.call(lots, "startChild", `child ${count}`);
      if (child.outcome === "started") runtime.exit(child.ref, "kill");
      await runtime.settle();
    }
    const ids = Object.keys(describeTree(runtime)[0]?.restarts ?? {});
    expect(ids).toHaveLength(1_000);
    expect(ids.slice(0, 1)).toEqual(["child 1"]);
  });

  test("has who outlived the one who started it as a root", async () => {
    const { runtime, start } = world();
    const parent = await start(probe("parent"));
    await runtime.call(parent, "run", async (ctx) => {
      const child = await ctx.startLinked(probe("child"));
      if (child !== undefined) ctx.unlink(child);
    });
    expect(outline(describeTree(runtime))).toEqual([["parent", "child"]]);
    runtime.exit(parent, "kill");
    expect(outline(describeTree(runtime))).toEqual(["child"]);
    runtime.exit(processName("child"), "kill");
    expect(describeTree(runtime)).toEqual([]);
  });

  test("shows a process that is starting or ending", async () => {
    const { runtime, start } = world();
    const starting = start(
      probe("slow", { init: (ctx) => sleep(ctx, 100), terminate: (ctx) => sleep(ctx, 100) }),
    );
    await runtime.settle();
    expect(describeTree(runtime)).toMatchObject([{ phase: "starting", busy: true }]);
    await runtime.advance(100);
    runtime.cast(await starting, "do", (ctx) => ctx.stop());
    await runtime.settle();
    expect(describeTree(runtime)).toMatchObject([{ phase: "ending" }]);
    await runtime.advance(100);
  });
});

describe("a tree as text", () => {
  test("has one line for each process", async () => {
    const { runtime, top } = await hotel();
    await runtime.advance(4_000);
    runtime.exit(Clerk, "kill");
    await runtime.advance(120);
    runtime.cast(Clerk, "do", (ctx) => sleep(ctx, 1));
    await runtime.settle();
    runtime.cast(Clerk, "note", "waiting");
    expect(`\n${formatTree(describeTree(runtime))}`).toBe(`
${show(top)}  running, restarted clerk 1 ×, up 4 s
├─ rooms#2 (Rooms)  running, up 4 s
│  ├─ Probe#4 "blue room"  running, up 4 s
│  └─ Probe#5 "red room"  running, up 4 s
└─ clerk#6 (Probe)  busy, 1 queued, up 120 ms`);
    await runtime.advance(1);
  });

  test.each([
    [0, "0 ms"],
    [999.9, "999 ms"],
    [1_000, "1 s"],
    [59_999, "59 s"],
    [61_000, "1 m 1 s"],
    [3_660_000, "1 h 1 m"],
    [90_000_000, "1 d 1 h"],
  ])("says how long %d ms are", async (ms, text) => {
    const { runtime, start } = world();
    await start(probe("A"));
    const [node] = describeTree(runtime);
    expect(formatTree([{ ...(node as ProcessNode), uptimeMs: ms }])).toMatch(
      new RegExp(`, up ${text}$`, "u"),
    );
  });

  test("isn't torn apart by what a label says", async () => {
    const { runtime, start } = world();
    const ref = await start(probe("A"));
    await runtime.call(ref, "run", (ctx) => ctx.setLabel('a\nb\u001b[31m"c"'));
    expect(formatTree(describeTree(runtime))).toContain(String.raw`"a\nb\u001b[31m\"c\""  running`);
  });

  test("goes as deep as processes do, and is nothing of nothing", async () => {
    const leaf = {
      name: undefined,
      label: undefined,
      definition: "A",
      phase: "running",
      busy: false,
    } as const;
    let node: ProcessNode = {
      ...leaf,
      ref: { id: 0, label: "A" },
      queueLength: 0,
      restarts: {},
      uptimeMs: 0,
      children: [],
    };
    for (let id = 1; id < 2_000; id += 1) node = { ...node, ref: { id, label: "A" }, children: [node] };
    expect(formatTree([node]).split("\n")).toHaveLength(2_000);
    expect(formatTree([])).toBe("");
  });
});
