import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectOptions, listOf, toText, whole, wrongSecret } from "../src/expectations.ts";
import { nearestOf } from "../src/nearest.ts";

const KEY =
  "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n-----END PRIVATE KEY-----\n";
const cyclic: Record<string, unknown> = {};
cyclic["itself"] = cyclic;

describe("a value that is shown", () => {
  it.each<[unknown, string]>([
    [5, "5"],
    [Number.NaN, "NaN"],
    [-Infinity, "-Infinity"],
    [5n, "5n"],
    [10n ** 100n, `1${"0".repeat(59)}…`],
    ["text\n", '"text\\n"'],
    ["x".repeat(1_000_000), `"${"x".repeat(60)}"… (1000000 characters)`],
    [KEY, "text in PEM"],
    [undefined, "undefined"],
    [null, "null"],
    [true, "true"],
    [Symbol("sign"), "Symbol(sign)"],
    [() => KEY, "a function"],
    [[], "[]"],
    [[KEY, KEY], "a list of 2"],
    [{}, "{}"],
    [{ cert: KEY, key: KEY }, "an object with cert, key"],
    [cyclic, "an object with itself"],
    [Object.create(null), "{}"],
    [new Date(5), "a Date"],
    [new Map(), "a Map"],
    [Buffer.from(KEY), "a Uint8Array"],
    [Promise.resolve(), "a Promise"],
  ])("%s is shown as %s", (value, text) => {
    expect(toText(value)).toBe(text);
  });

  it("is short, whatever it is, and on one line", () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }), (value) => {
        const text = toText(value);
        expect(text.length).toBeLessThan(500);
        expect(text).not.toContain("\n");
      }),
    );
  });

  it.each<[unknown, string]>([
    ["hunter2", "text"],
    ["", "no text"],
    [5, "a number"],
    [Buffer.from("hunter2"), "a Uint8Array"],
    [["hunter2"], "a list of 1"],
    [undefined, "undefined"],
    [null, "null"],
  ])("may be a secret: %s", (value, got) => {
    expect(wrongSecret("key", "PEM", value).message).toBe(`expected key to be PEM, got: ${got}`);
  });
});

describe("options", () => {
  const checks = { first: whole(1), second: whole(0, 9), rest: listOf(whole(0)) };
  const check = (options: unknown, path?: string) => () =>
    expectOptions(options, checks, { required: ["first"], ...(path === undefined ? {} : { path }) });

  it("are as they should be", () => {
    for (const right of [{ first: 1 }, { first: 5, second: undefined, rest: [] }, { first: 1, rest: [0, 1] }])
      expect(check(right)).not.toThrow();
  });

  it("may be an object of a class, and are looked at there too", () => {
    class Configured {
      first = 1;
      get second(): number {
        return this.first * 9;
      }
    }
    const configured = new Configured();
    expect(check(configured)).not.toThrow();
    configured.first = 2;
    expect(check(configured)).toThrow(
      new RangeError("expected second to be a whole number from 0 to 9, got: 18"),
    );
  });

  it.each<[unknown, string]>([
    [{}, "expected first to be a whole number at least 1, got: undefined"],
    [{ first: 1, second: null }, "expected second to be a whole number from 0 to 9, got: null"],
    [{ first: 1, rest: [0, -1] }, "expected rest[1] to be a whole number at least 0, got: -1"],
    // oxlint-disable-next-line no-sparse-arrays
    [{ first: 1, rest: [0, ,] }, "expected rest[1] to be a whole number at least 0, got: undefined"],
    [{ first: 1, rest: new Set() }, "expected rest to be a list, got: a Set"],
    [{ frist: 1 }, 'expected each option to be one that there is, got: "frist" (did you mean first?)'],
    [
      { f_i_r_s_t: 1 },
      'expected each option to be one that there is, got: "f_i_r_s_t" (did you mean first?)',
    ],
    [{ other: 1 }, 'expected each option to be one of first, second, rest, got: "other"'],
    [null, "expected options to be an object, got: null"],
    [[], "expected options to be an object, got: []"],
    ["hunter2", "expected options to be an object, got: text"],
    [Promise.resolve({ first: 1 }), "expected options to be an object, got: a Promise"],
  ])("are refused: %s", (options, message) => {
    expect(check(options)).toThrow(new RangeError(message));
  });

  it("are called by their whole name", () => {
    expect(check({ first: 0 }, "outer")).toThrow(
      new RangeError("expected outer.first to be a whole number at least 1, got: 0"),
    );
    expect(check({ wild: 0 }, "outer")).toThrow(
      new RangeError('expected each option of outer to be one of first, second, rest, got: "outer.wild"'),
    );
    expect(check(5, "outer")).toThrow(new RangeError("expected outer to be an object, got: a number"));
  });
});

it.each([
  ["maxConections", "maxConnections"],
  ["clientCA", "clientCa"],
  ["prot", "port"],
  ["timeout", undefined],
  ["x", undefined],
  ["", undefined],
  ["maxConnections".repeat(100_000), undefined],
])("who writes %.20s may have meant %s", (written, meant) => {
  expect(nearestOf(written, ["port", "path", "maxConnections", "maxWaiting", "clientCa"])).toBe(meant);
});
