import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isVariableName, parseDeclaration } from "../src/declaration.ts";
import { KIND_NAMES } from "../src/kinds/index.ts";
import { MAX_NAME_LENGTH } from "../src/limits.ts";

const lives = { name: "lives", kind: "integer" };

describe("what is taken", () => {
  test("a name and a kind are enough; what isn't declared writable is read-only", () => {
    expect(parseDeclaration(lives, "it")).toStrictEqual({
      declaration: { name: "lives", kind: "integer", writable: false },
    });
  });

  test("every field", () => {
    const declaration = {
      name: "enemy.speed",
      kind: "float",
      writable: true,
      min: 0,
      max: 9,
      step: 0.1,
      unit: "m/s",
      options: ["slow", "fast"],
      group: "Enemies",
      help: "How fast they run",
    };
    expect(parseDeclaration({ ...declaration, value: "3" }, "it")).toStrictEqual({ declaration, value: 3 });
  });

  test("unknown fields are ignored", () => {
    expect(parseDeclaration({ ...lives, colour: "red", desired: 1 }, "it")).toStrictEqual({
      declaration: { ...lives, writable: false },
    });
  });

  test("null is a value of any JSON", () => {
    expect(parseDeclaration({ name: "state", kind: "json", value: null }, "it")).toStrictEqual({
      declaration: { name: "state", kind: "json", writable: false },
      value: null,
    });
  });

  test("the device's own value may lie outside its limits", () => {
    expect(parseDeclaration({ ...lives, max: 9, value: 10 }, "it")).toMatchObject({ value: 10 });
    expect(parseDeclaration({ name: "m", kind: "enum", options: ["a"], value: "b" }, "it")).toMatchObject({
      value: "b",
    });
  });

  test("min and max may be the same", () => {
    expect(parseDeclaration({ ...lives, min: 3, max: 3 }, "it")).toHaveProperty("declaration");
  });
});

describe("what is refused", () => {
  test.each([
    [null, "expected it to be an object, got: null"],
    [[], "expected it to be an object, got: []"],
    [{}, "expected it.name to be well-formed text of 1 to 200 characters, not . or .., got: nothing"],
    [
      { ...lives, name: "" },
      'expected it.name to be well-formed text of 1 to 200 characters, not . or .., got: ""',
    ],
    [{ name: "lives" }, `expected it.kind to be one of ${KIND_NAMES.join(", ")}, got: nothing`],
    [
      { ...lives, kind: "toString" },
      `expected it.kind to be one of ${KIND_NAMES.join(", ")}, got: "toString"`,
    ],
    [{ ...lives, min: "0" }, 'expected it.min to be a number, got: "0"'],
    [{ ...lives, max: null }, "expected it.max to be a number, got: null"],
    [{ ...lives, max: Infinity }, "expected it.max to be a number, got: Infinity"],
    [{ ...lives, min: NaN }, "expected it.min to be a number, got: NaN"],
    [{ ...lives, step: 0 }, "expected it.step to be a number above 0, got: 0"],
    [{ ...lives, step: Infinity }, "expected it.step to be a number above 0, got: Infinity"],
    [{ ...lives, min: 5, max: 4 }, "expected it.max to be at least min (5), got: 4"],
    [{ ...lives, unit: 1 }, "expected it.unit to be text, got: 1"],
    [{ ...lives, group: [] }, "expected it.group to be text, got: []"],
    [{ ...lives, help: {} }, "expected it.help to be text, got: {}"],
    [{ ...lives, writable: "yes" }, 'expected it.writable to be true or false, got: "yes"'],
    [{ ...lives, options: [] }, "expected it.options to be a list of text, got: []"],
    [{ ...lives, options: ["a", 1] }, 'expected it.options to be a list of text, got: ["a",1]'],
    [{ name: "mode", kind: "enum" }, "expected it.options to be a list of text, got: nothing"],
    [{ ...lives, value: null }, "expected it.value to be a whole number, got: null"],
    [{ name: "title", kind: "string", value: null }, "expected it.value to be text, got: null"],
    [{ ...lives, value: "many" }, 'expected it.value to be a whole number, got: "many"'],
  ])("%j: %s", (input, problem) => {
    expect(parseDeclaration(input, "it")).toStrictEqual({ problem });
  });
});

test("names have 1 to 200 characters, whichever", () => {
  for (const name of ["a", "enemy:speed", "Ä b\t", "__proto__", "...", "🚀", "x".repeat(MAX_NAME_LENGTH)])
    expect(isVariableName(name)).toBe(true);
  for (const name of [
    "",
    "x".repeat(MAX_NAME_LENGTH + 1),
    ".",
    "..",
    "x\ud800",
    "\udc00",
    5,
    null,
    undefined,
  ])
    expect(isVariableName(name)).toBe(false);
});

test("whatever comes is a declaration or a problem, and a declaration is read again as itself", () => {
  const field = fc.oneof(fc.jsonValue(), fc.integer(), fc.string(), fc.boolean());
  const input = fc.record(
    {
      name: fc.oneof(fc.string(), field),
      kind: fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...KIND_NAMES) }, field),
      min: fc.oneof(fc.integer(), field),
      max: fc.oneof(fc.integer(), field),
      options: fc.oneof(fc.array(fc.string()), field),
      writable: fc.oneof(fc.boolean(), field),
      value: field,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(input, (entry) => {
      const read = parseDeclaration(entry, "it");
      if ("problem" in read) expect(read.problem).toMatch(/^expected it.* got: /s);
      else expect(parseDeclaration({ ...read.declaration, value: read.value }, "it")).toStrictEqual(read);
    }),
  );
});
