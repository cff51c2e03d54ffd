import { expect, test } from "vitest";
import { LOG_LEVELS } from "../src/log-level.ts";
import { toLogMatcher, toTextMatcher } from "../src/log-search.ts";

test("a level finds itself and those above; none finds all", () => {
  const found = (level?: (typeof LOG_LEVELS)[number]) =>
    LOG_LEVELS.filter((each) => toLogMatcher({ level })({ level: each, message: "" }));
  expect(found()).toEqual(LOG_LEVELS);
  for (const [index, level] of LOG_LEVELS.entries()) expect(found(level)).toEqual(LOG_LEVELS.slice(index));
});

test("level and text both have to fit", () => {
  const matches = toLogMatcher({ level: "warn", text: "fuel" });
  expect(matches({ level: "warn", message: "Fuel is low" })).toBe(true);
  expect(matches({ level: "info", message: "Fuel is low" })).toBe(false);
  expect(matches({ level: "warn", message: "the tank is empty" })).toBe(false);
});

test.each([
  ["strasse", "Straße"],
  ["STRAẞE", "strasse"],
  ["sum", "\u017fum"],
  ["οδος", "Η ΟΔΟΣ ΜΑΣ"],
  ["50 k", "50 \u212a"],
  ["ISIL", "\u0131s\u0131l"],
  ["i\u0307stanbul", "İstanbul"],
  ["ﬁsh", "FISH"],
])("%s is found in %s", (part, text) => {
  expect(toTextMatcher(part)(text)).toBe(true);
});

test("letters that differ in more than their case are told apart", () => {
  expect(toTextMatcher("uber")("über")).toBe(false);
  expect(toTextMatcher("")("")).toBe(true);
});
