import { expect, test } from "vitest";
import { LOG_LEVELS, parseLogLevel } from "../src/log-level.ts";

test("a level's number is its place", () => {
  for (const [number, level] of LOG_LEVELS.entries()) {
    expect(parseLogLevel(number)).toBe(level);
    expect(parseLogLevel(String(number))).toBe(level);
    expect(parseLogLevel(level)).toBe(level);
  }
});

test.each([
  ["WARN", "warn"],
  ["Warning", "warn"],
  ["trace", "debug"],
  ["verbose", "debug"],
  ["notice", "info"],
  ["err", "error"],
  ["critical", "fatal"],
])("%s is %s", (text, level) => {
  expect(parseLogLevel(text)).toBe(level);
});

test.each([
  5,
  -1,
  1.5,
  NaN,
  Infinity,
  "5",
  "",
  "loud",
  "toString",
  "length",
  "__proto__",
  null,
  undefined,
  true,
  ["info"],
])("%j is no level", (input) => {
  expect(parseLogLevel(input)).toBeUndefined();
});
