import { beforeEach, describe, expect, test } from "vitest";
import { LONGEST_HOST_TIMER_MS, realEnvironment } from "../../src/runtime/environment.ts";
import { TimerNode } from "../../src/runtime/timer-queue.ts";
import { Timers } from "../../src/runtime/timers.ts";
import { ManualEnvironment } from "./manual-environment.ts";

let environment: ManualEnvironment;
let timers: Timers;
let expired: string[];

class Named extends TimerNode {
  readonly name: string;
  constructor(name: string) {
    super();
    this.name = name;
  }
  override expire(): void {
    expired.push(this.name);
  }
}

/** Lets the host's timer ring at that time. */
function ringAt(time: number): void {
  environment.time = time;
  const ringing = environment.activeTimers.at(-1);
  if (ringing === undefined) throw new Error("expected a host timer, got: none");
  ringing.isCancelled = true;
  ringing.ring();
}

beforeEach(() => {
  environment = new ManualEnvironment();
  timers = new Timers(environment);
  expired = [];
});

describe("a runtime's timers", () => {
  test("share one timer of the host, set for the earliest", () => {
    timers.arm(new Named("a"), 100);
    timers.arm(new Named("b"), 200);
    timers.arm(new Named("c"), 50);
    expect(environment.activeTimers.map(({ ms }) => ms)).toEqual([50]);
    ringAt(50);
    expect(expired).toEqual(["c"]);
    ringAt(100);
    ringAt(200);
    expect(expired).toEqual(["c", "a", "b"]);
    expect(environment.activeTimers).toEqual([]);
  });

  test("that are armed and cancelled a thousand times, as calls do, cost one timer of the host", () => {
    for (let call = 0; call < 1_000; call += 1) {
      const node = new Named("call");
      timers.arm(node, 5_000);
      timers.cancel(node);
    }
    expect(environment.timers).toHaveLength(1);
    ringAt(5_000);
    expect(expired).toEqual([]);
    expect(environment.activeTimers).toEqual([]);
  });

  test("expire together when the host is late", () => {
    timers.arm(new Named("b"), 20);
    timers.arm(new Named("a"), 10);
    ringAt(1_000);
    expect(expired).toEqual(["a", "b"]);
  });

  test("don't expire early when the host is", () => {
    timers.arm(new Named("a"), 10);
    ringAt(9.5);
    expect(expired).toEqual([]);
    expect(environment.activeTimers.map(({ ms }) => ms)).toEqual([0.5]);
    ringAt(10);
    expect(expired).toEqual(["a"]);
  });

  test("longer than the host's longest are set again when that has passed", () => {
    const durationMs = LONGEST_HOST_TIMER_MS + 1_000;
    timers.arm(new Named("a"), durationMs);
    ringAt(LONGEST_HOST_TIMER_MS);
    expect(expired).toEqual([]);
    expect(environment.activeTimers.map(({ ms }) => ms)).toEqual([1_000]);
    ringAt(durationMs);
    expect(expired).toEqual(["a"]);
  });

  test("may be armed by one that expires", () => {
    class Again extends Named {
      override expire(): void {
        super.expire();
        if (expired.length < 3) timers.arm(this, 10);
      }
    }
    timers.arm(new Again("a"), 10);
    for (const time of [10, 20, 30]) ringAt(time);
    expect(expired).toEqual(["a", "a", "a"]);
    expect(environment.activeTimers).toEqual([]);
  });
});

test("the real environment rings, and not when it was cancelled", async () => {
  const real = realEnvironment();
  const rung: string[] = [];
  await new Promise<void>((resolve) => {
    real.setTimer(1, () => rung.push("cancelled")).cancel();
    real.setTimer(2, () => {
      rung.push("rings");
      resolve();
    });
  });
  expect(rung).toEqual(["rings"]);
});
