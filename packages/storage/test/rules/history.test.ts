import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  newestChanges,
  newestFirst,
  thinChunks,
  thinNumbers,
  toChunk,
  type Chunk,
  type Point,
} from "../../src/rules/history.ts";

const series = fc
  .array(fc.tuple(fc.nat(1_000), fc.integer({ min: -50, max: 50 })), { minLength: 1, maxLength: 200 })
  .map((points) => points.toSorted(([one], [other]) => one - other));

describe("thinning numbers", () => {
  test("keeps the order, the lowest and the highest, and gives no more than points", () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 2, max: 40 }), (samples, points) => {
        const thinned = thinNumbers(samples, points);
        expect(thinned.length).toBeLessThanOrEqual(points);
        expect(partOf(samples, thinned)).toEqual(thinned);
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

describe("chunks", () => {
  /** Samples in order of storing, cut into chunks at these places. */
  const cuts = fc.array(fc.nat(200), { maxLength: 10 });
  const bounds = fc.tuple(fc.nat(1_000), fc.nat(1_000));
  const unsorted = fc.array(fc.tuple(fc.nat(1_000), fc.integer({ min: -50, max: 50 })), {
    minLength: 1,
    maxLength: 200,
  });

  function cut(samples: readonly Point<number>[], places: readonly number[]): readonly Chunk[] {
    const edges = [0, ...places.toSorted((one, other) => one - other), samples.length];
    return edges
      .slice(1)
      .map((end, index) => samples.slice(edges[index], end))
      .filter((part) => part.length > 0)
      .map(toChunk);
  }

  test("are thinned as the samples in them are", () => {
    fc.assert(
      fc.property(
        unsorted,
        cuts,
        bounds,
        fc.integer({ min: 1, max: 40 }),
        (samples, places, [from, to], points) => {
          const inside = samples.filter(([at]) => at >= from && at <= to);
          expect(thinChunks(cut(samples, places), from, to, points)).toEqual(thinNumbers(inside, points));
        },
      ),
    );
  });

  test("give the newest first as the samples in them do", () => {
    fc.assert(
      fc.property(unsorted, cuts, bounds, (samples, places, [from, to]) => {
        const inside = samples
          .filter(([at]) => at >= from && at <= to)
          .toSorted(([one], [other]) => one - other);
        expect([...newestFirst(cut(samples, places), from, to)]).toEqual(inside.toReversed());
      }),
    );
  });

  test("are read only where a bucket ends in them, or what is asked for", () => {
    let read = 0;
    const chunks = Array.from({ length: 1_000 }, (_, index): Chunk => {
      const chunk = toChunk(
        Array.from({ length: 10 }, (__, offset): Point => [index * 10 + offset, index % 7]),
      );
      return {
        ...chunk,
        read() {
          read += 1;
          return chunk.read();
        },
      };
    });
    expect(thinChunks(chunks, 25, 9_974, 20).length).toBeLessThanOrEqual(20);
    expect(read).toBeLessThanOrEqual(2 + 10);
    read = 0;
    expect(newestChanges(newestFirst(chunks, 0, 9_999), 5)).toHaveLength(5);
    expect(read).toBeLessThanOrEqual(6);
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

/** As many of the points as are found among the samples in that order. */
function partOf(samples: readonly Point<number>[], points: readonly Point<number>[]): readonly Point[] {
  const found: Point[] = [];
  for (const sample of samples) {
    const [at, value] = points[found.length] ?? [];
    if (sample[0] === at && sample[1] === value) found.push(sample);
  }
  return found;
}
