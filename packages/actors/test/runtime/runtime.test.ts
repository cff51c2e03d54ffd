import {
  defineGenServer,
  processName,
  provide,
  type ExitReason,
  type PortKey,
  type RuntimeEvent,
} from "@wheelhouse/actors";
import { simulation } from "@wheelhouse/actors/simulation";
import { describe, expect, test } from "vitest";
import { probe, world, type ProbeProtocol } from "../support.ts";

const A = processName<ProbeProtocol>("A");

describe("a name", () => {
  test("is resolved at each send, and so survives a restart (27)", async () => {
    const { runtime, start, takeLog } = world();
    const first = await start(probe("A"));
    runtime.cast(A, "note", "to the first");
    await runtime.settle();
    runtime.exit(first, "kill");
    runtime.cast(A, "note", "to nobody");
    const second = await start(probe("A"));
    runtime.cast(A, "note", "to the second");
    runtime.cast(first, "note", "to an address that is never valid again");
    await runtime.settle();
    expect(runtime.whereis(A)).toBe(second);
    expect(takeLog()).toEqual(["A init", "A to the first", "A init", "A to the second"]);
  });

  test("is the same whoever makes it", async () => {
    const { runtime, start } = world();
    const ref = await start(probe("A"));
    expect(runtime.whereis(processName("A"))).toBe(ref);
    expect(runtime.whereis(processName("B"))).toBeUndefined();
  });

  test("is free as soon as its process has ended, whatever the end", async () => {
    const { runtime, start, takeCrashes } = world();
    const ends: readonly (ExitReason | "kill")[] = ["shutdown", "kill", new Error("boom")];
    for (const reason of ends) {
      const ref = await start(probe("A"));
      runtime.exit(ref, reason);
      expect(runtime.whereis(A)).toBeUndefined();
    }
    const stopping = await start(probe("A"));
    const ended = runtime.exited(stopping);
    runtime.cast(stopping, "do", (ctx) => ctx.stop(new Error("boom")));
    await ended;
    expect(runtime.whereis(A)).toBeUndefined();
    expect(takeCrashes()).toHaveLength(1);
  });
});

describe("two runtimes", () => {
  test("live side by side, each with its own names, time and processes", async () => {
    const [one, two] = [world(), world()];
    await one.start(probe("A"));
    expect(two.runtime.whereis(A)).toBeUndefined();
    await two.start(probe("A"));
    one.runtime.cast(A, "note", "one");
    two.runtime.cast(A, "note", "two");
    await one.runtime.advance(1_000);
    await two.runtime.settle();
    expect([one.takeLog(), two.takeLog()]).toEqual([
      ["A init", "A one"],
      ["A init", "A two"],
    ]);
    expect([one.runtime.now(), two.runtime.now()]).toEqual([1_000, 0]);
  });
});

describe("a runtime", () => {
  const Clock: PortKey<() => string> = { port: "clock" };
  const Seer = defineGenServer<{ calls: { see(): string | undefined } }, null>({
    name: "Seer",
    init: () => null,
    calls: { see: (ctx) => ctx.port(Clock)?.() },
  });

  test("gives its processes what it was given, under its key", async () => {
    const runtime = simulation({ seed: 1, ports: [provide(Clock, () => "noon")] });
    const ref = await runtime.spawn(Seer.with(), undefined);
    expect(await (ref && runtime.call(ref, "see"))).toBe("noon");
    expect(runtime.port(Clock)?.()).toBe("noon");
    expect(runtime.port({ port: "other" })).toBeUndefined();
    if (ref) runtime.exit(ref, "shutdown");
    expect(runtime.processes()).toEqual([]);
  });

  test("lists the living, and tells every listener until it has heard enough", async () => {
    const { runtime, start } = world();
    const heard: RuntimeEvent[][] = [[], []];
    const [first] = heard.map((events) => runtime.on((event) => events.push(event)));
    const a = await start(probe("A"));
    expect(runtime.processes()).toEqual([a]);
    first?.();
    runtime.exit(a, "shutdown");
    expect(runtime.processes()).toEqual([]);
    expect(heard.map((events) => events.map(({ type }) => type))).toEqual([
      ["process_started"],
      ["process_started", "process_ended"],
    ]);
  });

  test("passes on the events of what is built on it", async () => {
    const { runtime, start } = world();
    const ref = await start(probe());
    const heard: RuntimeEvent[] = [];
    runtime.on((event) => heard.push(event));
    await runtime.call(ref, "run", (ctx) => ctx.emit({ type: "game:over" }));
    expect(heard).toEqual([{ type: "game:over" }]);
  });
});
