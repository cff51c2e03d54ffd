import type { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { newestFirst, type Point } from "../../../src/rules/history.ts";
import { openIndex } from "../../../src/sqlite/index/index-file.ts";
import { indexReading } from "../../../src/sqlite/index/read-index.ts";
import { sampleIndexing } from "../../../src/sqlite/index/sample-indexing.ts";
import { SamplesByVariable, type SampleToIndex } from "../../../src/sqlite/index/samples-by-variable.ts";
import { prepareOnce } from "../../../src/sqlite/statement.ts";

let index: DatabaseSync;
beforeEach(() => {
  index = openIndex(":memory:");
});
afterEach(() => index.close());

const VARIABLES = 5;

/** Samples of all variables in turn, most of them a little later than the one before, some much earlier. */
function samplesOf(count: number): readonly SampleToIndex[] {
  return Array.from({ length: count }, (_, place) => ({
    variable: 1 + (place % VARIABLES),
    at: place % 37 === 0 ? place * 3 : place * 10 + ((place * 7) % 11),
    value: place % 50 === 0 ? '"broken"' : place,
  }));
}

function collected(samples: readonly SampleToIndex[]): SamplesByVariable {
  const byVariable = new SamplesByVariable();
  for (const sample of samples) byVariable.add(sample);
  return byVariable;
}

function readAll(variable: number): readonly Point[] {
  const chunks = indexReading(prepareOnce(index))?.chunks(variable, -Infinity, Infinity) ?? [];
  return [...newestFirst(chunks, -Infinity, Infinity)].toReversed();
}

function expected(samples: readonly SampleToIndex[], variable: number): readonly Point[] {
  return samples
    .filter((sample) => sample.variable === variable)
    .map(({ at, value }): Point => [at, typeof value === "number" ? value : "broken"])
    .toSorted(([one], [other]) => one - other);
}

const count = (sql: string) => Number(index.prepare(`SELECT count(*) AS count FROM ${sql}`).get()?.["count"]);

test.each([1, 7, 300])("runs of %i samples are merged as they become many, and nothing is lost", (size) => {
  const samples = samplesOf(size * 300);
  const indexing = sampleIndexing(index);
  for (let first = 0; first < samples.length; first += size) {
    indexing.add(collected(samples.slice(first, first + size)));
    expect(count("runs")).toBeLessThanOrEqual(15 + 15 + 1);
  }
  for (let variable = 1; variable <= VARIABLES; variable += 1) {
    expect(readAll(variable)).toEqual(expected(samples, variable));
  }
  indexing.mergeAll();
  expect(count("runs")).toBe(1);
  for (let variable = 1; variable <= VARIABLES; variable += 1) {
    expect(readAll(variable)).toEqual(expected(samples, variable));
  }
});

test("a merged run has as few chunks as can be", () => {
  const indexing = sampleIndexing(index);
  const samples = Array.from({ length: 20_000 }, (_, at) => ({ variable: 1 + (at % 2), at, value: at }));
  for (let first = 0; first < samples.length; first += 100)
    indexing.add(collected(samples.slice(first, first + 100)));
  indexing.mergeAll();
  expect(count("chunks")).toBe(2 * Math.ceil(10_000 / 512));
});
