import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ExitReason } from "../../src/exit-reason.ts";
import type { Restart } from "../../src/supervision/child-spec.ts";
import { RestartWindow, affectedBy, shouldRestart } from "../../src/supervision/restart-rules.ts";

describe("shouldRestart", () => {
  test.each<[Restart, ExitReason, boolean]>([
    ["permanent", "normal", true],
    ["permanent", "shutdown", true],
    ["permanent", new Error("boom"), true],
    ["transient", "normal", false],
    ["transient", "shutdown", false],
    ["transient", { shutdown: "idle" }, false],
    ["transient", "killed", true],
    ["transient", "noproc", true],
    ["transient", "of its own making", true],
    ["transient", new Error("boom"), true],
    ["temporary", "normal", false],
    ["temporary", "shutdown", false],
    ["temporary", new Error("boom"), false],
  ])("of a %s child after %s: %s (16)", (restart, reason, expected) => {
    expect(shouldRestart(restart, reason)).toBe(expected);
  });
});

describe("affectedBy", () => {
  test("is the one, all, or those from the one on, in starting order (17)", () => {
    expect(affectedBy("one_for_one", 1, 4)).toEqual([1]);
    expect(affectedBy("one_for_all", 1, 4)).toEqual([0, 1, 2, 3]);
    expect(affectedBy("rest_for_one", 1, 4)).toEqual([1, 2, 3]);
    expect(affectedBy("rest_for_one", 3, 4)).toEqual([3]);
  });
});

describe("a restart window", () => {
  test("allows as many restarts as it says, and one more when old ones have aged out (18)", () => {
    const window = new RestartWindow({ restarts: 2, withinMs: 100 });
    expect([0, 50].map((now) => window.allows(now))).toEqual([true, true]);
    expect(window.allows(100)).toBe(false);
    const aged = new RestartWindow({ restarts: 2, withinMs: 100 });
    expect([0, 50, 101, 150, 151].map((now) => aged.allows(now))).toEqual([true, true, true, false, false]);
  });

  test("of no restarts allows none (18)", () => {
    expect(new RestartWindow({ restarts: 0, withinMs: 100 }).allows(0)).toBe(false);
  });

  test("never allows more within its time than it says, and always that many (18)", () => {
    const cases = fc.record({
      restarts: fc.nat(5),
      withinMs: fc.integer({ min: 1, max: 50 }),
      gaps: fc.array(fc.nat(30), { maxLength: 40 }),
    });
    fc.assert(
      fc.property(cases, ({ restarts, withinMs, gaps }) => {
        const window = new RestartWindow({ restarts, withinMs });
        const times: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          times.push(now);
          const recent = times.filter((time) => time >= now - withinMs).length;
          expect(window.allows(now)).toBe(recent <= restarts);
        }
      }),
    );
  });
});
