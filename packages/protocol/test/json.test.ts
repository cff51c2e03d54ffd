import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  isWritableJson,
  jsonEqual,
  parseDeviceJson,
  parseJson,
  showValue,
  type JsonValue,
} from "../src/json.ts";
import { MAX_JSON_DEPTH } from "../src/limits.ts";

const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
const json = fc.jsonValue() as fc.Arbitrary<JsonValue>;

describe("parseJson", () => {
  test.each(["", "{", "undefined", "{'a':1}", "[1,]", "NaN", "1 2"])("gives undefined for %j", (text) => {
    expect(parseJson(text)).toBeUndefined();
  });
});

describe("parseDeviceJson", () => {
  test("reads what JSON.stringify wrote", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(parseDeviceJson(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test("takes nesting up to the limit and none beyond", () => {
    expect(parseDeviceJson(nested(MAX_JSON_DEPTH))).toBeDefined();
    expect(parseDeviceJson(nested(MAX_JSON_DEPTH + 1))).toBeUndefined();
    expect(parseDeviceJson(`${'{"a":'.repeat(MAX_JSON_DEPTH + 1)}1${"}".repeat(MAX_JSON_DEPTH + 1)}`)).toBe(
      undefined,
    );
    expect(parseDeviceJson(nested(32_000))).toBeUndefined();
  });

  test.each(["1e999", "[-1e999]", '{"a":{"b":1e400}}'])("refuses the number in %s", (text) => {
    expect(parseJson(text)).toBeDefined();
    expect(parseDeviceJson(text)).toBeUndefined();
  });
});

describe("isWritableJson", () => {
  test("counts lists and objects, not the scalars in them", () => {
    expect(isWritableJson(1, 0)).toBe(true);
    expect(isWritableJson([1], 0)).toBe(false);
    expect(isWritableJson([{ a: 1 }], 2)).toBe(true);
    expect(isWritableJson([{ a: [] }], 2)).toBe(false);
  });
});

describe("showValue", () => {
  test.each([
    [undefined, "nothing"],
    ["5", '"5"'],
    [null, "null"],
    ["line\nfeed", '"line\\nfeed"'],
    [Infinity, "Infinity"],
    [Symbol("s"), "something that can't be written as JSON"],
    [10n, "something that can't be written as JSON"],
    [parseJson(nested(100_000)), "something that can't be written as JSON"],
  ])("shows a value as it should: case %#", (value, shown) => {
    expect(showValue(value)).toBe(shown);
  });

  test("cuts at 60 characters", () => {
    expect(showValue("x".repeat(58))).toBe(`"${"x".repeat(58)}"`);
    expect(showValue("x".repeat(59))).toBe(`"${"x".repeat(58)}…`);
  });
});

describe("jsonEqual", () => {
  test("holds for a copy, whatever the order of its fields", () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(jsonEqual(value, reversed(value))).toBe(true);
      }),
    );
  });

  test("is symmetric, and what it calls equal is written alike", () => {
    fc.assert(
      fc.property(json, json, (left, right) => {
        expect(jsonEqual(left, right)).toBe(jsonEqual(right, left));
        // Written, because -0 is written as 0.
        if (jsonEqual(left, right))
          expect(JSON.parse(JSON.stringify(left))).toEqual(JSON.parse(JSON.stringify(right)));
      }),
    );
  });

  test.each([
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1, 2]],
    [[], {}],
    [{ a: 1 }, { a: 1, b: 2 }],
    [{ a: 1 }, { b: 1 }],
    [1, "1"],
    [null, {}],
    [{ length: 0 }, []],
  ] as [JsonValue, JsonValue][])("tells %j from %j", (left, right) => {
    expect(jsonEqual(left, right)).toBe(false);
    expect(jsonEqual(right, left)).toBe(false);
  });
});

/** The same value with the fields of every object in the opposite order. */
function reversed(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((item: JsonValue) => reversed(item));
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).map(([name, item]) => [name, reversed(item)] as const);
  return Object.fromEntries(fields.toReversed());
}
