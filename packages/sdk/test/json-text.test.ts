import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { KIND_NAMES, kindOf, type KindName } from "@wheelhouse/protocol";

import { explain, toFieldsText, toText, toValueText } from "../src/json-text.ts";

describe("a value", () => {
  test.each<[unknown, KindName | undefined, string]>([
    [1.5, undefined, "1.5"],
    [-0, "float", "0"],
    ["5", "integer", "5"],
    ["yes", undefined, '"yes"'],
    ["\ud800", "string", '"\\ud800"'],
    ["TRUE", "boolean", "true"],
    [null, undefined, "null"],
    [[1, 2], "vector", "[1,2]"],
    [{ a: undefined, b: [undefined] }, "json", '{"b":[null]}'],
    [new Date(0), "string", '"1970-01-01T00:00:00.000Z"'],
    [new Number(5), "integer", "5"],
  ])("%j of the kind %s is %s", (value, kind, text) => {
    expect(toValueText(value, kind)).toBe(text);
  });

  test.each<[unknown, KindName | undefined, string]>([
    [Number.NaN, undefined, "expected it to be a JSON value, got: NaN"],
    [Number.POSITIVE_INFINITY, "float", "expected it to be a number, got: Infinity"],
    [0.5, "integer", "expected it to be a whole number, got: 0.5"],
    [null, "float", "expected it to be a number, got: null"],
    [undefined, undefined, "expected it to be a JSON value, got: nothing"],
    [
      [1, Number.NaN],
      "vector",
      "expected it to be a list of 2 to 4 numbers, got: [1,null], with NaN or an infinity in it",
    ],
    [circle(), undefined, "expected it to be a JSON value, got: something that can't be written as JSON"],
    [10n, "integer", "expected it to be a whole number, got: something that can't be written as JSON"],
    [
      { toJSON: () => [Number.NaN, 1] },
      "vector",
      "expected it to be a list of 2 to 4 numbers, got: [null,1]",
    ],
  ])("%o of the kind %s can't be sent", (value, kind, problem) => {
    const text = toValueText(value, kind);
    expect(typeof text === "string" ? text : explain("it", text)).toBe(problem);
  });

  test("becomes text exactly when its kind takes it", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(...KIND_NAMES), (value, kind) => {
        const parsed = kindOf(kind).parse(value as never);
        const text = toValueText(value, kind);
        expect(typeof text === "string" ? text : undefined).toBe(JSON.stringify(parsed));
      }),
    );
  });
});

test("fields are an object, and a number that JSON can't hold is null there", () => {
  expect(toFieldsText({ x: Number.NaN, y: 1 })).toBe('{"x":null,"y":1}');
  for (const fields of [[1], null, "x", new Date(0), circle(), () => 1])
    expect(toFieldsText(fields)).toMatchObject({ expected: "an object" });
});

test("anything is some text", () => {
  expect([toText("a"), toText(10n), toText(Symbol("s")), toText(Object.create(null))]).toEqual([
    "a",
    "10",
    "Symbol(s)",
    "{}",
  ]);
});

function circle(): object {
  const itself: Record<string, unknown> = {};
  itself["self"] = itself;
  return itself;
}
