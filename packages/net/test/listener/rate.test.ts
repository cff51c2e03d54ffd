import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KeyedBuckets, TokenBucket, type Rate } from "../../src/listener/rate.ts";

it.each<[unknown, string]>([
  [{ perSecond: -1, burst: 1 }, "expected rate.perSecond to be a positive number, got: -1"],
  [{ perSecond: 1, burst: 0 }, "expected rate.burst to be a whole number at least 1, got: 0"],
  [{ perSecond: 1 }, "expected rate.burst to be a whole number at least 1, got: undefined"],
  [5, "expected rate to be an object, got: a number"],
])("a rate that is none is refused: %o", (rate, message) => {
  expect(() => new TokenBucket(rate as Rate)).toThrow(new RangeError(message));
  expect(() => new KeyedBuckets(rate as Rate)).toThrow(new RangeError(message));
});

describe("a token bucket", () => {
  it("gives a burst at once, and then so many a second", () => {
    const bucket = new TokenBucket({ perSecond: 4, burst: 2 });
    expect([0, 0, 0, 249, 250, 250, 500].map((nowMs) => bucket.take(nowMs))).toEqual([
      true,
      true,
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  it("fills up to its burst and no further, and loses nothing to a clock that goes back", () => {
    const bucket = new TokenBucket({ perSecond: 1, burst: 2 });
    expect([bucket.take(1_000), bucket.take(1_000)]).toEqual([true, true]);
    expect([1_000_000, 1_000_000, 1_000_000].map((nowMs) => bucket.take(nowMs))).toEqual([true, true, false]);
    expect(bucket.take(0)).toBe(false);
    expect(bucket.isFull(2_000)).toBe(true);
  });

  it("never gives more than its burst and its rate within any time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 100 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 10 }),
        (times, perSecond, burst) => {
          const sorted = times.toSorted((one, other) => one - other);
          const bucket = new TokenBucket({ perSecond, burst });
          const given = sorted.filter((nowMs) => bucket.take(nowMs));
          for (const [first, from] of given.entries())
            for (const [last, to] of given.entries())
              if (last >= first)
                expect(last - first + 1).toBeLessThanOrEqual(
                  burst + ((to - from) * perSecond) / 1_000 + 1e-6,
                );
        },
      ),
    );
  });
});

describe("buckets by key", () => {
  it("are one for each key", () => {
    const buckets = new KeyedBuckets({ perSecond: 1, burst: 1 });
    expect([buckets.take("a", 0), buckets.take("a", 0), buckets.take("b", 0)]).toEqual([true, false, true]);
    expect([buckets.has("a", 0), buckets.has("c", 0), buckets.has("a", 1_000)]).toEqual([false, true, true]);
  });

  it("forget keys that are full again, so that strangers who came once cost nothing", () => {
    const buckets = new KeyedBuckets({ perSecond: 1, burst: 1 });
    let most = 0;
    for (let stranger = 0; stranger < 100_000; stranger += 1) {
      buckets.take(`stranger ${stranger}`, stranger * 10);
      most = Math.max(most, buckets.size);
    }
    expect(most).toBeLessThanOrEqual(2_048);
    expect(buckets.has("stranger 99999", 999_990)).toBe(false);
  });
});
