import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatArguments, formatValue } from "../src/format-value.ts";
import { probe, show, world } from "./support.ts";

class Point {
  readonly x = 1;
  get length(): number {
    throw new Error("not to be asked");
  }
}

describe("a value as text", () => {
  test.each<[unknown, string]>([
    [undefined, "undefined"],
    [null, "null"],
    [-0.5, "-0.5"],
    [10n, "10n"],
    ['a"b\n', String.raw`"a\"b\n"`],
    ["\u007f\u009b\u2028", String.raw`"\u007f\u009b\u2028"`],
    [Symbol("s"), "Symbol(s)"],
    [[1, [2]], "[1, [2]]"],
    [{}, "{}"],
    [{ a: 1, "b\u0000": "c" }, String.raw`{ a: 1, b\u0000: "c" }`],
    [Object.create(null), "{}"],
    [new Point(), "Point { x: 1 }"],
    [new Map([["a", { b: 1 }]]), 'Map(1) { "a" => { b: 1 } }'],
    [new Set([1, 2]), "Set(2) { 1, 2 }"],
    [new TypeError("t\n"), String.raw`[TypeError: t\u000a]`],
    [/x/gu, "/x/gu"],
    [new Uint8Array(7), "[Uint8Array of 7 bytes]"],
    [Promise.resolve(), "[promise]"],
    [function named() {}, "[function named]"],
    [() => {}, "[function anonymous]"],
  ])("is much as it would be written: %o", (value, text) => {
    expect(formatValue(value)).toBe(text);
  });

  test("shows a process as reports do", async () => {
    const { start } = world();
    const ref = await start(probe("A"));
    expect(formatArguments([ref, 1])).toBe(`(${show(ref)}, 1)`);
  });

  test("asks no getter, and survives what refuses to be looked at", () => {
    const getter = Object.defineProperty({}, "a", { enumerable: true, get: () => expect.unreachable() });
    expect(formatValue(getter)).toBe("{ a: [getter] }");
    const refuse = () => {
      throw new Error("no");
    };
    expect(formatValue(new Proxy({}, { getPrototypeOf: refuse, get: refuse, ownKeys: refuse }))).toBe(
      "[unreadable]",
    );
  });

  test("goes round in no circle, and not too deep", () => {
    const circle: Record<string, unknown> = { a: 1 };
    circle["self"] = circle;
    expect(formatValue(circle)).toBe("{ a: 1, self: [circular] }");
    expect(formatValue([[[[[["deep"]]]]]])).toBe("[[[[[Array]]]]]");
    expect(formatValue({ a: { a: { a: { a: { a: 1 } } } } })).toBe("{ a: { a: { a: { a: [Object] } } } }");
  });

  test("is short, however much there is", () => {
    const numbers = Array.from({ length: 1_000 }, (_, n) => n);
    expect(formatValue(numbers)).toMatch(/, 23, … 976 more\]$/u);
    expect(formatValue(new Set(numbers))).toMatch(/, 23, … 976 more \}$/u);
    expect(formatValue(new Map(numbers.map((n) => [n, n])))).toMatch(/, 23 => 23, … 976 more \}$/u);
    expect(formatValue(Object.fromEntries(numbers.map((n) => [n, n])))).toMatch(/, 23: 23, … 976 more \}$/u);
    expect(formatValue("x".repeat(1_000))).toBe(`"${"x".repeat(200)}…"`);
  });

  test("is one line without control characters, whatever it is of", () => {
    fc.assert(
      fc.property(
        fc.anything({ withMap: true, withSet: true, withTypedArray: true, withBigInt: true }),
        (value) => {
          // oxlint-disable-next-line no-control-regex -- these are what it is about
          expect(formatValue(value)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/u);
        },
      ),
    );
  });
});
