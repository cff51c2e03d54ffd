import {
  NameTakenError,
  StartFailedError,
  defineGenServer,
  defineInfo,
  ignore,
  on,
  processName,
} from "@wheelhouse/actors";
import { describe, expect, test } from "vitest";
import {
  Probe,
  crash,
  boom,
  probe,
  show,
  sleep,
  world,
  type ProbeContext,
  type ProbeProtocol,
} from "./support.ts";

describe("start", () => {
  test("resolves only when `init` is done (1)", async () => {
    const { runtime, start, outcome } = world();
    const started = start(probe("A", { init: (ctx) => sleep(ctx, 100) }));
    await runtime.advance(99);
    expect(await outcome(started)).toEqual({ status: "pending" });
    await runtime.advance(1);
    expect(await outcome(started)).toMatchObject({ status: "resolved" });
  });

  test("handles nothing before `init` is done (1)", async () => {
    const { runtime, start, takeLog } = world();
    const started = start(probe("A", { init: (ctx) => sleep(ctx, 100) }));
    await runtime.settle();
    runtime.cast(processName<ProbeProtocol>("A"), "note", "early");
    await runtime.settle();
    expect(takeLog()).toEqual(["A init"]);
    await runtime.advance(100);
    await started;
    expect(takeLog()).toEqual(["A early"]);
  });

  test("of a process that `init` ignores succeeds without one (1)", async () => {
    const { runtime, start } = world();
    const parent = await start(probe());
    const started = runtime.call(parent, "run", (ctx) => ctx.startLinked(probe("A", { init: () => ignore })));
    expect(await started).toBeUndefined();
    expect(runtime.processes()).toEqual([parent]);
    expect(runtime.whereis(processName("A"))).toBeUndefined();
  });

  test.each([
    ["throws", crash],
    ["rejects", () => Promise.reject(boom)],
    ["stops", (ctx: ProbeContext) => ctx.stop(boom)],
  ])("whose `init` %s fails with that reason, and leaks nothing (1)", async (_, init) => {
    const { runtime, start, takeCrashes, takeLog } = world();
    const parent = await start(probe("parent"));
    const released: unknown[] = [];
    const child = probe("A", {
      init(ctx) {
        ctx.own({ release: (reason) => released.push(reason) });
        ctx.after(10, "note", "late");
        return init(ctx);
      },
    });
    const failure = runtime.call(parent, "run", (ctx) =>
      ctx.startLinked(child).catch((error: unknown) => error),
    );
    expect(await failure).toMatchObject({ code: "start_failed", reason: boom, cause: boom });
    expect(await failure).toBeInstanceOf(StartFailedError);
    expect(runtime.processes()).toEqual([parent]);
    expect(runtime.whereis(processName("A"))).toBeUndefined();
    expect(released).toEqual([boom]);
    await runtime.advance(10);
    expect(takeLog()).toEqual(["parent init", "A init"]);
    expect(takeCrashes()).toMatchObject([{ message: "init", reason: boom }]);
  });

  test("of a process killed in its `init` fails, and doesn't end the one who started it (1)", async () => {
    const { runtime, start, outcome } = world();
    const parent = await start(probe());
    const started = runtime.call(parent, "run", (ctx) =>
      ctx.startLinked(probe("A", { init: (child) => sleep(child, 100) })).catch((error: unknown) => error),
    );
    await runtime.settle();
    runtime.exit(processName("A"), "kill");
    expect(await outcome(started)).toMatchObject({ value: { code: "start_failed", reason: "killed" } });
    expect(runtime.processes()).toEqual([parent]);
    expect(runtime.whereis(processName("A"))).toBeUndefined();
  });

  test("under a name that is taken fails at once, and leaves the holder alone (1)", async () => {
    const { runtime, start, takeLog } = world();
    const holder = await start(probe("A"));
    const failure = await start(probe("A")).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StartFailedError);
    expect(failure).toMatchObject({ reason: new NameTakenError("A") });
    expect(runtime.whereis(processName("A"))).toBe(holder);
    expect(runtime.processes()).toEqual([holder]);
    expect(takeLog()).toEqual(["A init"]);
  });

  test("may continue after `init`, before anything already queued (1, 7)", async () => {
    const { runtime, start, takeLog } = world();
    const started = start(
      probe("", {
        async init(ctx) {
          ctx.cast(ctx.self, "note", "queued");
          await sleep(ctx, 10);
          ctx.continue("first");
        },
      }),
    );
    await runtime.advance(10);
    await started;
    expect(takeLog()).toEqual(["init", "continue first", "queued"]);
  });
});

describe("a gen server", () => {
  test("is made of handlers: the example of `defineGenServer`", async () => {
    const Counter = defineGenServer<{ calls: { next(): number } }, number>({
      name: "Counter",
      init: () => 0,
      calls: {
        next(ctx) {
          ctx.state += 1;
          return ctx.state;
        },
      },
    });
    const { runtime, start } = world();
    const ref = await start(Counter.with());
    expect(await runtime.call(ref, "next")).toBe(1);
    expect(await runtime.call(ref, "next")).toBe(2);
    expect(show(ref)).toMatch(/^Counter#\d+$/);
  });

  test("hears kinds of messages outside its protocol, each in its handler", async () => {
    const Text = defineInfo<string>("text");
    const Number = defineInfo<number>("number");
    const Listener = defineGenServer<{ calls: { heard(): readonly unknown[] } }, unknown[]>({
      name: "Listener",
      init: () => [],
      calls: { heard: (ctx) => ctx.state },
      infos: [
        on(Text, (ctx, text) => void ctx.state.push(text.toUpperCase())),
        on(Number, (ctx, number) => void ctx.state.push(number + 1)),
      ],
    });
    const { runtime, start } = world();
    const ref = await start(Listener.with());
    runtime.inform(ref, Text, "hello");
    runtime.inform(ref, Number, 1);
    expect(await runtime.call(ref, "heard")).toEqual(["HELLO", 2]);
  });

  test("is a child spec with OTP's defaults", () => {
    expect(Probe.child({ label: "A" })).toMatchObject({ id: "Probe", restart: "permanent", shutdown: 5_000 });
    const name = processName<ProbeProtocol>("A");
    expect(Probe.child({ label: "A" }, { name, restart: "temporary", shutdown: "brutal" })).toMatchObject({
      id: "A",
      restart: "temporary",
      shutdown: "brutal",
      process: { name },
    });
    expect(Probe.child({ label: "A" }, { name, id: "B" })).toMatchObject({ id: "B" });
  });
});
