/** Each measurement in a short form: that it runs, does the work it counts and prints a row; never how long it takes. */

import { expect, test } from "vitest";
import type { Figure } from "../../figure.ts";
import { measure as measureDisk } from "../../storage/disk.ts";
import { measure as measureHistory } from "../../storage/history.ts";
import { measure as measureIngest } from "../../storage/ingest.ts";
import { measure as measureOpen } from "../../storage/open.ts";
import { measure as measureSearch } from "../../storage/search.ts";
import { sizesFrom } from "../../storage/sizes.ts";
import { expectRows } from "../expect-rows.ts";

const MEASUREMENTS: readonly [string, () => Promise<readonly Figure[]>, number][] = [
  ["storage-ingest", () => measureIngest({ entries: 400, values: 400, devices: 5, runs: 1 }), 2],
  ["storage-search", () => measureSearch({ entries: 3_000, times: 2 }), 6],
  ["storage-history", () => measureHistory({ samples: 3_000, times: 2 }), 3],
  ["storage-open", () => measureOpen({ bytes: 1, times: 1 }), 1],
  ["storage-disk", () => measureDisk({ entries: 1_000, values: 1_000, devices: 5 }), 2],
];

test.each(MEASUREMENTS)("%s: does the work it counts and says what came of it", async (_, measure, rows) => {
  const figures = await measure();
  expectRows(figures, rows);
});

test("storage-search finds what it looks for", async () => {
  const figures = await measureSearch({ entries: 3_000, times: 1 });
  const found = figures.map(({ what }) => Number(/: (\d+) found/.exec(what)?.[1]));
  expect(found.slice(0, 2)).toEqual([0, 100]);
  expect(found[2]).toBeGreaterThan(0);
  expect(found[4]).toBe(0);
});

test("storage-history misses no peak", async () => {
  const figures = await measureHistory({ samples: 3_000, times: 1 });
  expect(figures.at(-1)).toMatchObject({ what: "peaks that are missing", met: true });
});

test("sizes are given by name, and only those there are", () => {
  const sizes = { entries: 5, times: 2 };
  expect(sizesFrom(["--entries", "7"], sizes)).toEqual({ entries: 7, times: 2 });
  expect(() => sizesFrom(["--entries", "-1"], sizes)).toThrow(/--entries/);
  expect(() => sizesFrom(["--entrees", "7"], sizes)).toThrow();
});
