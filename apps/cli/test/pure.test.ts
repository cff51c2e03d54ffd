/** The parts without a server: text that is safe to show, times, values, names, tables. */

import type { Variable } from "@wheelhouse/api";
import type { JsonValue, KindName } from "@wheelhouse/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CommandError, EXIT, toFailure } from "../src/errors.ts";
import { toMatcher } from "../src/names.ts";
import { formatIso, formatLocal, formatSpan, readMoment } from "../src/times.ts";
import { readAssignment, readValue, showValueOf } from "../src/values.ts";
import { toJsonLine, toVisible } from "../src/visible.ts";

describe("what is shown", () => {
  test.each([
    ["plain ünï 🚀", "plain ünï 🚀"],
    ["two\nlines\r\n\tin", "two\\nlines\\r\\n\\tin"],
    ["\u001b[31mred\u001b[0m", "\\u001b[31mred\\u001b[0m"],
    ["\u0000\u007f\u009b", "\\u0000\\u007f\\u009b"],
    ["\u202egnp.exe", "\\u202egnp.exe"],
  ])("%j is shown as %s", (text, shown) => {
    expect(toVisible(text)).toBe(shown);
  });

  test("is one line whatever comes, and JSON stays what it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(toVisible(text)).not.toMatch(/[\p{Cc}\u202e\u2028]/u);
        expect(toJsonLine({ text })).not.toMatch(/[\p{Cc}\u202e\u2028]/u);
        expect(JSON.parse(toJsonLine({ text }))).toEqual({ text });
      }),
    );
  });
});

describe("times", () => {
  const now = Date.UTC(2026, 0, 31, 12);

  test.each([
    ["30s", now - 30_000],
    ["10m", now - 600_000],
    ["2h", now - 7_200_000],
    ["3d", now - 3 * 86_400_000],
    ["1w", now - 7 * 86_400_000],
    ["2026-01-31T12:00:00Z", now],
    ["2026-01-31T13:00:00.250+01:00", now + 250],
    ["2026-01-31", Date.UTC(2026, 0, 31)],
    ["2026", undefined],
    ["10", undefined],
    ["m", undefined],
    ["1e3s", undefined],
    ["2026-13-45", undefined],
    ["Jan 3", undefined],
    ["", undefined],
  ])("%s is read as it is meant, or refused", (text, at) => {
    if (at === undefined)
      expect(() => readMoment("--since", text, now)).toThrow(/expected --since to be like/);
    else expect(readMoment("--since", text, now)).toBe(at);
  });

  test.each([
    [-5, "0 s"],
    [119_999, "119 s"],
    [120_000, "2 min"],
    [7_199_999, "119 min"],
    [7_200_000, "2 h"],
    [172_799_999, "47 h"],
    [172_800_000, "2 d"],
  ])("%i ms last %s", (ms, text) => {
    expect(formatSpan(ms)).toBe(text);
  });

  test("are shown exactly to programs, and by the clock on the wall to people", () => {
    expect(formatIso(now)).toBe("2026-01-31T12:00:00.000Z");
    expect(formatIso(1e300)).toBe("1e+300");
    expect(new Date(formatLocal(now + 7)).getTime()).toBe(now + 7);
    expect(formatLocal(now)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}$/);
  });
});

describe("values", () => {
  const variable = (kind: KindName, rest: Partial<Variable> = {}): Variable => ({
    name: "x",
    kind,
    writable: true,
    min: null,
    max: null,
    step: null,
    unit: null,
    options: null,
    group: null,
    help: null,
    reported: null,
    desired: null,
    ...rest,
  });

  test.each<[KindName, string, JsonValue]>([
    ["boolean", "true", true],
    ["boolean", "0", false],
    ["integer", "-7", -7],
    ["float", " 2.5 ", 2.5],
    ["string", "a=b 'c' ", "a=b 'c' "],
    ["string", "", ""],
    ["string", "5", "5"],
    ["color", "#ff0088", "#ff0088"],
    ["vector", "1,2,3", [1, 2, 3]],
    ["vector", "[1, -2.5]", [1, -2.5]],
    ["json", '{"a":[null]}', { a: [null] }],
    ["json", "null", null],
    ["trigger", "true", true],
  ])("of %s: %s is read", (kind, text, value) => {
    expect(readValue(variable(kind), text)).toEqual(value);
  });

  test.each<[KindName, string]>([
    ["boolean", "maybe"],
    ["integer", "2.5"],
    ["integer", ""],
    ["float", "NaN"],
    ["vector", "1"],
    ["vector", "1,two"],
    ["color", "red"],
    ["json", "{"],
    ["trigger", "false"],
    ["enum", "c"],
  ])("of %s: %s is refused", (kind, text) => {
    const refusal = () => readValue(variable(kind, { options: ["a", "b"] }), text);
    expect(refusal).toThrow(CommandError);
    expect(refusal).toThrow(/expected/);
  });

  test.each<[KindName, JsonValue]>([
    ["boolean", false],
    ["integer", 7],
    ["float", -2.5],
    ["string", "two words"],
    ["vector", [1, 2.5]],
    ["json", { a: ["b"] }],
    ["color", "#abc"],
  ])("of %s: %j is read as it is shown", (kind, value) => {
    expect(readValue(variable(kind), showValueOf(kind, value))).toEqual(value);
  });

  test("an assignment is split at its first =", () => {
    expect(readAssignment("name=a=b")).toEqual({ name: "name", text: "a=b" });
    expect(readAssignment("name=")).toEqual({ name: "name", text: "" });
  });
});

test.each([
  [[], "anything", true],
  [["speed"], "speed", true],
  [["speed"], "speeds", false],
  [["enemy.*"], "enemy.speed", true],
  [["enemy.*"], "enemyXspeed", false],
  [["*"], "", true],
  [["*.x", "y"], "ball.x", true],
  [["a*c"], "abbc", true],
  [["[a]"], "[a]", true],
  [["[a]"], "a", false],
] as const)("%j asks for %s: %s", (wanted, name, isAsked) => {
  expect(toMatcher(wanted)(name)).toBe(isAsked);
});

test("whatever goes wrong is one line, and never a stack trace", () => {
  for (const error of [
    new Error("two\n  lines"),
    new TypeError("x"),
    "text",
    undefined,
    new CommandError("a\nb"),
  ]) {
    const { exitCode, line } = toFailure(error);
    expect(exitCode).toBe(EXIT.failed);
    expect(line).not.toMatch(/\n|    at /);
  }
});
