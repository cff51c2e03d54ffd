import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  KIND_NAMES,
  MAX_SET_DEPTH,
  fitValue,
  formatValue,
  inferKind,
  isKindName,
  kindOf,
  valuesEqual,
  type KindName,
} from "../../src/kinds/index.ts";
import type { Limits } from "../../src/kinds/kind.ts";
import { parseDeviceJson, type JsonValue } from "../../src/json.ts";

const WIRE_KINDS = ["boolean", "integer", "float", "string", "enum", "color", "vector", "json", "trigger"];

test("the kinds are those of the wire, and nothing inherited is one", () => {
  expect([...KIND_NAMES].sort()).toEqual([...WIRE_KINDS].sort());
  for (const name of KIND_NAMES) expect(isKindName(name)).toBe(true);
  for (const name of ["toString", "__proto__", "Integer", "", 1, null, undefined])
    expect(isKindName(name)).toBe(false);
});

describe("parse", () => {
  const reads: Record<KindName, [input: JsonValue, value: JsonValue][]> = {
    boolean: [
      [true, true],
      [false, false],
      ["true", true],
      ["false", false],
      [1, true],
      [0, false],
      ["1", true],
      ["0", false],
    ],
    integer: [
      [3, 3],
      ["3", 3],
      ["+3", 3],
      ["-3", -3],
      [" 3 ", 3],
      ["3.0", 3],
      ["3e2", 300],
      [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    ],
    float: [
      [3.5, 3.5],
      ["3.5", 3.5],
      [".5", 0.5],
      ["5.", 5],
      ["-1E-3", -0.001],
      ["1e308", 1e308],
    ],
    string: [
      ["", ""],
      ["5", "5"],
    ],
    enum: [["easy", "easy"]],
    color: [
      ["#fff", "#fff"],
      ["#A0b1C2", "#A0b1C2"],
      ["#a0b1c2d3", "#a0b1c2d3"],
    ],
    vector: [
      [
        [1, 2],
        [1, 2],
      ],
      [
        [1, 2.5, 3, 4],
        [1, 2.5, 3, 4],
      ],
    ],
    json: [
      [null, null],
      [{ a: [1] }, { a: [1] }],
    ],
    trigger: [
      [true, true],
      ["true", true],
      [1, true],
    ],
  };
  const refuses: Record<KindName, JsonValue[]> = {
    boolean: ["yes", "", 2, 0.5, null, [], {}],
    integer: [
      3.5,
      "3.5",
      "",
      " ",
      "0x10",
      "1_000",
      "1,5",
      "many",
      "Infinity",
      "NaN",
      2 ** 53,
      null,
      true,
      [3],
    ],
    float: ["", ".", "e5", "1e", "--1", "0x10", "1e999", "NaN", Infinity, NaN, null, false, [1]],
    string: [5, true, null, ["a"], {}],
    enum: [5, null, ["easy"]],
    color: ["red", "#ff", "#ffff", "#fffff", "#fffffff", "#ggg", "fff", "#fff\n", 0xffffff, null],
    vector: [
      [1],
      [1, 2, 3, 4, 5],
      [1, "2"],
      [1, null],
      [1, Infinity],
      "1,2",
      { 0: 1, 1: 2, length: 2 },
      null,
      1,
    ],
    json: [],
    trigger: [false, "false", 0, 2, "go", "", null, [], {}],
  };

  for (const kind of KIND_NAMES) {
    test.each(reads[kind])(`${kind} reads %j as %j`, (input, value) => {
      expect(kindOf(kind).parse(input)).toEqual(value);
    });
    test.each(refuses[kind].map((input) => [input]))(`${kind} refuses %j`, (input) => {
      expect(kindOf(kind).parse(input)).toBeUndefined();
    });
  }

  test("a long run of digits is read in one pass", () => {
    // Read in quadratic work, this would take minutes.
    expect(kindOf("float").parse(`${"1".repeat(1_000_000)}x`)).toBeUndefined();
  });

  test("nothing throws, and what is read is read again as the same", () => {
    fc.assert(
      fc.property(fc.constantFrom(...KIND_NAMES), anyJson(), (kind, input) => {
        const value = kindOf(kind).parse(input);
        if (value !== undefined) expect(kindOf(kind).parse(value)).toEqual(value);
      }),
    );
  });
});

describe("constrain, through fitValue", () => {
  type Case = [kind: KindName, limits: Limits, input: JsonValue, value: JsonValue];
  const fits: Case[] = [
    ["float", {}, "2.5", 2.5],
    ["float", { min: 0, max: 9 }, 0, 0],
    ["float", { min: 0, max: 9 }, 9, 9],
    ["float", { min: 0, max: 9, step: 0.5 }, 0.3, 0.3],
    ["integer", { min: 0 }, "1e6", 1_000_000],
    ["boolean", {}, "1", true],
    ["boolean", { min: 5 }, true, true],
    ["string", { max: 1 }, "long", "long"],
    ["enum", { options: ["easy", "hard"] }, "hard", "hard"],
    ["color", {}, "#FFF", "#FFF"],
    ["vector", { min: 0, max: 1 }, [0, 1], [0, 1]],
    ["json", {}, { a: null }, { a: null }],
    ["trigger", { min: 5 }, true, true],
  ];
  test.each(fits)("%s with %j takes %j as %j", (kind, limits, input, value) => {
    expect(fitValue({ kind, ...limits }, input)).toEqual({ value });
  });

  type Misfit = [kind: KindName, limits: Limits, input: JsonValue, code: string, message: string];
  const misfits: Misfit[] = [
    ["float", { min: 0, max: 9 }, 12, "out_of_range", "expected 0 to 9, got: 12"],
    ["float", { min: 0, max: 9 }, -0.1, "out_of_range", "expected 0 to 9, got: -0.1"],
    ["float", { min: 0 }, -1, "out_of_range", "expected at least 0, got: -1"],
    ["integer", { max: 9 }, "10", "out_of_range", 'expected at most 9, got: "10"'],
    ["float", {}, "fast", "invalid", 'expected a number, got: "fast"'],
    ["integer", {}, 1.5, "invalid", "expected a whole number, got: 1.5"],
    ["boolean", {}, "yes", "invalid", 'expected true or false, got: "yes"'],
    ["string", {}, 5, "invalid", "expected text, got: 5"],
    ["enum", { options: ["easy", "hard"] }, "medium", "invalid", 'expected one of easy, hard, got: "medium"'],
    ["enum", { options: ["easy"] }, 5, "invalid", "expected one of the declared options, got: 5"],
    ["color", {}, "red", "invalid", 'expected a colour like #rrggbb, got: "red"'],
    ["vector", {}, [1], "invalid", "expected a list of 2 to 4 numbers, got: [1]"],
    ["vector", { max: 1 }, [0, 2], "out_of_range", "expected at most 1, got: [0,2]"],
    ["json", {}, Infinity, "invalid", "expected a JSON value, got: Infinity"],
    ["json", {}, [NaN], "invalid", "expected a JSON value, got: [null]"],
    ["trigger", {}, false, "invalid", "expected true, which presses it, got: false"],
  ];
  test.each(misfits)("%s with %j refuses %j as %s: %s", (kind, limits, input, code, message) => {
    expect(fitValue({ kind, ...limits }, input)).toEqual({ code, message });
  });

  test("what nests too deep to be answered fits no kind", () => {
    const answer = (value: JsonValue) =>
      JSON.stringify({ type: "applied", id: 1, results: { name: { value } } });
    expect(fitValue({ kind: "json" }, deep(MAX_SET_DEPTH))).toHaveProperty("value");
    expect(parseDeviceJson(answer(deep(MAX_SET_DEPTH)))).toBeDefined();
    expect(parseDeviceJson(answer(deep(MAX_SET_DEPTH + 1)))).toBeUndefined();
    for (const kind of KIND_NAMES) {
      expect(fitValue({ kind }, deep(MAX_SET_DEPTH + 1))).toMatchObject({ code: "invalid" });
      expect(fitValue({ kind }, deep(100_000))).toMatchObject({ code: "invalid" });
    }
  });

  test.each<JsonValue>(["\ud800", "a\udc00b", ["\ud83d"], { a: { "\udfff": 1 } }])(
    "text with half a surrogate pair fits no kind: %j",
    (value) => {
      for (const kind of KIND_NAMES) expect(fitValue({ kind }, value)).toMatchObject({ code: "invalid" });
    },
  );

  test("text with whole pairs fits", () => {
    expect(fitValue({ kind: "string" }, "\ud83d\ude80")).toEqual({ value: "🚀" });
    expect(fitValue({ kind: "json" }, { "🚀": ["🚀"] })).toEqual({ value: { "🚀": ["🚀"] } });
  });

  test("a value within the limits fits, one outside doesn't", () => {
    const number = fc.integer({ min: -100, max: 100 });
    fc.assert(
      fc.property(number, number, number, (min, max, value) => {
        const fit = fitValue({ kind: "integer", min, max }, value);
        expect("value" in fit).toBe(min <= value && value <= max);
      }),
    );
  });
});

describe("format", () => {
  const values: Record<Exclude<KindName, "vector" | "json">, fc.Arbitrary<JsonValue>> = {
    boolean: fc.boolean(),
    integer: fc.maxSafeInteger(),
    float: fc.double({ noNaN: true, noDefaultInfinity: true }),
    string: fc.string(),
    enum: fc.string(),
    color: fc.stringMatching(/^#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$/),
    trigger: fc.constant(true),
  };
  test.each(Object.entries(values))("text of a %s is read back as an equal value", (name, arbitrary) => {
    const kind = kindOf(name as KindName);
    fc.assert(
      fc.property(arbitrary, (value) => {
        const again = kind.parse(kind.format(value));
        expect(again !== undefined && kind.equal(again, value)).toBe(true);
      }),
    );
  });

  test.each(["vector", "json"] as const)("text of a %s is its JSON", (kind) => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 2, maxLength: 4 }), (value) => {
        expect(valuesEqual(kind, JSON.parse(formatValue(kind, value)) as JsonValue, value)).toBe(true);
      }),
    );
  });

  test.each([
    ["float", 5, "5"],
    ["float", "5.0", "5"],
    ["float", 1e21, "1e+21"],
    ["integer", "007", "7"],
    ["boolean", "1", "true"],
    ["string", "a:b", "a:b"],
    ["vector", [1, 2], "[1,2]"],
    ["json", { a: 1 }, '{"a":1}'],
    ["json", "text", '"text"'],
  ] as [KindName, JsonValue, string][])("%s shows %j as %s", (kind, value, shown) => {
    expect(formatValue(kind, value)).toBe(shown);
  });

  test("shows a value that isn't of the kind as it is", () => {
    expect(formatValue("integer", "many")).toBe("many");
    expect(formatValue("integer", null)).toBe("null");
    expect(formatValue("boolean", [1])).toBe("[1]");
  });
});

describe("valuesEqual", () => {
  test.each([
    ["float", 1, "1.0", true],
    ["float", 0, -0, true],
    ["float", 1, 1.1, false],
    ["integer", "3", 3, true],
    ["boolean", "1", true, true],
    ["boolean", 0, true, false],
    ["string", "1", "1.0", false],
    ["color", "#fff", "#FFFFFF", true],
    ["color", "#fff", "#ffffff00", false],
    ["vector", [1, 2], [1, 2], true],
    ["vector", [1, 2], [2, 1], false],
    ["json", { a: 1, b: 2 }, { b: 2, a: 1 }, true],
    ["float", "many", "many", true],
    ["float", "many", "few", false],
    ["float", "many", 1, false],
    ["float", [1], [1], true],
    ["float", null, null, true],
  ] as [KindName, JsonValue, JsonValue, boolean][])("%s: %j and %j: %s", (kind, left, right, equal) => {
    expect(valuesEqual(kind, left, right)).toBe(equal);
    expect(valuesEqual(kind, right, left)).toBe(equal);
  });

  test("holds for a value and itself", () => {
    fc.assert(
      fc.property(fc.constantFrom(...KIND_NAMES), anyJson(), (kind, value) => {
        expect(valuesEqual(kind, value, JSON.parse(JSON.stringify(value)) as JsonValue)).toBe(true);
      }),
    );
  });
});

describe("inferKind", () => {
  test.each([
    [true, undefined, "boolean"],
    [3, undefined, "integer"],
    [3.5, undefined, "float"],
    [2 ** 53, undefined, "float"],
    ["3", undefined, "string"],
    [[1, 2], undefined, "vector"],
    [[1], undefined, "json"],
    [{ x: 1 }, undefined, "json"],
    [null, undefined, "json"],
    [3, "float", "float"],
    [3, "integer", "integer"],
    [3.5, "integer", "float"],
    [3, "string", "integer"],
    ["fast", "float", "string"],
    [true, "float", "boolean"],
  ] as [JsonValue, KindName | undefined, KindName][])("%j after %s is %s", (value, before, kind) => {
    expect(inferKind(value, before)).toBe(kind);
  });

  test("the value is of the kind that it gives", () => {
    fc.assert(
      fc.property(
        anyJson(),
        fc.option(fc.constantFrom(...KIND_NAMES), { nil: undefined }),
        (value, before) => {
          expect(kindOf(inferKind(value, before)).parse(value)).toEqual(value);
        },
      ),
    );
  });
});

function anyJson(): fc.Arbitrary<JsonValue> {
  return fc.oneof(
    fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>,
    fc.constantFrom("true", "1", "0", "#fff", " 1 ", "-0", "", ".5"),
    fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 5 }),
  );
}

function deep(depth: number): JsonValue {
  let value: JsonValue = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}
