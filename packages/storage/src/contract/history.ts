/** What a variable was over time. */

import type { JsonValue, KindName } from "@wheelhouse/protocol";
import { describe, expect, test } from "vitest";
import type { HistoryQuery } from "../ports.ts";
import { NOON, batch, beginRun, declaration, pixel, sample, tablet, type Subject } from "./subject.ts";

export function historyContract(subject: Subject): void {
  const devices = () => subject.storage.devices;

  async function store(kind: KindName, values: readonly JsonValue[], at = NOON): Promise<void> {
    await beginRun(subject);
    const samples = values.map((value, index) => sample("speed", value, at + index));
    await devices().append(batch({ declarations: [declaration("speed", kind)], samples }));
  }

  function history(kind: KindName, more: Partial<HistoryQuery> = {}) {
    return devices().history({ ...pixel, name: "speed", kind, points: 100, ...more });
  }

  describe("a history of numbers", () => {
    test("is complete up to the number of points, oldest first", async () => {
      await store("float", [3, 1, 1, 2]);
      expect(await history("float", { points: 4 })).toEqual([
        [NOON, 3],
        [NOON + 1, 1],
        [NOON + 2, 1],
        [NOON + 3, 2],
      ]);
    });

    test("keeps the peaks when there are more", async () => {
      const values = Array.from({ length: 1_000 }, (_, index) => (index % 7) / 7);
      values[333] = 99;
      values[666] = -99;
      await store("float", values);
      const thinned = await history("float", { points: 20 });
      expect(thinned.length).toBeLessThanOrEqual(20);
      expect(thinned).toContainEqual([NOON + 333, 99]);
      expect(thinned).toContainEqual([NOON + 666, -99]);
      const times = thinned.map(([at]) => at);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
    });

    test("has the lowest and highest of each of half as many equal buckets of time", async () => {
      await store("integer", [5, 1, 9, 4, 20, 30, 10, 25]);
      expect(await history("integer", { points: 4 })).toEqual([
        [NOON + 1, 1],
        [NOON + 2, 9],
        [NOON + 5, 30],
        [NOON + 6, 10],
      ]);
    });

    test("has one point of a bucket that never changes, and none of an empty one", async () => {
      await store("float", [7, 7, 7, 7]);
      await devices().append(batch({ samples: [sample("speed", 8, NOON + 1_000)] }));
      expect(await history("float", { points: 4 })).toEqual([
        [NOON, 7],
        [NOON + 1_000, 8],
      ]);
    });

    test("leaves out what isn't a number", async () => {
      await store("float", [1, "fast", null, true, 2]);
      expect(await history("float")).toEqual([
        [NOON, 1],
        [NOON + 4, 2],
      ]);
    });

    test("keeps what came at one time, in its order", async () => {
      await beginRun(subject);
      const samples = [3, 1, 2].map((value) => sample("speed", value));
      await devices().append(batch({ declarations: [declaration("speed")], samples }));
      await devices().append(batch({ samples: [sample("speed", 0)] }));
      expect(await history("float")).toEqual([3, 1, 2, 0].map((value) => [NOON, value]));
    });
  });

  describe("a history of another kind", () => {
    test("has the changes only", async () => {
      await store("string", ["a", "a", "b", "b", "a", "a"]);
      expect(await history("string")).toEqual([
        [NOON, "a"],
        [NOON + 2, "b"],
        [NOON + 4, "a"],
      ]);
    });

    test("has the newest ones when there are more than points", async () => {
      await store("boolean", [true, true, false, true, true, false, false]);
      expect(await history("boolean", { points: 2 })).toEqual([
        [NOON + 3, true],
        [NOON + 5, false],
      ]);
    });

    test("takes values for the same whatever the order of their fields", async () => {
      await store("json", [
        { x: 1, y: 2 },
        { y: 2, x: 1 },
        { x: 2, y: 1 },
      ]);
      expect(await history("json")).toEqual([
        [NOON, { x: 1, y: 2 }],
        [NOON + 2, { x: 2, y: 1 }],
      ]);
    });
  });

  test.each(["float", "json"] as const)(
    "a history of %s is within from and to, both included",
    async (kind) => {
      await store(kind, [0, 1, 2, 3, 4]);
      const times = async (bounds: Partial<HistoryQuery>) =>
        (await history(kind, bounds)).map(([at]) => at - NOON);
      expect(await times({ from: NOON + 1, to: NOON + 3 })).toEqual([1, 2, 3]);
      expect(await times({ from: NOON + 3 })).toEqual([3, 4]);
      expect(await times({ to: NOON + 1 })).toEqual([0, 1]);
      expect(await times({ from: NOON + 5 })).toEqual([]);
    },
  );

  test("a history of what isn't there is empty", async () => {
    await store("float", [1]);
    expect(await history("float", { name: "unknown" })).toEqual([]);
    expect(await history("float", tablet)).toEqual([]);
    expect(await history("json", { project: "unknown" })).toEqual([]);
  });
}
