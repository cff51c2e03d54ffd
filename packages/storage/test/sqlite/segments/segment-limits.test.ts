import { expect, test } from "vitest";
import { KEEP_ALL, type Retention } from "../../../src/index.ts";
import { limitsWithin } from "../../../src/sqlite/segments/segment-limits.ts";

const MEBIBYTE = 1_048_576;
const HOUR_MS = 3_600_000;
const most = { maxBytes: 128 * MEBIBYTE, maxAgeMs: 24 * HOUR_MS };

test.each<[string, Retention, typeof most]>([
  ["everything: as long as they may be", KEEP_ALL, most],
  ["much: as long as they may be", { maxBytes: 1e12, maxAgeMs: 1e12 }, most],
  [
    "little: a quarter of it",
    { maxBytes: 20 * MEBIBYTE, maxAgeMs: HOUR_MS },
    { maxBytes: 5 * MEBIBYTE, maxAgeMs: HOUR_MS / 4 },
  ],
  [
    "next to nothing: a mebibyte, and a minute",
    { maxBytes: 1, maxAgeMs: 1 },
    { maxBytes: MEBIBYTE, maxAgeMs: 60_000 },
  ],
])("a project keeps %s", (_, retention, limits) => {
  expect(limitsWithin(most, retention)).toEqual(limits);
});

test("segments that are shorter anyway stay so", () => {
  const short = { maxBytes: 1_000, maxAgeMs: 10 };
  expect(limitsWithin(short, { maxBytes: 1, maxAgeMs: 1 })).toEqual(short);
});
