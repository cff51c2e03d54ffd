import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TimerNode, TimerQueue } from "../../src/runtime/timer-queue.ts";

class Silent extends TimerNode {
  override expire(): void {}
}

/** What a timer queue promises, done the slow way: among the expired, the earliest, and of those the first set. */
class NaiveQueue {
  armed: { readonly node: Silent; readonly durationMs: number; readonly deadline: number }[] = [];

  nextDeadline(): number | undefined {
    return this.armed.length === 0 ? undefined : Math.min(...this.armed.map(({ deadline }) => deadline));
  }

  /** The one that may be taken next. */
  next(now: number): Silent | undefined {
    const earliest = this.nextDeadline();
    if (earliest === undefined || earliest > now) return undefined;
    return this.armed.find(({ deadline }) => deadline === earliest)?.node;
  }

  remove(node: Silent): void {
    this.armed = this.armed.filter((timer) => timer.node !== node);
  }
}

const step = fc.oneof(
  fc.record({
    type: fc.constant("arm" as const),
    durationMs: fc.oneof(fc.constantFrom(0, 1, 5, 5, 20, 1.5, Infinity), fc.nat(30)),
  }),
  fc.record({ type: fc.constant("cancel" as const), which: fc.nat(30) }),
  fc.record({ type: fc.constant("pass" as const), ms: fc.nat(10) }),
);

describe("a timer queue", () => {
  test("expires what a naive one would, in that order", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new TimerQueue();
        const naive = new NaiveQueue();
        const nodes: Silent[] = [];
        let now = 0;
        for (const action of steps) {
          if (action.type === "arm") {
            const node = new Silent();
            nodes.push(node);
            queue.arm(node, action.durationMs, now);
            naive.armed.push({ node, durationMs: action.durationMs, deadline: now + action.durationMs });
          } else if (action.type === "cancel") {
            const node = nodes[action.which];
            if (node === undefined) continue;
            queue.cancel(node);
            naive.remove(node);
          } else {
            now += action.ms;
            for (let left = nodes.length; left >= 0; left -= 1) {
              const next = naive.next(now);
              expect(queue.takeExpired(now)).toBe(next);
              if (next === undefined) break;
              expect(next.armed).toBe(false);
              naive.remove(next);
            }
          }
          expect(queue.nextDeadline()).toBe(naive.nextDeadline());
          for (const node of nodes) expect(node.armed).toBe(naive.armed.some((timer) => timer.node === node));
        }
      }),
    );
  });

  test("takes many timers of as many durations as they expire", () => {
    const queue = new TimerQueue();
    const count = 100_000;
    // Each of those numbers once, out of order.
    const durations = Array.from({ length: count }, (_, index) => (index * 7_919) % count);
    for (const durationMs of durations) queue.arm(new Silent(), durationMs, 0);
    for (let expected = 0; expected < count; expected += 1) {
      expect(queue.nextDeadline()).toBe(expected);
      queue.takeExpired(count);
    }
    expect(queue.nextDeadline()).toBeUndefined();
  });

  test("is right behind many timers that were cancelled", () => {
    const queue = new TimerQueue();
    const kept = new Silent();
    queue.arm(kept, 5_000, 0);
    for (let durationMs = 0; durationMs < 1_000; durationMs += 1) {
      const node = new Silent();
      queue.arm(node, durationMs, 0);
      queue.cancel(node);
    }
    expect(queue.takeExpired(4_999)).toBeUndefined();
    expect(queue.nextDeadline()).toBe(5_000);
    expect(queue.takeExpired(5_000)).toBe(kept);
  });

  test("arms a timer again that has expired or was cancelled", () => {
    const queue = new TimerQueue();
    const node = new Silent();
    queue.arm(node, 10, 0);
    expect(queue.takeExpired(10)).toBe(node);
    queue.arm(node, 10, 10);
    queue.cancel(node);
    queue.arm(node, 5, 10);
    expect(queue.nextDeadline()).toBe(15);
    expect(queue.takeExpired(14)).toBeUndefined();
    expect(queue.takeExpired(15)).toBe(node);
    expect(queue.nextDeadline()).toBeUndefined();
  });
});
