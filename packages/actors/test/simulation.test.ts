import {
  ForeignAwaitError,
  defineGenServer,
  defineInfo,
  formatReason,
  on,
  processName,
  type ProcessSpec,
  type Protocol,
  type Ref,
  type RuntimeEvent,
} from "@wheelhouse/actors";
import {
  FailedSeedError,
  MAX_TURNS,
  UnsettledError,
  forEachSeed,
  simulation,
  type SimulatedRuntime,
} from "@wheelhouse/actors/simulation";
import { describe, expect, test } from "vitest";
import {
  TrappingProbe,
  probe,
  show,
  sleep,
  world,
  type ProbeContext,
  type ProbeProtocol,
} from "./support.ts";

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

async function eventLoopTurns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
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

test.each([undefined, "7", Number.NaN])("a simulation has a seed: %s is none", (seed) => {
  expect(() => simulation({ seed: seed as number })).toThrow(
    new RangeError(`expected seed to be a finite number, got: ${seed}`),
  );
});

describe("time in a simulation", () => {
  test("brings timers by their time, those set at one moment for one time as they were set", async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const { runtime, start, takeLog } = world(seed);
      const ref = await start(probe());
      takeLog();
      const expected: { readonly at: number; readonly note: string }[] = [];
      runtime.cast(ref, "do", (ctx) => {
        for (let number = 0; number < 100; number += 1) {
          const at = Math.floor(ctx.random() * 20);
          const timer = ctx.after(at, "note", `${at} ${number}`);
          if (ctx.random() < 0.3) ctx.cancel(timer);
          else expected.push({ at, note: `${at} ${number}` });
        }
      });
      await runtime.advance(20);
      expect(takeLog()).toEqual(expected.toSorted((one, other) => one.at - other.at).map(({ note }) => note));
    }
  });

  test.each([-1, Number.NaN, Infinity])("doesn't move by %d ms", async (ms) => {
    const runtime = simulation({ seed: 1 });
    await expect(runtime.advance(ms)).rejects.toThrow(
      `expected ms to be a finite number from 0 on, got: ${ms}`,
    );
    expect(runtime.now()).toBe(0);
  });
});

describe("work without end", () => {
  interface RestlessProtocol {
    casts: { again(): void; waiting(): void; timed(): void; asking(other: Ref<ProbeProtocol>): void };
  }

  const Restless = defineGenServer<RestlessProtocol, null>({
    name: "Restless",
    init: () => null,
    casts: {
      again: (ctx) => ctx.cast(ctx.self, "again"),
      async waiting(ctx) {
        await Promise.resolve();
        ctx.cast(ctx.self, "waiting");
      },
      timed: (ctx) => void ctx.after(0, "timed"),
      async asking(ctx, other) {
        await ctx.call(other, "run", () => {});
        ctx.cast(ctx.self, "asking", other);
      },
    },
  });

  function limitedTo(maxTurns: number) {
    const runtime = simulation({ seed: 1, maxTurns });
    const startIn = async <P extends Protocol>(spec: ProcessSpec<P>) =>
      (await runtime.spawn(spec, undefined)) as Ref<P>;
    return { runtime, start: startIn };
  }

  const failureOf = (settling: Promise<void>) => settling.catch((error: unknown) => error);

  test.each(["again", "waiting", "timed"] as const)(
    "(%s) is an error that names who has it",
    async (cast) => {
      const { runtime, start } = limitedTo(1_000);
      const [idle, restless] = [await start(probe("idle")), await start(Restless.with())];
      runtime.cast(restless, cast);
      const failure = await failureOf(runtime.advance(10));
      expect(failure).toBeInstanceOf(UnsettledError);
      expect(failure).toMatchObject({ code: "unsettled", maxTurns: 1_000, busy: [show(restless)] });
      expect((failure as Error).message).toContain(show(restless));
      expect((failure as Error).message).not.toContain(show(idle));
      expect(runtime.now()).toBe(0);
      runtime.exit(restless, "kill");
    },
  );

  test("of two that ask one another is one too", async () => {
    const { runtime, start } = limitedTo(1_000);
    const [asked, restless] = [await start(probe("asked")), await start(Restless.with())];
    runtime.cast(restless, "asking", asked);
    expect(await failureOf(runtime.settle())).toBeInstanceOf(UnsettledError);
    runtime.exit(restless, "kill");
  });

  test("stands still after the error, until the next time", async () => {
    const { runtime, start } = limitedTo(1_000);
    let count = 0;
    const again = (ctx: ProbeContext) => {
      count += 1;
      ctx.cast(ctx.self, "do", again);
    };
    const ref = await start(probe());
    runtime.cast(ref, "do", again);
    expect(await failureOf(runtime.settle())).toBeInstanceOf(UnsettledError);
    await eventLoopTurns(10);
    const after = count;
    await eventLoopTurns(10);
    expect(count).toBe(after);
    expect(await failureOf(runtime.settle())).toBeInstanceOf(UnsettledError);
    expect(count).toBeGreaterThan(after + 1_000);
    runtime.exit(ref, "kill");
  });

  test("isn't a great deal of work: turns are counted anew when time moves", async () => {
    const { runtime, start } = limitedTo(400);
    let done = 0;
    const ref = await start(probe());
    const again = (left: number) => async (ctx: ProbeContext) => {
      await Promise.resolve();
      if (left > 0) ctx.cast(ctx.self, "do", again(left - 1));
      else done += 1;
    };
    for (let at = 0; at < 10; at += 1) runtime.cast(ref, "do", (ctx) => void ctx.after(at, "do", again(100)));
    await runtime.advance(10);
    expect(done).toBe(10);
    runtime.exit(ref, "kill");
  });

  test("may be looked for as long as one likes, but for no other number of turns", () => {
    expect(MAX_TURNS).toBeGreaterThan(100_000);
    for (const maxTurns of [0, -1, 1.5, Number.NaN])
      expect(() => simulation({ seed: 1, maxTurns })).toThrow(
        `expected maxTurns to be a positive integer, got: ${maxTurns}`,
      );
  });
});

describe("a program played for many seeds", () => {
  test("runs once for each, on a runtime of that seed", async () => {
    const drawn = new Map<number, number>();
    await forEachSeed({ first: 7, count: 5 }, (runtime, seed) => void drawn.set(seed, runtime.random()));
    expect([...drawn.keys()]).toEqual([7, 8, 9, 10, 11]);
    for (const [seed, number] of drawn) expect(number).toBe(simulation({ seed }).random());
  });

  test("fails with the seed that repeats it, and with what was thrown", async () => {
    const seen: number[] = [];
    const thrown = new Error("three");
    const play = async (_: SimulatedRuntime, seed: number) => {
      seen.push(seed);
      await Promise.resolve();
      if (seed === 3) throw thrown;
    };
    const failure = await forEachSeed({ count: 10 }, play).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FailedSeedError);
    expect(failure).toMatchObject({ code: "failed_seed", seed: 3, cause: thrown });
    expect((failure as Error).message).toBe("seed 3 failed; { first: 3, count: 1 } repeats only it: three");
    await expect(forEachSeed({ first: 3, count: 1 }, play)).rejects.toMatchObject({ seed: 3 });
    expect(seen).toEqual([1, 2, 3, 3]);
  });

  test("leaves no process behind, well or not", async () => {
    const runtimes: SimulatedRuntime[] = [];
    const play = async (runtime: SimulatedRuntime, seed: number) => {
      runtimes.push(runtime);
      await runtime.spawn(TrappingProbe.with({ label: "" }), undefined);
      expect(runtime.processes()).toHaveLength(1);
      if (seed === 2) throw "enough";
    };
    await expect(forEachSeed({ count: 2, runtime }, play)).rejects.toThrow("enough");
    expect(runtimes.map((it) => it.processes().length)).toEqual([0, 0]);
  });

  function runtime(seed: number): SimulatedRuntime {
    return world(seed).runtime;
  }

  test("is played at least once", async () => {
    await expect(forEachSeed({ count: 0 }, () => {})).rejects.toThrow(
      "expected count to be a positive integer, got: 0",
    );
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

  test("in a continuation, an info or a task is one too", async () => {
    const Note = defineInfo<null>("note");
    const Stuck = defineGenServer<{}, void>({
      name: "Stuck",
      init: (ctx) => ctx.continue(),
      continue: never,
      infos: [on(Note, never)],
    });
    const { runtime, start } = world();
    const stuck = await start(Stuck.with());
    await expect(runtime.settle()).rejects.toThrow(show(stuck));
    runtime.exit(stuck, "kill");
    const owner = await start(probe("owner"));
    runtime.cast(owner, "do", (ctx) => void ctx.asyncNoLink(never));
    await expect(runtime.settle()).rejects.toThrow("Task#");
    runtime.exit(owner, "kill");
  });

  test("of real time is found at once, and not left to the clock", async () => {
    const { runtime, start } = world();
    const ref = await start(probe("stuck"));
    const timers: NodeJS.Timeout[] = [];
    runtime.cast(ref, "do", () => new Promise<void>((resolve) => timers.push(setTimeout(resolve, 60_000))));
    await expect(runtime.settle()).rejects.toThrow(show(ref));
    for (const timer of timers) clearTimeout(timer);
    runtime.exit(ref, "kill");
  });

  test("that is left when a call has been answered is found too", async () => {
    const { runtime, start } = world();
    const [asked, stuck] = [await start(probe("asked")), await start(probe("stuck"))];
    runtime.cast(stuck, "do", (ctx) =>
      Promise.all([ctx.call(asked, "run", (own) => sleep(own, 5)), never()]),
    );
    await runtime.settle();
    await expect(runtime.advance(5)).rejects.toThrow(show(stuck));
    runtime.exit(stuck, "kill");
  });

  test("of the killed isn't anybody's", async () => {
    const { runtime, start } = world();
    const ref = await start(probe("stuck"));
    runtime.cast(ref, "do", never);
    await expect(runtime.settle()).rejects.toBeInstanceOf(ForeignAwaitError);
    runtime.exit(ref, "kill");
    await runtime.advance(10);
    expect(runtime.now()).toBe(10);
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
