import {
  ForeignAwaitError,
  defineGenServer,
  formatReason,
  processName,
  type RuntimeEvent,
} from "@wheelhouse/actors";
import { simulation } from "@wheelhouse/actors/simulation";
import { describe, expect, test } from "vitest";
import { probe, show, sleep, world, type ProbeProtocol } from "./support.ts";

/** Runs some processes that get in each other's way, and says all that happened, in order. */
async function trace(seed: number): Promise<readonly string[]> {
  const { runtime, start, log } = world(seed);
  runtime.on((event) => log.push(describeEvent(event)));
  const names = ["a", "b", "c", "d"];
  for (const name of names) await start(probe(name));
  for (const name of names) {
    runtime.cast(processName<ProbeProtocol>(name), "do", async (ctx) => {
      for (const other of names) ctx.cast(processName<ProbeProtocol>(other), "note", `from ${name}`);
      await sleep(ctx, ctx.random() * 10);
      if (ctx.random() < 0.5) ctx.stop();
    });
  }
  await runtime.advance(100);
  return [...log];
}

function describeEvent(event: RuntimeEvent): string {
  if (event.type === "process_started") return `started ${show(event.process)}`;
  if (event.type === "process_ended") return `ended ${show(event.process)}: ${formatReason(event.reason)}`;
  return event.type;
}

describe("a simulation", () => {
  test("of the same seed is the same run", async () => {
    expect(await trace(7)).toEqual(await trace(7));
  });

  test("of other seeds finds other interleavings, of processes that use no chance", async () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 20; seed += 1) {
      const { runtime, start, takeLog } = world(seed);
      const receiver = await start(probe("to"));
      const senders = [await start(probe("a")), await start(probe("b")), await start(probe("c"))];
      takeLog();
      for (const [place, sender] of senders.entries())
        runtime.cast(sender, "do", (ctx) => ctx.cast(receiver, "note", String(place)));
      await runtime.settle();
      orders.add(takeLog().join());
    }
    expect(orders.size).toBeGreaterThan(3);
  });

  test("gives chance from its seed, between 0 and 1", () => {
    const draw = (seed: number) => {
      const runtime = simulation({ seed });
      return Array.from({ length: 1_000 }, () => runtime.random());
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    for (const number of draw(3)) {
      expect(number).toBeGreaterThanOrEqual(0);
      expect(number).toBeLessThan(1);
    }
    expect(draw(4).reduce((sum, number) => sum + number) / 1_000).toBeCloseTo(0.5, 1);
  });

  test("moves time only when told to, and then through every timer on the way", async () => {
    const { runtime, start, takeLog } = world();
    await start(
      probe("", {
        init(ctx) {
          const tick = () => {
            ctx.cast(ctx.self, "note", String(ctx.now()));
            ctx.after(100, "do", tick);
          };
          ctx.after(100, "do", tick);
        },
      }),
    );
    await runtime.settle();
    expect(runtime.now()).toBe(0);
    await runtime.advance(350);
    expect(runtime.now()).toBe(350);
    expect(takeLog()).toEqual(["init", "100", "200", "300"]);
    await runtime.advance(50);
    expect(takeLog()).toEqual(["400"]);
  });

  test("has a wall clock that begins where it is told and moves along", async () => {
    const runtime = simulation({ seed: 1, startsAt: 1_000_000 });
    await runtime.advance(5);
    expect([runtime.now(), runtime.wallClock()]).toEqual([5, 1_000_005]);
    expect(simulation({ seed: 1 }).wallClock()).toBe(0);
  });

  test("lets a day pass in no time", async () => {
    const day = 86_400_000;
    const { runtime, start, takeLog } = world();
    await start(probe("", { init: (ctx) => void ctx.after(day, "note", "tomorrow") }));
    await runtime.advance(day - 1);
    expect(takeLog()).toEqual(["init"]);
    await runtime.advance(1);
    expect(takeLog()).toEqual(["tomorrow"]);
  });
});

describe("a foreign await", () => {
  const never = () => new Promise<void>(() => {});

  test("in a handler is an error that names the process", async () => {
    const { runtime, start } = world();
    const ref = await start(probe("stuck"));
    runtime.cast(ref, "do", never);
    const failure = await runtime.settle().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ForeignAwaitError);
    expect(failure).toMatchObject({ message: expect.stringContaining(show(ref)) as unknown });
    await expect(runtime.advance(10)).rejects.toBeInstanceOf(ForeignAwaitError);
    runtime.exit(ref, "kill");
    await runtime.settle();
  });

  test("in `init` is one too", async () => {
    const Stuck = defineGenServer<{}, void>({ name: "Stuck", init: never });
    const { runtime, start } = world();
    const started = start(Stuck.with(undefined, { name: processName("stuck") })).catch(
      (error: unknown) => error,
    );
    await expect(runtime.settle()).rejects.toThrow("stuck#1");
    runtime.exit(processName("stuck"), "kill");
    expect(await started).toMatchObject({ reason: "killed" });
  });

  test("in `terminate` is one too", async () => {
    const { runtime, start } = world();
    const ref = await start(probe("stuck", { terminate: never }));
    runtime.cast(ref, "do", (ctx) => ctx.stop());
    await expect(runtime.settle()).rejects.toThrow(show(ref));
    runtime.exit(ref, "kill");
  });

  test("isn't what waits for a call, an end or a start", async () => {
    const { runtime, start, outcome } = world();
    const slow = await start(probe("slow"));
    const [a, b, c] = [await start(probe()), await start(probe()), await start(probe())];
    const calls = [
      runtime.call(a, "run", (ctx) => ctx.call(slow, "run", (inner) => sleep(inner, 100))),
      runtime.call(b, "run", (ctx) => ctx.exited(slow, 100)),
      runtime.call(c, "run", (ctx) => ctx.startLinked(probe("", { init: (inner) => sleep(inner, 100) }))),
    ];
    await runtime.settle();
    await runtime.advance(100);
    for (const call of calls) expect(await outcome(call)).toMatchObject({ status: "resolved" });
  });

  test("isn't a promise that settles by itself", async () => {
    const { runtime, start } = world();
    const ref = await start(probe());
    const call = runtime.call(ref, "run", async () => {
      for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
      return "settled";
    });
    await runtime.settle();
    expect(await call).toBe("settled");
  });
});
