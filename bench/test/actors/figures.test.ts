/** Each measurement in a short form: that it runs, does the work it counts and prints a row; never how long it takes. */

import { afterEach, describe, expect, test, vi } from "vitest";
import { measure as measureCalls } from "../../actors/calls.ts";
import { measure as measureCasts } from "../../actors/casts.ts";
import { measure as measureChildren } from "../../actors/children.ts";
import { measure as measureFairness } from "../../actors/fairness.ts";
import {
  atLeast,
  atLeastTimes,
  atMost,
  atMostTimes,
  medians,
  printFigures,
  quantile,
  type Figure,
  type Size,
} from "../../figure.ts";
import { measure as measureMemory } from "../../actors/memory.ts";
import { measure as measureQueuedCalls } from "../../actors/queued-calls.ts";
import { expectRows } from "../expect-rows.ts";

const SHORT: Size = { count: 20, runs: 1 };

const MEASUREMENTS: readonly [string, (size: Size) => Promise<readonly Figure[]>, number][] = [
  ["casts", measureCasts, 2],
  ["calls", measureCalls, 2],
  ["queued-calls", measureQueuedCalls, 3],
  ["children", measureChildren, 4],
  ["memory", measureMemory, 1],
  ["fairness", measureFairness, 4],
];

afterEach(() => {
  vi.restoreAllMocks();
});

test.each(MEASUREMENTS)("%s: does the work it counts and says what came of it", async (_, measure, rows) => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  const figures = await measure(SHORT);
  expectRows(figures, rows);
});

describe("a floor", () => {
  test("says no as well as yes", () => {
    expect(atLeast("casts", 9e6, 10e6, "/s").met).toBe(false);
    expect(atLeast("casts", 10e6, 10e6, "/s").met).toBe(true);
    expect(atLeastTimes("casts", 11, 10, 1.2, "/s").met).toBe(false);
    expect(atLeastTimes("casts", 12, 10, 1.2, "/s").met).toBe(true);
    expect(atMost("memory", 1_025, 1_024, "bytes").met).toBe(false);
    expect(atMost("memory", 1_024, 1_024, "bytes").met).toBe(true);
    expect(atMostTimes("children", 16, 10, 1.5, "ms").met).toBe(false);
    expect(atMostTimes("children", 15, 10, 1.5, "ms").met).toBe(true);
  });

  test("says neither without its peer", () => {
    expect(atLeastTimes("casts", 12, undefined, 1.2, "/s")).toMatchObject({ peer: "absent", met: undefined });
    expect(atMostTimes("children", 12, undefined, 1.5, "ms")).toMatchObject({
      peer: "absent",
      met: undefined,
    });
  });
});

test("medians takes the middle of measurements made in turn", async () => {
  const order: string[] = [];
  const from = (name: string, values: number[]) => async () => {
    order.push(name);
    return values.shift() ?? Number.NaN;
  };
  const found = await medians(3, { a: from("a", [9, 1, 5]), b: from("b", [2, 2, 70]) });
  expect(found).toEqual({ a: 5, b: 2 });
  expect(order).toEqual(["a", "b", "a", "b", "a", "b"]);
});

test("quantile answers one of the values", () => {
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
  expect(quantile([3, 1, 2], 1)).toBe(3);
});

test("a table has a line for each figure, and says whether the floor is met", () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  printFigures([atLeast("casts", 9e6, 10e6, "/s"), atMost("memory", 1_000, 1_024, "bytes")]);
  const lines = log.mock.calls.map(([line]) => String(line));
  expect(lines[2]).toMatch(/^\| casts .*9\.00 M \/s.*\| NO  \|$/);
  expect(lines[3]).toMatch(/^\| memory .*1000 bytes.*\| yes \|$/);
});
