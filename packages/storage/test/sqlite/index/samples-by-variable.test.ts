import { expect, test } from "vitest";
import { SamplesByVariable, type SampleToIndex } from "../../../src/sqlite/index/samples-by-variable.ts";

function added(samples: readonly SampleToIndex[], to = new SamplesByVariable()): SamplesByVariable {
  for (const sample of samples) to.add(sample);
  return to;
}

test("samples come back by rising variable, each one's in order of storing, whatever its values are", () => {
  const samples = added([
    { variable: 7, at: 20, value: 1.5 },
    { variable: 3, at: 30, value: '"text"' },
    { variable: 7, at: 10, value: "null" },
    { variable: 3, at: 30, value: -2 },
  ]);
  expect(samples.count).toBe(4);
  expect([...samples]).toEqual([
    [
      3,
      [
        [30, "text"],
        [30, -2],
      ],
    ],
    [
      7,
      [
        [20, 1.5],
        [10, null],
      ],
    ],
  ]);
});

test("there may be more than it has room for at first", () => {
  const many = Array.from({ length: 5_000 }, (_, at) => ({ variable: at % 3, at, value: at / 4 }));
  const found = [...added(many)];
  expect(found.map(([variable, { length }]) => [variable, length])).toEqual([
    [0, 1_667],
    [1, 1_667],
    [2, 1_666],
  ]);
  expect(found[2]?.[1].slice(0, 2)).toEqual([
    [2, 0.5],
    [5, 1.25],
  ]);
});

test("nothing of what was cleared comes back", () => {
  const samples = added([
    { variable: 1, at: 1, value: '"old"' },
    { variable: 9, at: 2, value: 2 },
  ]);
  samples.clear();
  expect([...samples]).toEqual([]);
  expect([...added([{ variable: 1, at: 3, value: 4 }], samples)]).toEqual([[1, [[3, 4]]]]);
});
