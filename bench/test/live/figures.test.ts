/** The measurement in a short form: that it runs, does the work it counts and prints its rows; never how long it takes. */

import { afterEach, expect, test, vi } from "vitest";
import { measure } from "../../live/main.ts";
import { expectRows } from "../expect-rows.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("live: does the work it counts and says what came of it", { timeout: 120_000 }, async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  const figures = await measure({ pages: 6, unread: 2, seconds: 0.3, mostSeconds: 0.5, entries: 5 });
  expectRows(figures, 16);
  const [, ...counts] = figures.slice(9);
  const met = (what: string) => counts.find((figure) => figure.what.startsWith(what))?.met;
  expect(met("log entries lost, doubled or left out")).toBe(true);
  expect(met("values shown that aren't the newest")).toBe(true);
});
