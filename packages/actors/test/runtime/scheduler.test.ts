import { Runtime, defineGenServer } from "@wheelhouse/actors";
import { beforeEach, describe, expect, test } from "vitest";
import { Clock } from "../../src/runtime/clock.ts";
import { Scheduler, type Runnable } from "../../src/runtime/scheduler.ts";
import { ManualEnvironment } from "./manual-environment.ts";

let environment: ManualEnvironment;
let scheduler: Scheduler;
let ran: string[];

beforeEach(() => {
  environment = new ManualEnvironment();
  scheduler = new Scheduler(environment);
  ran = [];
});

/** Runs so many times in a row before it has nothing to do. */
function runnable(name: string, times = 1): Runnable {
  let left = times;
  return {
    run() {
      ran.push(name);
      left -= 1;
      return left > 0;
    },
  };
}

/** An event of the host's. */
const enter = (work: () => void) => scheduler.enter({ enter: work }, undefined);
const flushable = (name: string) => ({ flush: () => void ran.push(name) });

describe("a scheduler", () => {
  test("plans one turn for all that are ready, and is idle after it", () => {
    expect(scheduler.idle).toBe(true);
    scheduler.ready(runnable("a"));
    scheduler.ready(runnable("b"));
    expect(scheduler.idle).toBe(false);
    expect(environment.planned).toHaveLength(1);
    expect(environment.runNext()).toBe("later");
    expect(ran).toEqual(["a", "b"]);
    expect(scheduler.idle).toBe(true);
    expect(environment.planned).toEqual([]);
  });

  test("takes them in turn: who isn't done goes to the end", () => {
    scheduler.ready(runnable("a", 3));
    scheduler.ready(runnable("b", 2));
    environment.runNext();
    expect(ran).toEqual(["a", "b", "a", "b", "a"]);
  });

  test("gives each the same number of messages a turn", () => {
    const asked: number[] = [];
    scheduler.ready({ run: (messages) => asked.push(messages) < 3 });
    environment.runNext();
    expect(new Set(asked)).toEqual(new Set([64]));
  });

  test("runs what the environment chooses, each exactly once", () => {
    environment.choice = 1;
    for (const name of ["a", "b", "c", "d"]) scheduler.ready(runnable(name));
    environment.runNext();
    expect(ran).toEqual(["b", "c", "d", "a"]);
  });

  test("keeps its order over more than it keeps in place", () => {
    const names = Array.from({ length: 5_000 }, (_, place) => String(place));
    for (const name of names) scheduler.ready(runnable(name));
    environment.runNext();
    expect(ran).toEqual(names);
  });

  test("runs within an event of the host's what that makes ready, and plans nothing", () => {
    enter(() => {
      scheduler.ready(runnable("a"));
      ran.push("event");
    });
    expect(ran).toEqual(["event", "a"]);
    expect(scheduler.idle).toBe(true);
    expect(environment.planned).toEqual([]);
  });

  test("lets an event wait behind what is planned already", () => {
    scheduler.ready(runnable("before"));
    enter(() => scheduler.ready(runnable("a")));
    expect(ran).toEqual([]);
    environment.runNext();
    expect(ran).toEqual(["before", "a"]);
  });

  test("gives the turn back that an event has begun, when its time is used up", () => {
    environment.msPerLook = 1;
    enter(() => scheduler.ready(runnable("a", 10)));
    expect(ran.length).toBeLessThan(10);
    expect(environment.runNext()).toBe("later");
  });

  test("leaves it to a simulation when that runs which an event makes ready", () => {
    environment.runsInEvents = false;
    enter(() => scheduler.ready(runnable("a")));
    expect(ran).toEqual([]);
    environment.runNext();
    expect(ran).toEqual(["a"]);
  });

  test("goes on after an event that threw", () => {
    expect(() => {
      enter(() => {
        scheduler.ready(runnable("a"));
        throw new Error("a port's defect");
      });
    }).toThrow("a port's defect");
    expect(ran).toEqual(["a"]);
    expect(scheduler.idle).toBe(true);
  });

  test("goes on in the same turn of the event loop while there is time, and gives it back when it is used up", () => {
    scheduler.ready(runnable("a"));
    expect(environment.runNext()).toBe("later");
    environment.time += 1;
    scheduler.ready(runnable("b"));
    expect(environment.runNext()).toBe("soon");
    environment.time += 1;
    scheduler.ready(runnable("c"));
    expect(environment.runNext()).toBe("later");
    expect(ran).toEqual(["a", "b", "c"]);
  });

  test("gives the event loop its turn however much a process has to do", () => {
    environment.msPerLook = 1;
    scheduler.ready(runnable("busy", Infinity));
    for (let turn = 1; turn <= 10; turn += 1) {
      expect(environment.runNext()).toBe("later");
      expect(ran.length).toBe(turn * 2);
    }
  });
});

describe("what is put off to the end of a burst", () => {
  test("is flushed once, after all that are ready", () => {
    const item = flushable("flush");
    scheduler.ready(runnable("a", 2));
    scheduler.flushAfterBurst(item);
    scheduler.flushAfterBurst(item);
    scheduler.ready(runnable("b"));
    environment.runNext();
    expect(ran).toEqual(["a", "b", "a", "flush"]);
    expect(scheduler.idle).toBe(true);
  });

  test("begins a burst of its own if there is none", () => {
    scheduler.flushAfterBurst(flushable("flush"));
    expect(scheduler.idle).toBe(false);
    environment.runNext();
    expect(ran).toEqual(["flush"]);
  });

  test("is flushed at the end of each turn, however much is left to do", () => {
    environment.msPerLook = 1;
    scheduler.ready(runnable("busy", Infinity));
    scheduler.flushAfterBurst(flushable("flush"));
    environment.runNext();
    expect(ran).toContain("flush");
  });

  test("doesn't wait for a long burst's end, since whoever it is for has work to do meanwhile", () => {
    environment.msPerLook = 0.4;
    scheduler.ready(runnable("a", 4));
    scheduler.flushAfterBurst(flushable("flush"));
    scheduler.ready(runnable("b"));
    environment.runNext();
    expect(ran).toEqual(["a", "b", "a", "a", "flush", "a"]);
  });

  describe("by an event of the host's", () => {
    /** One that has a process write. */
    const event = (name: string) =>
      enter(() => {
        scheduler.ready(runnable(name));
        scheduler.flushAfterBurst(flushable(`flush ${name}`));
      });

    test("is flushed with what the other events of the same turn bring, when all have had theirs", () => {
      event("a");
      event("b");
      expect(ran).toEqual(["a", "b"]);
      expect(environment.planned).toHaveLength(1);
      expect(environment.runNext()).toBe("later");
      expect(ran).toEqual(["a", "b", "flush a", "flush b"]);
      event("c");
      expect(environment.runNext()).toBe("later");
      expect(ran.slice(4)).toEqual(["c", "flush c"]);
      expect(environment.planned).toEqual([]);
    });

    test("doesn't wait for that when it takes long", () => {
      const clock = new Clock(environment);
      scheduler = new Scheduler(environment, clock);
      event("a");
      environment.time += 2;
      clock.now();
      event("b");
      expect(ran).toEqual(["a", "b", "flush a", "flush b"]);
    });

    test("is flushed, where much comes at a time, with what has come meanwhile, as soon as no more does", () => {
      for (let count = 0; count < 17; count += 1) event("early");
      expect(environment.runNext()).toBe("later");
      expect(ran).not.toContain("flush early");
      event("late");
      expect(environment.planned).toHaveLength(1);
      expect(environment.runNext()).toBe("later");
      expect(ran.filter((what) => what.startsWith("flush"))).toHaveLength(18);
      expect(ran.at(-1)).toBe("flush late");
      expect(environment.planned).toEqual([]);
    });

    test("doesn't wait for that when more and more comes", () => {
      environment.msPerLook = 0.3;
      let turns = 0;
      while (!ran.includes("flush early")) {
        for (let count = 0; count < 17; count += 1) event("early");
        environment.runNext();
        turns += 1;
      }
      expect(turns).toBeLessThan(10);
    });

    test("is flushed at the end of a burst that runs before", () => {
      event("a");
      scheduler.ready(runnable("b"));
      while (environment.planned.length > 0) environment.runNext();
      expect(ran.toSorted()).toEqual(["a", "b", "flush a"]);
      expect(scheduler.idle).toBe(true);
    });

    test("isn't waited for by more than 64", () => {
      for (let number = 1; number <= 63; number += 1) event(`${number}`);
      expect(ran.filter((name) => name.startsWith("flush"))).toEqual([]);
      event("64");
      const flushed = Array.from({ length: 64 }, (_, place) => `flush ${place + 1}`);
      expect(ran.filter((name) => name.startsWith("flush"))).toEqual(flushed);
      event("65");
      expect(ran.at(-1)).toBe("65");
      while (environment.planned.length > 0) environment.runNext();
      expect(ran.at(-1)).toBe("flush 65");
    });

    test("isn't lost when another one's flush throws", () => {
      enter(() => {
        scheduler.flushAfterBurst({
          flush() {
            throw new Error("boom");
          },
        });
      });
      event("a");
      event("b");
      expect(() => environment.runNext()).toThrow("boom");
      while (environment.planned.length > 0) environment.runNext();
      expect(ran).toEqual(["a", "b", "flush a", "flush b"]);
    });
  });

  test("by a flush is the next burst's", () => {
    const again = flushable("again");
    scheduler.flushAfterBurst({ flush: () => scheduler.flushAfterBurst(again) });
    environment.runNext();
    expect(ran).toEqual([]);
    environment.runNext();
    expect(ran).toEqual(["again"]);
  });
});

describe("a loop that gives way", () => {
  test("goes on at once while the turn has time left, and else in the next one, after timers and sockets", async () => {
    scheduler.ready(runnable("a"));
    environment.runNext();
    expect(scheduler.nextTurn()).toBeUndefined();
    environment.time += 10;
    const turn = scheduler.nextTurn();
    let isNext = false;
    void turn?.then(() => (isNext = true));
    await Promise.resolve();
    expect(isNext).toBe(false);
    expect(environment.runNext()).toBe("later");
    await turn;
    expect(isNext).toBe(true);
    expect(scheduler.nextTurn()).toBeUndefined();
    expect(scheduler.idle).toBe(true);
  });

  test("goes on in the next turn also when the end of this one is planned already", async () => {
    scheduler.ready(runnable("a"));
    environment.runNext();
    scheduler.ready(runnable("b"));
    environment.time += 10;
    const turn = scheduler.nextTurn();
    expect(environment.runNext()).toBe("soon");
    expect(environment.runNext()).toBe("later");
    await turn;
    expect(ran).toEqual(["a", "b"]);
  });
});

test("something that throws doesn't stop the others", () => {
  scheduler.ready({
    run() {
      throw new Error("boom");
    },
  });
  scheduler.ready(runnable("a"));
  expect(() => environment.runNext()).toThrow("boom");
  environment.runNext();
  expect(ran).toEqual(["a"]);
  expect(scheduler.idle).toBe(true);
});

test("a process that always has another message waiting lets a timer and an immediate run", async () => {
  const turns: string[] = [];
  const Busy = defineGenServer<{ casts: { go(left: number): void } }, null>({
    name: "Busy",
    init: () => null,
    casts: {
      go(ctx, left) {
        if (left > 0 && turns.length < 2) ctx.cast(ctx.self, "go", left - 1);
        else ctx.stop(left > 0 ? "normal" : "starved the event loop");
      },
    },
  });
  const runtime = new Runtime();
  const release = runtime.keepAlive();
  const ref = await runtime.spawn(Busy.with(), undefined);
  const ended = ref && runtime.exited(ref);
  setTimeout(() => turns.push("timer"), 0);
  setImmediate(() => turns.push("immediate"));
  if (ref) runtime.cast(ref, "go", 50_000_000);
  expect(await ended).toBe("normal");
  expect(turns.toSorted()).toEqual(["immediate", "timer"]);
  expect(runtime.processes()).toEqual([]);
  release();
});
