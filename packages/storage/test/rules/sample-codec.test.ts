import fc from "fast-check";
import { expect, test } from "vitest";
import type { Point } from "../../src/rules/history.ts";
import { decodeSamples, encodeSamples } from "../../src/rules/sample-codec.ts";

const NOW = 1_763_985_600_000;

/** Samples by rising time, with values of that sort. */
function samplesOf(values: fc.Arbitrary<Point[1]>): fc.Arbitrary<readonly Point[]> {
  const time = fc.integer({ min: -NOW, max: 2 * NOW });
  return fc
    .array(fc.tuple(time, values), { maxLength: 600 })
    .map((points) => points.toSorted(([one], [other]) => one - other));
}

/** JSON has no -0. */
const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);

test.each([
  ["small whole numbers", fc.integer({ min: -9, max: 9 })],
  ["whole numbers", fc.maxSafeInteger()],
  ["single precision", fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)],
  ["numbers", number],
  ["booleans", fc.boolean()],
  ["anything", fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Point[1])],
] as const)("%s come out as they went in", (_, values: fc.Arbitrary<Point[1]>) => {
  fc.assert(
    fc.property(samplesOf(values), (samples) => {
      expect(decodeSamples(encodeSamples(samples))).toEqual(samples);
    }),
  );
});

test("takes few bytes of what changes little", () => {
  const samples = Array.from({ length: 512 }, (_, index): Point => [NOW + index * 100, index % 50]);
  expect(encodeSamples(samples).length).toBeLessThan(512 * 2.5);
  const states = Array.from({ length: 512 }, (_, index): Point => [NOW + index * 100, index % 50 === 0]);
  expect(encodeSamples(states).length).toBeLessThan(512 * 2.5);
});
