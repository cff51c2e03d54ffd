/** Each proof in a short form: that it runs, and that it would see what it looks for; never how long anything takes. */

import { afterEach, expect, test, vi } from "vitest";
import type { Figure } from "../../figure.ts";
import { measure as measureAccess } from "../../security/access.ts";
import { measure as measureGuesses } from "../../security/guesses.ts";
import { measure as measureRevocation } from "../../security/revocation.ts";
import { mannWhitney, measure as measureTiming } from "../../security/timing.ts";

const PROOFS: readonly [string, () => Promise<readonly Figure[]>, number][] = [
  ["security-access", () => measureAccess({ tries: 1_500 }), 3],
  ["security-guesses", () => measureGuesses({ guesses: 60, addresses: 20 }), 3],
];

afterEach(() => {
  vi.restoreAllMocks();
});

test.each(PROOFS)("%s finds nothing", async (_, measure, rows) => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  const figures = await measure();
  expect(figures).toHaveLength(rows);
  for (const { what, met } of figures) expect(met, what).toBe(true);
});

test("security-revocation ends every connection that it opened", async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  expect(await measureRevocation({ count: 3 })).toHaveLength(3);
});

test("security-timing does the log-ins that it times", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  expect(await measureTiming({ count: 4 })).toHaveLength(1);
  expect(log.mock.calls.join("\n")).toContain("n = 4 each");
});

test("the rank-sum test tells what differs from what doesn't", () => {
  const noise = (seed: number) =>
    Array.from({ length: 500 }, (_, index) => ((index * 7919 + seed) % 1_000) / 100);
  expect(mannWhitney(noise(1), noise(2))).toBeGreaterThan(0.1);
  expect(
    mannWhitney(
      noise(1),
      noise(2).map((value) => value + 1),
    ),
  ).toBeLessThan(0.001);
  expect(mannWhitney([1, 1, 1], [1, 1, 1])).toBeCloseTo(1);
  // A table's value: U = 0 of 5 and 5 is 0.009 in the normal approximation.
  expect(mannWhitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])).toBeCloseTo(0.009, 3);
});
