import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newestChanges, thinNumbers, type Point } from "../../src/rules/history.ts";

const series = fc
  .array(fc.tuple(fc.nat(1_000), fc.integer({ min: -50, max: 50 })), { minLength: 1, maxLength: 200 })
  .map((points) => points.toSorted(([one], [other]) => one - other));

describe("thinning numbers", () => {
  test("keeps the order, the lowest and the highest, and gives no more than points", () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 2, max: 40 }), (samples, points) => {
        const thinned = thinNumbers(samples, points);
        expect(thinned.length).toBeLessThanOrEqual(points);
        expect(samples.filter((sample) => thinned.includes(sample))).toEqual(thinned);
        const values = (list: readonly Point<number>[]) => list.map(([, value]) => value);
        expect(Math.min(...values(thinned))).toBe(Math.min(...values(samples)));
        expect(Math.max(...values(thinned))).toBe(Math.max(...values(samples)));
      }),
    );
  });

  test("takes few samples as they are", () => {
    fc.assert(
      fc.property(series, (samples) => {
        expect(thinNumbers(samples, samples.length)).toEqual(samples);
      }),
    );
  });

  test("puts samples of one moment into one bucket", () => {
    const samples: Point<number>[] = [3, 1, 9, 4].map((value) => [5, value]);
    expect(thinNumbers(samples, 2)).toEqual([
      [5, 1],
      [5, 9],
    ]);
  });
});

describe("the newest changes", () => {
  test("are the ends of the runs of equal values", () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 1, max: 40 }), (samples, points) => {
        const changes = samples.filter(([, value], index) => value !== samples[index - 1]?.[1]);
        expect(newestChanges(samples.toReversed(), points)).toEqual(changes.slice(-points));
      }),
    );
  });

  test("of nothing are none", () => {
    expect(newestChanges([], 10)).toEqual([]);
  });

  test("are looked for no further back than needed", () => {
    let taken = 0;
    function* endless(): Iterable<Point> {
      for (; taken < 1_000; taken += 1) yield [1_000 - taken, taken % 2 === 0];
    }
    expect(newestChanges(endless(), 3)).toHaveLength(3);
    expect(taken).toBe(3);
  });
});
