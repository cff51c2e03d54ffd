import {
  Runtime,
  defineGenServer,
  defineInfo,
  defineTopic,
  on,
  processName,
  type Context,
  type ExitReason,
  type Owned,
  type Ref,
} from "@wheelhouse/actors";
import { describe, expect, test, vi } from "vitest";
import { Process } from "../../src/process/process.ts";
import { ManualEnvironment } from "../runtime/manual-environment.ts";
import {
  Probe,
  crash,
  probe,
  show,
  sleep,
  world,
  type ProbeContext,
  type ProbeProtocol,
} from "../support.ts";

describe("a monitor", () => {
  async function watching() {
    const it = world();
    const watched = await it.start(probe("A"));
    const watcher = await it.start(probe("W"));
    it.takeLog();
    return { ...it, watched, watcher };
  }

  test("tells of the end with its reason, exactly once (11)", async () => {
    const { runtime, watched, watcher, takeLog } = await watching();
    await runtime.call(watcher, "run", (ctx) => ctx.monitor(watched));
    runtime.exit(watched, "kill");
    runtime.exit(watched, "kill");
    await runtime.settle();
    expect(takeLog()).toEqual([`W down ${show(watched)} killed`]);
  });

  test("of a dead process tells at once, with `noproc` (11)", async () => {
    const { runtime, watched, watcher, takeLog } = await watching();
    runtime.exit(watched, "kill");
    await runtime.call(watcher, "run", (ctx) => ctx.monitor(watched));
    await runtime.settle();
    expect(takeLog()).toEqual([`W down ${show(watched)} noproc`]);
    expect(runtime.now()).toBe(0);
  });

  test("tells of a normal end too, and harms nobody (11)", async () => {
    const { runtime, watched, watcher, takeLog } = await watching();
    await runtime.call(watcher, "run", (ctx) => ctx.monitor(watched));
    runtime.cast(watched, "do", (ctx) => ctx.stop());
    await runtime.settle();
    expect(takeLog()).toEqual(["A terminate normal", `W down ${show(watched)} normal`]);
    expect(runtime.processes()).toEqual([watcher]);
  });

  test("set twice tells twice, and goes as one (11)", async () => {
    const { runtime, start, watched, watcher, takeLog } = await watching();
    const second = await start(probe("V"));
    for (const ref of [watcher, second]) {
      await runtime.call(ref, "run", (ctx) => {
        ctx.monitor(watched);
        ctx.monitor(watched);
      });
    }
    await runtime.call(second, "run", (ctx) => ctx.demonitor(watched));
    takeLog();
    runtime.exit(watched, "kill");
    await runtime.settle();
    expect(takeLog()).toEqual([`W down ${show(watched)} killed`, `W down ${show(watched)} killed`]);
  });

  test("that is dropped never tells, not even what waits to be handled (11)", async () => {
    const { runtime, watched, watcher, takeLog } = await watching();
    await runtime.call(watcher, "run", (ctx) => ctx.monitor(watched));
    runtime.cast(watcher, "do", (ctx) => {
      runtime.exit(watched, "kill");
      ctx.demonitor(watched);
    });
    await runtime.settle();
    expect(takeLog()).toEqual([]);
  });

  test("doesn't outlive its owner: nothing is told to the dead", async () => {
    const { runtime, watched, watcher, takeLog, events } = await watching();
    await runtime.call(watcher, "run", (ctx) => ctx.monitor(watched));
    runtime.exit(watcher, "kill");
    runtime.exit(watched, "kill");
    await runtime.settle();
    expect(takeLog()).toEqual([]);
    expect(events("unknown_message")).toEqual([]);
  });

  test("costs the one that is watched nothing any more after its owner's end, or after a wait's time", async () => {
    const { runtime, start, watched } = await watching();
    const [watch, unwatch] = [vi.spyOn(Process.prototype, "watch"), vi.spyOn(Process.prototype, "unwatch")];
    for (let count = 0; count < 10; count += 1) {
      const brief = await start(probe());
      await runtime.call(brief, "run", (ctx) => ctx.monitor(watched));
      runtime.exit(brief, "kill");
      const wait = runtime.exited(watched, 10);
      await runtime.advance(10);
      await wait;
    }
    const ofWatched = (spy: typeof watch) =>
      spy.mock.contexts.filter((process) => (process as Process).ref === watched).length;
    expect(ofWatched(watch)).toBe(20);
    expect(ofWatched(unwatch)).toBe(20);
    vi.restoreAllMocks();
  });
});

describe("`exited`", () => {
  test("resolves with the reason, with `noproc` after the end, with nothing after its time", async () => {
    const { runtime, start, outcome } = world();
    const ref = await start(probe());
    const patient = runtime.exited(ref);
    const brief = runtime.exited(ref, 100);
    await runtime.advance(99);
    expect(await outcome(brief)).toEqual({ status: "pending" });
    await runtime.advance(1);
    expect(await outcome(brief)).toEqual({ status: "resolved", value: undefined });
    expect(await outcome(patient)).toEqual({ status: "pending" });
    runtime.exit(ref, "kill");
    expect(await outcome(patient)).toMatchObject({ value: "killed" });
    expect(await runtime.exited(ref)).toBe("noproc");
  });
});

describe("a timer", () => {
  test("casts to its process after its time, once", async () => {
    const { runtime, start, takeLog } = world();
    await start(probe("", { init: (ctx) => void ctx.after(100, "note", "tick") }));
    await runtime.advance(99);
    expect(takeLog()).toEqual(["init"]);
    await runtime.advance(1);
    expect(takeLog()).toEqual(["tick"]);
    await runtime.advance(1_000);
    expect(takeLog()).toEqual([]);
  });

  test("comes in the order of its time, not of its setting", async () => {
    const { runtime, start, takeLog } = world();
    await start(
      probe("", {
        init(ctx) {
          for (const ms of [30, 10, 20, 10]) ctx.after(ms, "note", String(ms));
        },
      }),
    );
    await runtime.advance(30);
    expect(takeLog()).toEqual(["init", "10", "10", "20", "30"]);
  });

  test("that was cancelled doesn't come; to cancel again or too late does nothing", async () => {
    const { runtime, start, takeLog } = world();
    const ref = await start(probe());
    await runtime.call(ref, "run", (ctx) => {
      const timer = ctx.after(10, "note", "never");
      ctx.cancel(timer);
      ctx.cancel(timer);
      const late = ctx.after(10, "note", "tick");
      ctx.after(20, "do", () => ctx.cancel(late));
    });
    await runtime.advance(20);
    expect(takeLog()).toEqual(["init", "tick"]);
  });

  test("goes with its process, and doesn't reach the one that is restarted in its place", async () => {
    const { runtime, start, takeLog } = world();
    const first = await start(probe("A", { init: (ctx) => void ctx.after(100, "note", "tick") }));
    runtime.exit(first, "kill");
    await start(probe("A"));
    await runtime.advance(100);
    expect(takeLog()).toEqual(["A init", "A init"]);
  });
});

test("the timers of a process that ended cost the host nothing more", async () => {
  const environment = new ManualEnvironment();
  const runtime = new Runtime({}, environment);
  const started = runtime.spawn(
    probe("A", {
      init(ctx) {
        for (const ms of [10, 20, 30]) ctx.after(ms, "note", "never");
        ctx.idleAfter(40);
      },
    }),
    undefined,
  );
  for (let turn = 0; turn < 20; turn += 1) {
    environment.runNext();
    await Promise.resolve();
  }
  const ref = (await started) as Ref;
  runtime.exit(ref, "kill");
  const [timer] = environment.activeTimers;
  expect(timer?.ms).toBe(10);
  environment.time = 10;
  timer?.ring();
  expect(environment.timers.map(({ ms }) => ms)).toEqual([10]);
  expect(runtime.processes()).toEqual([]);
});

describe("work after a burst", () => {
  test("is done once, after all messages that waited, however often it was asked for", async () => {
    const { runtime, start, log, takeLog } = world();
    const ref = await start(probe());
    const item = { flush: () => log.push("flush") };
    const write = (ctx: ProbeContext) => {
      log.push("write");
      ctx.afterBurst(item);
    };
    for (let count = 0; count < 3; count += 1) runtime.cast(ref, "do", write);
    await runtime.settle();
    expect(takeLog()).toEqual(["init", "write", "write", "write", "flush"]);
    runtime.cast(ref, "do", write);
    await runtime.settle();
    expect(takeLog()).toEqual(["write", "flush"]);
  });

  test("is done after what other processes write in the same burst", async () => {
    const { runtime, start, log, takeLog } = world();
    const [a, b] = [await start(probe()), await start(probe())];
    takeLog();
    const item = { flush: () => log.push("flush") };
    runtime.cast(a, "do", (ctx) => {
      ctx.afterBurst(item);
      ctx.cast(b, "note", "answer");
    });
    await runtime.settle();
    expect(takeLog()).toEqual(["answer", "flush"]);
  });
});

describe("a dead context", () => {
  /** Kills a process in its asynchronous handler, and lets the handler go on with what it was going to do. */
  async function afterDeath(work: (ctx: ProbeContext) => unknown) {
    const it = world();
    const { runtime, start } = it;
    const ref = await start(probe("dead"));
    let result: unknown;
    runtime.cast(ref, "do", async (ctx) => {
      await sleep(ctx, 1_000);
      result = await work(ctx);
    });
    const other = await start(probe("other"));
    await runtime.settle();
    runtime.exit(ref, "kill");
    it.takeLog();
    await runtime.settle();
    return { ...it, ref, other, result };
  }

  test("aborts the handler's signal", async () => {
    const { runtime, start, log } = world();
    const ref = await start(probe());
    let signal: AbortSignal | undefined;
    runtime.cast(ref, "do", async (ctx) => {
      ({ signal } = ctx);
      signal.addEventListener("abort", () => log.push("aborted"));
      await sleep(ctx, 1_000);
    });
    await runtime.settle();
    expect(signal?.aborted).toBe(false);
    runtime.exit(ref, "kill");
    expect(log).toEqual(["init", "aborted"]);
    const { result } = await afterDeath((ctx) => ctx.signal.aborted);
    expect(result).toBe(true);
  });

  test("drops what it sends", async () => {
    const topic = defineTopic<string>("t").of("1");
    const other = processName<ProbeProtocol>("other");
    const { takeLog, events, runtime } = await afterDeath((ctx) => {
      ctx.cast(other, "note", "lost");
      ctx.inform(other, topic, "lost");
      ctx.exit(other, "kill");
      ctx.subscribe(topic);
      ctx.broadcast(topic, "lost");
      ctx.broadcastFrom(topic, "lost");
      ctx.after(0, "note", "lost");
      ctx.stop();
    });
    await runtime.advance(1);
    expect(takeLog()).toEqual([]);
    expect(events("unknown_message")).toEqual([]);
  });

  test("answers nobody", async () => {
    const { runtime, start, outcome } = world();
    const [server, other] = [await start(probe()), await start(probe())];
    const call = runtime.call(server, "run", async (ctx) => {
      const { from } = ctx;
      runtime.cast(other, "do", async (inner) => {
        await sleep(inner, 10);
        inner.reply(from, "too late");
      });
      await sleep(ctx, 1_000);
    });
    await runtime.settle();
    runtime.exit(other, "kill");
    await runtime.advance(20);
    expect(await outcome(call)).toEqual({ status: "pending" });
    runtime.exit(server, "kill");
    expect(await outcome(call)).toMatchObject({ error: { reason: "killed" } });
  });

  test("fails what it calls", async () => {
    const { result, takeLog } = await afterDeath((ctx) =>
      ctx
        .call(processName<ProbeProtocol>("other"), "run", (inner) => inner.cast(inner.self, "note", "called"))
        .catch((error: unknown) => error),
    );
    expect(result).toMatchObject({ code: "exited" });
    expect(takeLog()).toEqual([]);
  });

  test("starts nothing", async () => {
    const { result, runtime, other, takeLog } = await afterDeath((ctx) =>
      ctx.startLinked(Probe.with({ label: "child" })).catch((error: unknown) => error),
    );
    expect(result).toMatchObject({ code: "start_failed" });
    expect(runtime.processes()).toEqual([other]);
    expect(takeLog()).toEqual([]);
  });

  test("releases at once what it comes to own", async () => {
    const { log } = await afterDeath((ctx) =>
      ctx.own({ release: () => ctx.port<string[]>({ port: "log" })?.push("released") }),
    );
    expect(log).toEqual(["released"]);
  });

  test("links and watches nobody", async () => {
    const { runtime, other } = await afterDeath((ctx) => {
      const ref = ctx.whereis(processName("other")) as Ref;
      ctx.link(ref);
      ctx.monitor(ref);
    });
    expect(runtime.processes()).toEqual([other]);
  });

  test("has its handler's failure concern nobody any more", async () => {
    const { takeCrashes } = await afterDeath(crash);
    expect(takeCrashes()).toEqual([]);
  });
});

const Parcel = defineInfo<string>("parcel");

interface ReceiverProtocol {
  calls: { run(work: (ctx: ReceiverContext) => unknown): unknown; received(): readonly string[] };
}
type ReceiverContext = Context<ReceiverProtocol, string[]>;

const Receiver = defineGenServer<ReceiverProtocol, string[]>({
  name: "Receiver",
  init: () => [],
  calls: { run: (ctx, work) => work(ctx), received: ({ state }) => state },
  infos: [on(Parcel, (ctx: ReceiverContext, parcel) => void ctx.state.push(parcel))],
});

describe("handing something over", () => {
  class Crate implements Owned {
    releasedBecause: ExitReason | undefined;
    owner: Context | undefined;
    release(reason: ExitReason): void {
      this.releasedBecause = reason;
    }
    handedTo(owner: Context): void {
      this.owner = owner;
    }
  }

  async function twoReceivers() {
    const it = world();
    const [from, to] = [await it.start(Receiver.with()), await it.start(Receiver.with())];
    const crate = new Crate();
    await it.runtime.call(from, "run", (ctx) => ctx.own(crate));
    return { ...it, from, to, crate };
  }

  test("takes along its messages that wait, in order and before later ones (47)", async () => {
    const { runtime, from, to, crate } = await twoReceivers();
    const answer = runtime.call(from, "run", (ctx) => {
      for (const parcel of ["mine 1", "yours 1", "mine 2", "yours 2"]) ctx.inform(ctx.self, Parcel, parcel);
      const outcome = ctx.handOver(crate, to, Parcel, (parcel) => parcel.startsWith("yours"));
      ctx.inform(to, Parcel, "yours 3");
      return outcome;
    });
    expect(await answer).toBe("handed_over");
    expect(await runtime.call(from, "received")).toEqual(["mine 1", "mine 2"]);
    expect(await runtime.call(to, "received")).toEqual(["yours 1", "yours 2", "yours 3"]);
  });

  test("ties it to the new owner's life, whose context it is told (48)", async () => {
    const { runtime, from, to, crate } = await twoReceivers();
    await runtime.call(from, "run", (ctx) => ctx.handOver(crate, to, Parcel, () => true));
    expect(crate.owner?.self).toBe(to);
    runtime.exit(from, "kill");
    expect(crate.releasedBecause).toBeUndefined();
    runtime.exit(to, "kill");
    expect(crate.releasedBecause).toBe("killed");
  });

  test("is for the owner alone, and not to the dead", async () => {
    const { runtime, from, to, crate } = await twoReceivers();
    const handOver = (ctx: ReceiverContext) => ctx.handOver(crate, to, Parcel, () => true);
    expect(await runtime.call(to, "run", handOver)).toBe("not_owner");
    runtime.exit(to, "kill");
    expect(await runtime.call(from, "run", handOver)).toBe("noproc");
    expect(crate.releasedBecause).toBeUndefined();
  });
});

describe("what waits in a process's own mailbox", () => {
  test("can be taken back, in order, and whoever counts it hears so", async () => {
    const { runtime, start } = world();
    const receiver = await start(Receiver.with());
    let untaken = 0;
    const tracker = { taken: () => (untaken -= 1) };
    const back = await runtime.call(receiver, "run", (ctx) => {
      for (const parcel of ["mine 1", "yours 1", "mine 2", "yours 2"]) {
        untaken += 1;
        ctx.informTracked(ctx.self, Parcel, parcel, tracker);
      }
      const taken = ctx.takeBack(Parcel, (parcel) => parcel.startsWith("yours"));
      return [taken, untaken];
    });
    expect(back).toEqual([["yours 1", "yours 2"], 2]);
    expect(await runtime.call(receiver, "received")).toEqual(["mine 1", "mine 2"]);
    expect(untaken).toBe(0);
  });

  test("may be a defect of what it provided: it crashes with it in its turn, and not before", async () => {
    const { runtime, start, takeCrashes } = world();
    const receiver = await start(Receiver.with());
    const defect = new Error("a framer's");
    const ended = runtime.exited(receiver);
    const received = runtime.call(receiver, "run", (ctx) => {
      ctx.failWith(defect, Parcel, "the bytes");
      return "still here";
    });
    expect(await received).toBe("still here");
    expect(await ended).toBe(defect);
    expect(takeCrashes()).toMatchObject([{ reason: defect, message: "info parcel", args: ["the bytes"] }]);
  });
});

describe("a wait for what a port brings about", () => {
  test("isn't foreign to a simulation", async () => {
    const { runtime, start, takeLog } = world();
    const ref = await start(probe("A"));
    takeLog();
    runtime.cast(ref, "do", async (ctx) => {
      await ctx.waitFor(new Promise<void>((resolve) => runtime.schedule(50, resolve)));
      ctx.cast(ctx.self, "note", "waited");
    });
    await runtime.advance(49);
    expect(takeLog()).toEqual([]);
    await runtime.advance(1);
    expect(takeLog()).toEqual(["A waited"]);
  });

  test("that is called off never comes", async () => {
    const { runtime } = world();
    let calls = 0;
    const callOff = runtime.schedule(10, () => (calls += 1));
    runtime.schedule(10, () => (calls += 10));
    callOff();
    await runtime.advance(10);
    expect(calls).toBe(10);
  });
});

test("a tracker hears when a message's turn has come, and not before", async () => {
  const { runtime, start } = world();
  const Note = defineInfo<string>("note");
  const Slow = defineGenServer<{ casts: { wait(): void } }, null>({
    name: "Slow",
    init: () => null,
    casts: { wait: (ctx) => sleep(ctx as never, 100) },
    infos: [on(Note, () => {})],
  });
  const slow = await start(Slow.with());
  const sender = await start(probe("A"));
  let taken = 0;
  runtime.cast(slow, "wait");
  await runtime.call(sender, "run", (ctx) => {
    for (const text of ["one", "two"]) ctx.informTracked(slow, Note, text, { taken: () => (taken += 1) });
  });
  await runtime.settle();
  expect(taken).toBe(0);
  await runtime.advance(100);
  expect(taken).toBe(2);
});
