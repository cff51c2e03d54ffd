import {
  CallTimeoutError,
  NoProcessError,
  ProcessExitedError,
  SelfCallError,
  UnknownCallError,
  later,
  noReply,
  processName,
  type Asker,
  type ReplyTo,
} from "@wheelhouse/actors";
import { describe, expect, test, vi } from "vitest";
import {
  boom,
  crash,
  probe,
  sleep,
  untyped,
  world,
  type ProbeContext,
  type ProbeProtocol,
} from "../support.ts";

describe("a call", () => {
  test("gives what the handler returns or resolves with", async () => {
    const { runtime, start } = world();
    const ref = await start(probe());
    expect(await runtime.call(ref, "run", () => 1)).toBe(1);
    expect(await runtime.call(ref, "run", async () => 2)).toBe(2);
  });

  test("waits 5 s unless told otherwise; the request still runs, its late reply is dropped (2)", async () => {
    const { runtime, start, outcome, takeLog } = world();
    const ref = await start(probe());
    const call = runtime.call(ref, "run", async (ctx) => {
      await sleep(ctx, 6_000);
      ctx.cast(ctx.self, "note", "done");
      return "late";
    });
    await runtime.advance(4_999);
    expect(await outcome(call)).toEqual({ status: "pending" });
    await runtime.advance(1);
    const timedOut = await outcome(call);
    expect(timedOut).toMatchObject({ error: { code: "timeout" } });
    expect(timedOut).toMatchObject({ error: expect.any(CallTimeoutError) as unknown });
    await runtime.advance(1_000);
    expect(await outcome(call)).toEqual(timedOut);
    expect(takeLog()).toEqual(["init", "done"]);
    expect(await runtime.call(ref, "run", () => "next")).toBe("next");
  });

  test("by a process waits 5 s too, and may have a time of its own (2)", async () => {
    const { runtime, start, outcome } = world();
    const server = await start(probe("server"));
    const client = await start(probe("client"));
    const blocked = (ctx: ProbeContext) => sleep(ctx, 60_000);
    const short = runtime.callWithin(Infinity, client, "run", (ctx) =>
      ctx.callWithin(100, server, "run", blocked).catch(() => `${ctx.now()}`),
    );
    const usual = runtime.callWithin(Infinity, client, "run", (ctx) =>
      ctx.call(server, "run", () => 0).catch(() => `${ctx.now()}`),
    );
    await runtime.advance(5_100);
    expect(await outcome(short)).toMatchObject({ value: "100" });
    expect(await outcome(usual)).toMatchObject({ value: "5100" });
    await runtime.advance(60_000);
  });

  test("without a limit waits for as long as the process lives (2)", async () => {
    const { runtime, start, outcome } = world();
    const ref = await start(probe());
    const call = runtime.callWithin(Infinity, ref, "run", async (ctx) => {
      await sleep(ctx, 1e9);
      return "at last";
    });
    await runtime.advance(1e9 - 1);
    expect(await outcome(call)).toEqual({ status: "pending" });
    await runtime.advance(1);
    expect(await outcome(call)).toEqual({ status: "resolved", value: "at last" });
  });

  test("to a dead or unknown process fails at once (3)", async () => {
    const { runtime, start, outcome } = world();
    const ref = await start(probe());
    runtime.exit(ref, "kill");
    for (const address of [ref, processName<ProbeProtocol>("nobody")]) {
      expect(await outcome(runtime.call(address, "run", () => 1))).toMatchObject({
        error: expect.any(NoProcessError) as unknown,
      });
    }
    expect(runtime.now()).toBe(0);
  });

  test.each([
    ["crashes", crash, boom],
    ["rejects", () => Promise.reject(boom), boom],
    ["stops without an answer", (ctx: ProbeContext) => (ctx.stop("shutdown"), noReply), "shutdown"],
    ["is killed", (ctx: ProbeContext) => ctx.exit(ctx.self, "kill"), "killed"],
  ])("to a server that %s fails at once with its reason (3)", async (_, work, reason) => {
    const { runtime, start, outcome, takeCrashes } = world();
    const ref = await start(probe());
    const call = await outcome(runtime.call(ref, "run", work));
    expect(call).toMatchObject({ error: { code: "exited", reason } });
    expect(call).toMatchObject({ error: expect.any(ProcessExitedError) as unknown });
    expect(runtime.now()).toBe(0);
    takeCrashes();
  });

  test("that still waits in the queue fails too when the server dies (3)", async () => {
    const { runtime, start, outcome } = world();
    const ref = await start(probe());
    runtime.cast(ref, "do", (ctx) => sleep(ctx, 1_000));
    const calls = Promise.allSettled([runtime.call(ref, "run", () => 1), runtime.call(ref, "run", () => 2)]);
    await runtime.settle();
    runtime.exit(ref, "kill");
    const killed = { status: "rejected", reason: { code: "exited", reason: "killed" } };
    expect(await outcome(calls)).toMatchObject({ value: [killed, killed] });
  });

  test("of a process to itself is an error, by address and by name (4)", async () => {
    const { runtime, start, outcome } = world();
    const ref = await start(probe("A"));
    for (const self of [ref, processName<ProbeProtocol>("A")]) {
      const call = runtime.call(ref, "run", (ctx) =>
        ctx.call(self, "run", () => 1).catch((error: unknown) => error),
      );
      expect(await outcome(call)).toMatchObject({ value: expect.any(SelfCallError) as unknown });
    }
    expect(runtime.now()).toBe(0);
  });

  test("that nobody handles fails at once, is reported, and harms nobody (10)", async () => {
    const { runtime, start, outcome, events } = world();
    const ref = await start(probe());
    expect(await outcome(runtime.call(untyped(ref), "nope"))).toMatchObject({
      error: expect.any(UnknownCallError) as unknown,
    });
    expect(events("unknown_message")).toMatchObject([{ process: ref, message: "call nope" }]);
    expect(await runtime.call(ref, "run", () => "alive")).toBe("alive");
  });

  test.each(["constructor", "__proto__", "toString"])(
    "of %s is unknown, not something inherited (10)",
    async (name) => {
      const { runtime, start, outcome } = world();
      const ref = await start(probe());
      expect(await outcome(runtime.call(ref, name as "run", () => 1))).toMatchObject({
        error: { code: "unknown_call" },
      });
    },
  );
});

describe("a reply", () => {
  test("with a stop leaves after `terminate` (6)", async () => {
    const { runtime, start, takeLog, log } = world();
    const ref = await start(
      probe("", {
        async terminate(ctx) {
          await sleep(ctx, 50);
          log.push("cleaned up");
        },
      }),
    );
    const call = runtime
      .call(ref, "run", (ctx) => (ctx.stop(), "bye"))
      .then((reply) => log.push(String(reply)));
    await runtime.advance(50);
    await call;
    expect(takeLog()).toEqual(["init", "terminate normal", "cleaned up", "bye"]);
    expect(runtime.processes()).toEqual([]);
  });

  test("with a stop leaves even when `terminate` throws (6)", async () => {
    const { runtime, start, takeCrashes } = world();
    const ref = await start(probe("", { terminate: crash }));
    const ended = runtime.exited(ref);
    expect(await runtime.call(ref, "run", (ctx) => (ctx.stop(), "bye"))).toBe("bye");
    expect(await ended).toBe(boom);
    expect(takeCrashes()).toMatchObject([{ message: "terminate", reason: boom }]);
  });

  test("may be sent later, by anybody (6)", async () => {
    const { runtime, start, outcome } = world();
    const server = await start(probe("server"));
    const other = await start(probe("other"));
    let from: ReplyTo<unknown> | undefined;
    const leaveOpen = (ctx: ProbeContext) => {
      from = ctx.from;
      return noReply;
    };
    const call = runtime.call(server, "run", leaveOpen);
    expect(await outcome(call)).toEqual({ status: "pending" });
    expect(await runtime.call(server, "run", () => "goes on")).toBe("goes on");
    await runtime.call(other, "run", (ctx) => ctx.reply(from as ReplyTo<unknown>, "from another"));
    expect(await outcome(call)).toMatchObject({ value: "from another" });
  });

  test("counts once: the first is the answer (6)", async () => {
    const { runtime, start } = world();
    const ref = await start(probe());
    const call = runtime.call(ref, "run", (ctx) => {
      ctx.reply(ctx.from, "first");
      runtime.reply(ctx.from, "second");
      return "third";
    });
    expect(await call).toBe("first");
  });

  test("put off with `later` doesn't hold the mailbox (6)", async () => {
    const { runtime, start, outcome } = world();
    const ref = await start(probe());
    const other = await start(probe());
    const call = runtime.call(ref, "run", (ctx) =>
      later(
        ctx.call(other, "run", async (inner) => {
          await sleep(inner, 100);
          return "later";
        }),
      ),
    );
    expect(await runtime.call(ref, "run", () => "meanwhile")).toBe("meanwhile");
    expect(await outcome(call)).toEqual({ status: "pending" });
    await runtime.advance(100);
    expect(await outcome(call)).toMatchObject({ value: "later" });
  });

  test("put off with `later` that fails reaches the caller as it is, and the server lives (6)", async () => {
    const { runtime, start, outcome } = world();
    const ref = await start(probe());
    expect(await outcome(runtime.call(ref, "run", () => later(Promise.reject(boom))))).toMatchObject({
      error: boom,
    });
    expect(await runtime.call(ref, "run", () => "alive")).toBe("alive");
  });

  test("put off with `later` by a process that ended meanwhile is nobody's unhandled rejection (6)", async () => {
    const { runtime, start, outcome } = world();
    const ref = await start(probe());
    const unhandled = vi.fn();
    process.once("unhandledRejection", unhandled);
    const call = runtime.call(ref, "run", (ctx) => {
      ctx.exit(ctx.self, "kill");
      return later(Promise.reject(boom));
    });
    expect(await outcome(call)).toMatchObject({ error: { reason: "killed" } });
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test("needs a call: `from` elsewhere is an error that says so", async () => {
    const { runtime, start, takeCrashes } = world();
    const ref = await start(probe());
    const ended = runtime.exited(ref);
    runtime.cast(ref, "do", (ctx) => ctx.from);
    expect(await ended).toMatchObject({ message: expect.stringContaining("got: no call") as unknown });
    takeCrashes();
  });
});

describe("asking without a promise", () => {
  /** What an asker hears, in words. */
  function listen() {
    const heard: unknown[] = [];
    const asker: Asker = {
      answered: (value) => heard.push("answered", value),
      failed: ({ name }) => heard.push(name),
    };
    return { heard, asker };
  }

  test("tells of the answer in the turn that gives it, before the server's next message", async () => {
    const { runtime, start } = world();
    const [server, client] = [await start(probe("server")), await start(probe("client"))];
    const { heard, asker } = listen();
    runtime.cast(client, "do", (ctx) => ctx.ask(asker, Infinity, server, "run", () => heard.push("run")));
    await runtime.settle();
    expect(heard).toEqual(["run", "answered", 1]);
  });

  test("tells of a failure once, whichever it is", async () => {
    const { runtime, start } = world();
    const [server, client] = [await start(probe("server")), await start(probe("client"))];
    const { heard, asker } = listen();
    runtime.cast(client, "do", (ctx) => {
      ctx.ask(asker, 1_000, processName<ProbeProtocol>("nobody"), "run", () => 1);
      ctx.ask(asker, 1_000, ctx.self, "run", () => 1);
      expect(heard.splice(0)).toEqual(["NoProcessError", "SelfCallError"]);
      ctx.ask(asker, 1_000, server, "run", (it) => sleep(it, 2_000));
    });
    await runtime.advance(1_000);
    expect(heard.splice(0)).toEqual(["CallTimeoutError"]);
    runtime.exit(server, "kill");
    await runtime.advance(5_000);
    expect(heard).toEqual([]);
  });

  test("tells of the server's end, and goes on when it is the asking process that has ended", async () => {
    const { runtime, start } = world();
    const [server, client] = [await start(probe("server")), await start(probe("client"))];
    const { heard, asker } = listen();
    let dead: ProbeContext | undefined;
    runtime.cast(client, "do", (ctx) => {
      dead = ctx;
      ctx.ask(asker, Infinity, server, "run", () => "still");
      ctx.exit(ctx.self, "kill");
    });
    await runtime.settle();
    expect(heard.splice(0)).toEqual(["answered", "still"]);
    dead?.ask(asker, Infinity, server, "run", () => 1);
    expect(heard.splice(0)).toEqual(["ProcessExitedError"]);
    const other = await start(probe("other"));
    runtime.cast(other, "do", (ctx) => ctx.ask(asker, Infinity, server, "run", () => noReply));
    await runtime.settle();
    expect(heard).toEqual([]);
    runtime.exit(server, "kill");
    expect(heard).toEqual(["ProcessExitedError"]);
  });
});
