import { expect, test } from "vitest";
import { mergeEntries } from "../../src/live/entries.ts";
import { countAfter, matches } from "../../src/logs/log-filter.ts";
import { entry } from "../live/fixtures.ts";

const entries = [
  entry(1, { level: "debug", message: "Autosave queued" }),
  entry(2, { level: "warn", message: "slow frame" }),
  entry(3, { level: "error", message: "no AUTOSAVE" }),
];
const ids = (level: "debug" | "warn", text: string): number[] =>
  entries.filter(matches({ level, text })).map(({ id }) => id);

test("shows entries of a level and above that hold the text, however it is written", () => {
  expect(ids("debug", "")).toEqual([1, 2, 3]);
  expect(ids("warn", "")).toEqual([2, 3]);
  expect(ids("debug", " autosave ")).toEqual([1, 3]);
  expect(ids("warn", "autosave")).toEqual([3]);
});

test("shows what the server's search finds, also where a letter's cases aren't two", () => {
  const shown = (text: string, message: string) => matches({ level: "debug", text })(entry(1, { message }));
  expect(shown("strasse", "Straße")).toBe(true);
  expect(shown("sum", "\u017fum")).toBe(true);
  expect(shown("über", "uber")).toBe(false);
});

test("counts what came after the line at which the log was paused", () => {
  expect(countAfter(entries, 1)).toBe(2);
  expect(countAfter(entries, 3)).toBe(0);
});

test("loaded and live entries become one list in order without doubles", () => {
  const merged = mergeEntries([], [entry(4), entry(5), entry(2), entry(4)], 10);
  expect(merged.map(({ id }) => id)).toEqual([2, 4, 5]);
  expect(mergeEntries([entry(1), entry(2)], [entry(3)], 2).map(({ id }) => id)).toEqual([2, 3]);
});
