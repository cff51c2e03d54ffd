import {
  defineGenServer,
  defineInfo,
  defineTopic,
  on,
  processName,
  type ExitReason,
  type Ref,
  type Runtime,
} from "@wheelhouse/actors";
import { describe, expect, test } from "vitest";
import {
  boom,
  crash,
  probe,
  show,
  sleep,
  trappingProbe,
  untyped,
  world,
  type ProbeContext,
  type ProbeProtocol,
} from "../support.ts";

describe("a handler that fails", () => {
  const Bad = defineInfo<"throw" | "reject">("bad");
  const Fragile = defineGenServer<
    {
      calls: { fail(): void; failLater(): void };
      casts: { fail(): void; failLater(): void; go(way: string): void };
    },
    null,
    (reason: ExitReason) => void
  >({
    name: "Fragile",
    init(ctx, terminated) {
      ctx.own({ release: terminated });
      return null;
    },
    calls: { fail: crash, failLater: () => Promise.reject(boom) },
    casts: {
      fail: crash,
      failLater: () => Promise.reject(boom),
      go(ctx, way) {
        if (way === "idle") ctx.idleAfter(0);
        else ctx.continue();
      },
    },
    infos: [on(Bad, (_, way) => (way === "throw" ? crash() : Promise.reject(boom)))],
    timeout: crash,
    continue: () => Promise.reject(boom),
  });

  test.each<[string, string, (runtime: Runtime, ref: Ref<FragileProtocol>) => unknown]>([
    ["a call that throws", "call fail", (runtime, ref) => runtime.call(ref, "fail").catch(() => {})],
    [
      "a call that rejects",
      "call failLater",
      (runtime, ref) => runtime.call(ref, "failLater").catch(() => {}),
    ],
    ["a cast that throws", "cast fail", (runtime, ref) => runtime.cast(ref, "fail")],
    ["a cast that rejects", "cast failLater", (runtime, ref) => runtime.cast(ref, "failLater")],
    ["an info that throws", "info bad", (runtime, ref) => runtime.inform(ref, Bad, "throw")],
    ["an info that rejects", "info bad", (runtime, ref) => runtime.inform(ref, Bad, "reject")],
    ["a timeout that throws", "timeout", (runtime, ref) => runtime.cast(ref, "go", "idle")],
    ["a continuation that rejects", "continue", (runtime, ref) => runtime.cast(ref, "go", "on")],
  ])("ends the process with that reason: %s (5, 12)", async (_, message, fail) => {
    const { runtime, start, takeCrashes } = world();
    const released: ExitReason[] = [];
    const ref = await start(Fragile.with((reason) => released.push(reason)));
    const ended = runtime.exited(ref);
    await fail(runtime, ref);
    expect(await ended).toBe(boom);
    expect(released).toEqual([boom]);
    expect(takeCrashes()).toMatchObject([{ process: ref, message, reason: boom, state: null }]);
  });

  test("runs `terminate` with the reason first (5)", async () => {
    const { runtime, start, takeCrashes, takeLog } = world();
    const ref = await start(probe());
    const ended = runtime.exited(ref);
    runtime.cast(ref, "do", crash);
    runtime.cast(ref, "note", "never");
    expect(await ended).toBe(boom);
    expect(takeLog()).toEqual(["init", "terminate Error: boom"]);
    expect(takeCrashes()).toHaveLength(1);
  });

  test("with something that isn't an error ends it with an error that says so (5)", async () => {
    const { runtime, start, takeCrashes } = world();
    const ref = await start(probe());
    const ended = runtime.exited(ref);
    runtime.cast(ref, "do", () => Promise.reject(42));
    expect(await ended).toMatchObject({ message: expect.stringContaining("42") as unknown, cause: 42 });
    takeCrashes();
  });

  test("in `terminate` ends it with that reason instead (5)", async () => {
    const { runtime, start, takeCrashes } = world();
    const ref = await start(probe("", { terminate: () => Promise.reject(boom) }));
    const ended = runtime.exited(ref);
    runtime.cast(ref, "do", (ctx) => ctx.stop());
    expect(await ended).toBe(boom);
    expect(takeCrashes()).toMatchObject([{ message: "terminate", reason: boom }]);
  });
});

type FragileProtocol = {
  calls: { fail(): void; failLater(): void };
  casts: { fail(): void; failLater(): void; go(way: string): void };
};

describe("a crash report", () => {
  interface Login {
    readonly user: string;
    readonly password: string;
  }
  const Session = defineGenServer<{ casts: { fail(): void; stop(reason: ExitReason): void } }, Login>({
    name: "Session",
    init: () => ({ user: "ada", password: "secret" }),
    casts: { fail: crash, stop: (ctx, reason) => ctx.stop(reason) },
    format: ({ user }) => ({ user, password: "…" }),
  });

  test("says which process, which message, which state, with secrets hidden (12)", async () => {
    const { runtime, start, takeCrashes } = world();
    const ref = await start(Session.with(undefined, { name: processName("session") }));
    runtime.cast(ref, "fail");
    await runtime.settle();
    expect(takeCrashes()).toEqual([
      {
        type: "crash",
        process: ref,
        label: undefined,
        ancestors: [],
        message: "cast fail",
        args: [],
        reason: boom,
        state: { user: "ada", password: "…" },
      },
    ]);
    expect(show(ref)).toBe(`session#${ref.id}`);
  });

  test("of a stop with a reason that isn't clean is made too (12)", async () => {
    const { runtime, start, takeCrashes } = world();
    const ref = await start(Session.with());
    runtime.cast(ref, "stop", "out of order");
    await runtime.settle();
    expect(takeCrashes()).toMatchObject([
      { message: "cast stop", reason: "out of order", state: { user: "ada", password: "…" } },
    ]);
  });

  test.each<ExitReason>(["normal", "shutdown", { shutdown: "idle" }])(
    "isn't made of a clean end: %j (12)",
    async (reason) => {
      const { runtime, start, takeCrashes } = world();
      const ref = await start(Session.with());
      const ended = runtime.exited(ref);
      runtime.cast(ref, "stop", reason);
      expect(await ended).toBe(reason);
      expect(takeCrashes()).toEqual([]);
    },
  );

  test("whose `format` throws shows that instead of the state, and the process ends all the same (12)", async () => {
    const unformatted = new Error("no format");
    const Odd = defineGenServer<{ casts: { fail(): void } }, string>({
      name: "Odd",
      init: () => "secret",
      casts: { fail: crash },
      format() {
        throw unformatted;
      },
    });
    const { runtime, start, takeCrashes } = world();
    const ref = await start(Odd.with());
    const ended = runtime.exited(ref);
    runtime.cast(ref, "fail");
    expect(await ended).toBe(boom);
    expect(takeCrashes()).toMatchObject([{ reason: boom, state: unformatted }]);
  });

  test("of a failed `init` asks no `format`: there is no state yet (12)", async () => {
    const Unborn = defineGenServer<{}, Login>({
      name: "Unborn",
      init: crash,
      format: ({ user }) => user,
    });
    const { start, takeCrashes } = world();
    await expect(start(Unborn.with())).rejects.toMatchObject({ reason: boom });
    expect(takeCrashes()).toMatchObject([{ message: "init", reason: boom, state: undefined }]);
  });
});

describe("a continuation", () => {
  test("runs before anything already queued (7)", async () => {
    const { runtime, start, takeLog } = world();
    const ref = await start(probe());
    runtime.cast(ref, "do", (ctx) => ctx.continue("now"));
    runtime.cast(ref, "note", "queued");
    await runtime.settle();
    expect(takeLog()).toEqual(["init", "continue now", "queued"]);
  });

  test("of a call runs after its answer (7)", async () => {
    const { runtime, start, log, takeLog } = world();
    const ref = await start(probe());
    const call = runtime.call(ref, "run", (ctx) => {
      ctx.continue(async (inner: ProbeContext) => {
        await sleep(inner, 10);
        log.push("continued");
      });
      return "answer";
    });
    log.push(String(await call));
    await runtime.advance(10);
    expect(takeLog()).toEqual(["init", "continue", "answer", "continued"]);
  });

  test("chains, also when asynchronous (7)", async () => {
    const { runtime, start, takeLog } = world();
    const ref = await start(probe());
    runtime.cast(ref, "do", (ctx) =>
      ctx.continue(async (second: ProbeContext) => {
        await sleep(second, 10);
        second.continue((third: ProbeContext) => third.continue("last"));
      }),
    );
    runtime.cast(ref, "note", "queued");
    await runtime.advance(10);
    expect(takeLog()).toEqual(["init", "continue", "continue", "continue last", "queued"]);
  });

  test("chains for as long as it likes, and lets others run in between (7)", async () => {
    const Endless = defineGenServer<{ casts: { begin(steps: number): void } }, { left: number }>({
      name: "Endless",
      init: () => ({ left: 0 }),
      casts: {
        begin(ctx, left) {
          ctx.state = { left };
          ctx.continue();
        },
      },
      continue(ctx) {
        ctx.state = { left: ctx.state.left - 1 };
        if (ctx.state.left > 0) ctx.continue();
        else ctx.stop();
      },
    });
    const { runtime, start, log, takeLog } = world();
    const endless = await start(Endless.with());
    const other = await start(probe("other"));
    void runtime.exited(endless).then(() => log.push("ended"));
    runtime.cast(endless, "begin", 100_000);
    runtime.cast(other, "note", "ran");
    await runtime.settle();
    expect(takeLog()).toEqual(["other init", "other ran", "ended"]);
  });
});

describe("an idle timeout", () => {
  test("comes when nothing else does (8)", async () => {
    const { runtime, start, takeLog } = world();
    const ref = await start(probe("", { init: (ctx) => ctx.idleAfter(100) }));
    await runtime.advance(99);
    expect(takeLog()).toEqual(["init"]);
    await runtime.advance(1);
    expect(takeLog()).toEqual(["timeout"]);
    await runtime.advance(1_000);
    expect(takeLog()).toEqual([]);
    runtime.cast(ref, "do", (ctx) => ctx.idleAfter(0));
    await runtime.settle();
    expect(takeLog()).toEqual(["timeout"]);
  });

  test.each<[string, (runtime: Runtime, ref: Ref<ProbeProtocol>) => void]>([
    ["a cast", (runtime, ref) => runtime.cast(ref, "note", "hm")],
    ["a call", (runtime, ref) => void runtime.call(ref, "run", () => 1)],
    ["an unknown message", (runtime, ref) => runtime.inform(ref, defineInfo<number>("odd"), 1)],
    ["an exit signal that is trapped", (runtime, ref) => runtime.exit(ref, "normal")],
  ])("is cancelled by any message: %s (8)", async (_, send) => {
    const { runtime, start, takeLog } = world();
    const parent = await start(trappingProbe("parent"));
    const ref = (await runtime.call(parent, "run", (ctx) =>
      ctx.startLinked(trappingProbe()),
    )) as Ref<ProbeProtocol>;
    await runtime.call(ref, "run", (ctx) => ctx.idleAfter(100));
    await runtime.advance(50);
    send(runtime, ref);
    await runtime.advance(1_000);
    expect(takeLog()).not.toContain("timeout");
  });

  test("doesn't come with a message waiting, even after 0 ms (8)", async () => {
    const { runtime, start, takeLog } = world();
    const ref = await start(probe());
    runtime.cast(ref, "do", (ctx) => ctx.idleAfter(0));
    runtime.cast(ref, "note", "waiting");
    await runtime.advance(1_000);
    expect(takeLog()).toEqual(["init", "waiting"]);
  });

  test("doesn't come to a process that came to its end", async () => {
    const { runtime, start, takeLog } = world();
    const ref = await start(probe("", { init: (ctx) => ctx.idleAfter(100) }));
    runtime.exit(ref, "kill");
    await runtime.advance(100);
    expect(takeLog()).toEqual(["init"]);
  });

  test("asked for along with a continuation begins after it (7, 8)", async () => {
    const { runtime, start, takeLog } = world();
    const ref = await start(probe());
    runtime.cast(ref, "do", (ctx) => {
      ctx.idleAfter(10);
      ctx.continue((inner: ProbeContext) => sleep(inner, 100));
    });
    await runtime.advance(109);
    expect(takeLog()).toEqual(["init", "continue"]);
    await runtime.advance(1);
    expect(takeLog()).toEqual(["timeout"]);
  });
});

describe("`terminate`", () => {
  const asRoot = (start: ReturnType<typeof world>["start"], traps: boolean) =>
    start(traps ? trappingProbe("P") : probe("P"));

  test.each<[string, boolean, (runtime: Runtime, ref: Ref<ProbeProtocol>) => void, string | undefined]>([
    ["a stop", false, (runtime, ref) => runtime.cast(ref, "do", (ctx) => ctx.stop("shutdown")), "shutdown"],
    ["a throw", false, (runtime, ref) => runtime.cast(ref, "do", crash), "Error: boom"],
    ["its parent's exit", false, (runtime, ref) => runtime.exit(ref, "shutdown"), undefined],
    ["its parent's exit, trapped", true, (runtime, ref) => runtime.exit(ref, "shutdown"), "shutdown"],
    ["its parent's normal exit, trapped", true, (runtime, ref) => runtime.exit(ref, "normal"), "normal"],
    ["a kill", false, (runtime, ref) => runtime.exit(ref, "kill"), undefined],
    ["a kill, though it traps exits", true, (runtime, ref) => runtime.exit(ref, "kill"), undefined],
  ])("after %s (9)", async (_, traps, end, terminatedWith) => {
    const { runtime, start, takeLog, takeCrashes } = world();
    const ref = await asRoot(start, traps);
    end(runtime, ref);
    await runtime.settle();
    expect(runtime.processes()).toEqual([]);
    expect(takeLog().slice(1)).toEqual(terminatedWith === undefined ? [] : [`P terminate ${terminatedWith}`]);
    takeCrashes();
  });

  test("may still call others, but is cut short by a kill (9)", async () => {
    const { runtime, start, log, takeLog } = world();
    const other = await start(probe("other"));
    const ref = await start(
      probe("P", {
        async terminate(ctx) {
          log.push(String(await ctx.call(other, "run", () => "heard")));
          await sleep(ctx, 1_000);
          ctx.cast(other, "note", "never");
        },
      }),
    );
    runtime.cast(ref, "do", (ctx) => ctx.stop());
    await runtime.advance(500);
    runtime.exit(ref, "kill");
    expect(runtime.processes()).toEqual([other]);
    await runtime.advance(1_000);
    expect(takeLog()).toEqual(["other init", "P init", "P terminate normal", "heard"]);
  });

  test("that fails after a kill concerns nobody any more (9, 12)", async () => {
    const { runtime, start, takeCrashes } = world();
    const ref = await start(
      probe("P", {
        async terminate(ctx) {
          await sleep(ctx, 1_000);
          crash();
        },
      }),
    );
    runtime.cast(ref, "do", (ctx) => ctx.stop());
    await runtime.settle();
    runtime.exit(ref, "kill");
    await runtime.settle();
    expect(takeCrashes()).toEqual([]);
  });
});

describe("a stop while no handler runs", () => {
  test("is a message to itself: what waits is handled before, and nothing after", async () => {
    const { runtime, start, takeLog } = world();
    let context: ProbeContext | undefined;
    const ref = await start(probe("P", { init: (ctx) => void (context = ctx) }));
    await runtime.settle();
    runtime.cast(ref, "note", "before");
    context?.stop();
    runtime.cast(ref, "note", "after");
    await runtime.settle();
    expect(runtime.processes()).toEqual([]);
    expect(takeLog()).toEqual(["P init", "P before", "P terminate normal"]);
  });

  test("ends one that waits for nothing, with the first reason", async () => {
    const { runtime, start, events } = world();
    let context: ProbeContext | undefined;
    await start(probe("P", { init: (ctx) => void (context = ctx) }));
    await runtime.settle();
    context?.stop("shutdown");
    context?.stop({ shutdown: "again" });
    await runtime.settle();
    expect(events("process_ended")).toMatchObject([{ reason: "shutdown" }]);
  });

  test("that isn't clean is reported", async () => {
    const { runtime, start, takeCrashes } = world();
    let context: ProbeContext | undefined;
    await start(probe("P", { init: (ctx) => void (context = ctx) }));
    await runtime.settle();
    context?.stop("out of order");
    await runtime.settle();
    expect(takeCrashes()).toMatchObject([{ message: "stop", reason: "out of order" }]);
  });

  test("waits for an asynchronous handler that began before, and no longer", async () => {
    const { runtime, start, log, takeLog } = world();
    let context: ProbeContext | undefined;
    const ref = await start(probe("P", { init: (ctx) => void (context = ctx) }));
    runtime.cast(ref, "do", async (ctx) => {
      await sleep(ctx, 10);
      log.push("done");
    });
    runtime.cast(ref, "note", "never");
    await runtime.settle();
    context?.stop();
    await runtime.advance(10);
    expect(takeLog()).toEqual(["P init", "done", "P terminate normal"]);
  });

  test("of its own, said by another process's handler, is one too", async () => {
    const { runtime, start } = world();
    let context: ProbeContext | undefined;
    await start(probe("P", { init: (ctx) => void (context = ctx) }));
    const other = await start(probe("other"));
    runtime.cast(other, "do", () => context?.stop());
    await runtime.settle();
    expect(runtime.processes()).toEqual([other]);
  });
});

describe("messages", () => {
  test("are handled one at a time and in order, also when handlers are asynchronous (10)", async () => {
    const { runtime, start, log, takeLog } = world();
    const ref = await start(probe());
    for (const ms of [30, 10, 20]) {
      runtime.cast(ref, "do", async (ctx) => {
        log.push(`begin ${ms}`);
        await sleep(ctx, ms);
        log.push(`end ${ms}`);
      });
    }
    runtime.cast(ref, "note", "last");
    await runtime.advance(60);
    expect(takeLog()).toEqual([
      "init",
      "begin 30",
      "end 30",
      "begin 10",
      "end 10",
      "begin 20",
      "end 20",
      "last",
    ]);
  });

  test.each([1, 2, 3])(
    "of each sender stay in order, whoever comes in between (10, seed %i)",
    async (seed) => {
      const { runtime, start, takeLog } = world(seed);
      const receiver = await start(probe("to"));
      for (const sender of ["a", "b", "c"]) {
        const ref = await start(probe());
        runtime.cast(ref, "do", async (ctx) => {
          for (let count = 0; count < 5; count += 1) {
            ctx.cast(receiver, "note", `${sender}${count}`);
            await sleep(ctx, 1);
          }
        });
      }
      await runtime.advance(10);
      const notes = takeLog().filter((line) => /^to [abc]/.test(line));
      expect(notes).toHaveLength(15);
      for (const sender of ["a", "b", "c"]) {
        expect(notes.filter((line) => line.startsWith(`to ${sender}`))).toEqual(
          [0, 1, 2, 3, 4].map((count) => `to ${sender}${count}`),
        );
      }
    },
  );

  test("that nobody handles are reported and ignored (10)", async () => {
    const Deaf = defineGenServer<{ calls: { watch(ref: Ref): void; idle(): void; ask(): string } }, null>({
      name: "Deaf",
      trapExits: true,
      init: () => null,
      calls: {
        watch(ctx, ref) {
          ctx.monitor(ref);
          ctx.link(ref);
        },
        idle(ctx) {
          ctx.idleAfter(0);
        },
        ask(ctx) {
          ctx.continue();
          return "alive";
        },
      },
    });
    const { runtime, start, events } = world();
    const deaf = await start(Deaf.with());
    const other = await start(probe());
    runtime.cast(untyped(deaf), "nope");
    runtime.inform(deaf, defineInfo<number>("odd"), 1);
    await runtime.call(deaf, "watch", other);
    runtime.exit(other, "kill");
    await runtime.call(deaf, "idle");
    expect(await runtime.call(deaf, "ask")).toBe("alive");
    await runtime.settle();
    expect(events("unknown_message").map(({ message }) => message)).toEqual([
      "cast nope",
      "info odd",
      "down",
      "exit",
      "timeout",
      "continue",
    ]);
  });

  test("to nobody are dropped", async () => {
    const { runtime, start, events } = world();
    const ref = await start(probe());
    runtime.exit(ref, "kill");
    runtime.cast(ref, "note", "lost");
    runtime.cast(processName<ProbeProtocol>("nobody"), "note", "lost");
    runtime.inform(ref, defineTopic<number>("t"), 1);
    await runtime.settle();
    expect(events("unknown_message")).toEqual([]);
  });
});

describe("a link", () => {
  async function linked(traps: boolean) {
    const it = world();
    const a = await it.start(probe("A"));
    const b = await it.start(traps ? trappingProbe("B") : probe("B"));
    await it.runtime.call(b, "run", (ctx) => ctx.link(a));
    it.takeLog();
    return { ...it, a, b };
  }

  test.each<[ExitReason | "kill", string]>([
    ["shutdown", "shutdown"],
    ["kill", "killed"],
    ["crashed", "crashed"],
  ])("carries an exit with %s to the other (11)", async (sent, received) => {
    const { runtime, a, b } = await linked(false);
    const ended = runtime.exited(b);
    runtime.exit(a, sent);
    expect(await ended).toBe(received);
  });

  test.each<[ExitReason | "kill", string]>([
    ["normal", "normal"],
    ["shutdown", "shutdown"],
    ["kill", "killed"],
  ])("brings one that traps exits a message for %s (11)", async (sent, received) => {
    const { runtime, a, b, takeLog } = await linked(true);
    if (sent === "normal") runtime.cast(a, "do", (ctx) => ctx.stop("normal"));
    else runtime.exit(a, sent);
    await runtime.settle();
    expect(takeLog().filter((line) => line.startsWith("B"))).toEqual([`B exit ${show(a)} ${received}`]);
    expect(runtime.processes()).toEqual([b]);
  });

  test("leaves the other alone after a normal end (11)", async () => {
    const { runtime, a, b } = await linked(false);
    runtime.cast(a, "do", (ctx) => ctx.stop());
    await runtime.settle();
    expect(runtime.processes()).toEqual([b]);
  });

  test("works both ways (11)", async () => {
    const { runtime, a, b } = await linked(false);
    const ended = runtime.exited(a);
    runtime.exit(b, "kill");
    expect(await ended).toBe("killed");
  });

  test("that was undone carries nothing (11)", async () => {
    const { runtime, a, b } = await linked(false);
    await runtime.call(a, "run", (ctx) => ctx.unlink(b));
    runtime.exit(a, "kill");
    await runtime.settle();
    expect(runtime.processes()).toEqual([b]);
  });

  test("with a dead process is an exit with `noproc` (11)", async () => {
    const { runtime, start, takeLog } = world();
    const dead = await start(probe("dead"));
    runtime.exit(dead, "kill");
    const trapping = await start(trappingProbe("B"));
    await runtime.call(trapping, "run", (ctx) => ctx.link(dead));
    await runtime.settle();
    expect(takeLog().slice(2)).toEqual([`B exit ${show(dead)} noproc`]);
    const plain = await start(probe("C"));
    const ended = runtime.exited(plain);
    runtime.cast(plain, "do", (ctx) => ctx.link(dead));
    expect(await ended).toBe("noproc");
  });

  test("in a long chain ends them all, whatever its length (11)", async () => {
    const { runtime, start } = world();
    let last = await start(probe());
    const first = last;
    for (let count = 0; count < 5_000; count += 1) {
      const next = await start(probe());
      await runtime.call(next, "run", (ctx) => ctx.link(last));
      last = next;
    }
    runtime.exit(first, "shutdown");
    expect(runtime.processes()).toEqual([]);
  });
});

describe("an exit signal", () => {
  test("sent by hand is trapped like any other, but for a kill (11)", async () => {
    const { runtime, start, takeLog } = world();
    const sender = await start(probe("A"));
    const ref = await start(trappingProbe("B"));
    await runtime.call(sender, "run", (ctx) => ctx.exit(ref, "shutdown"));
    await runtime.settle();
    expect(takeLog().slice(2)).toEqual([`B exit ${show(sender)} shutdown`]);
    await runtime.call(sender, "run", (ctx) => ctx.exit(ref, "kill"));
    expect(runtime.processes()).toEqual([sender]);
  });

  test("with `normal` is ignored by one that doesn't trap exits (11)", async () => {
    const { runtime, start } = world();
    const ref = await start(probe());
    runtime.exit(ref, "normal");
    await runtime.settle();
    expect(runtime.processes()).toEqual([ref]);
  });

  test("reaches one that waits in an asynchronous handler: at once, or trapped, in its turn (11)", async () => {
    const { runtime, start, takeLog } = world();
    const plain = await start(probe("A"));
    const trapping = await start(trappingProbe("B"));
    for (const ref of [plain, trapping]) runtime.cast(ref, "do", (ctx) => sleep(ctx, 100));
    await runtime.settle();
    for (const ref of [plain, trapping]) runtime.exit(ref, "shutdown");
    expect(runtime.processes()).toEqual([trapping]);
    await runtime.advance(99);
    expect(takeLog()).toEqual(["A init", "B init"]);
    await runtime.advance(1);
    expect(takeLog()).toEqual(["B terminate shutdown"]);
  });
});

describe("what a process owns", () => {
  test.each<[string, (runtime: Runtime, ref: Ref<ProbeProtocol>) => void, ExitReason]>([
    ["a stop", (runtime, ref) => runtime.cast(ref, "do", (ctx) => ctx.stop()), "normal"],
    ["a crash", (runtime, ref) => runtime.cast(ref, "do", crash), boom],
    ["an exit signal", (runtime, ref) => runtime.exit(ref, "shutdown"), "shutdown"],
    ["a kill", (runtime, ref) => runtime.exit(ref, "kill"), "killed"],
    [
      "a kill by itself",
      (runtime, ref) => runtime.cast(ref, "do", (ctx) => ctx.exit(ctx.self, "kill")),
      "killed",
    ],
  ])("is released exactly once, after %s", async (_, end, reason) => {
    const { runtime, start, takeCrashes } = world();
    const released: ExitReason[] = [];
    const ref = await start(probe("", { init: (ctx) => ctx.own({ release: (why) => released.push(why) }) }));
    end(runtime, ref);
    await runtime.settle();
    runtime.exit(ref, "kill");
    expect(released).toEqual([reason]);
    takeCrashes();
  });

  test("isn't released when it was disowned, nor twice when it was owned twice", async () => {
    const { runtime, start } = world();
    const released: string[] = [];
    const [kept, given] = ["kept", "given"].map((name) => ({ release: () => released.push(name) }));
    const ref = await start(
      probe("", {
        init(ctx) {
          for (const resource of [kept, kept, given]) ctx.own(resource as { release(): void });
          ctx.disown(given as { release(): void });
        },
      }),
    );
    runtime.exit(ref, "shutdown");
    expect(released).toEqual(["kept"]);
  });

  test("that can't be released doesn't keep the process from ending, nor the rest from being released", async () => {
    const { runtime, start, takeCrashes } = world();
    const released: string[] = [];
    const ref = await start(
      probe("A", {
        init(ctx) {
          ctx.own({ release: crash });
          ctx.own({ release: () => released.push("second") });
        },
      }),
    );
    const ended = runtime.exited(ref);
    runtime.exit(ref, "shutdown");
    expect(await ended).toBe("shutdown");
    expect(released).toEqual(["second"]);
    expect(runtime.whereis(processName("A"))).toBeUndefined();
    expect(takeCrashes()).toMatchObject([{ process: ref, message: "release", reason: boom }]);
  });
});

describe("a process's events", () => {
  test("tell its start with its parent, and its end with the reason", async () => {
    const { runtime, start, events } = world();
    const parent = await start(probe("parent"));
    const child = await runtime.call(parent, "run", (ctx) => ctx.startLinked(probe("child")));
    expect(events("process_started")).toEqual([
      { type: "process_started", process: parent, parent: undefined },
      { type: "process_started", process: child, parent },
    ]);
    runtime.exit(child as Ref, "kill");
    expect(events("process_ended")).toEqual([
      { type: "process_ended", process: child, reason: "killed" },
      { type: "process_ended", process: parent, reason: "killed" },
    ]);
  });
});
