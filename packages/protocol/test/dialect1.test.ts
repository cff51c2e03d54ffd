import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Code } from "../src/codes.ts";
import {
  VERIFIED_LINE,
  claimedKey,
  formatError,
  formatPush,
  isDialect1,
  kindOfType,
  parseDialect1,
  type Dialect1Log,
  type Dialect1Variable,
} from "../src/dialect1.ts";
import { isVariableName } from "../src/declaration.ts";
import { KIND_NAMES, kindOf } from "../src/kinds/index.ts";

const KEY = "Ab0123456789";

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");
const line = (letter: "i" | "l", payload: unknown): string =>
  `${letter}:${KEY}:${base64(JSON.stringify(payload))}`;

describe("the first line", () => {
  test.each(["v:", "i:", "l:", `v:${KEY}`, "i:anything"])("%j begins dialect 1", (text) => {
    expect(isDialect1(text)).toBe(true);
  });
  test.each(["", "v", "V:", " v:", "x:", "E:", "{", "GET / HTTP/1.1", "\u0016\u0003\u0001v:"])(
    "%j doesn't",
    (text) => {
      expect(isDialect1(text)).toBe(false);
    },
  );
});

describe("v:", () => {
  test.each([KEY, "", "short", "with:colon", " "])("claims the key %j, whatever its shape", (key) => {
    expect(parseDialect1(`v:${key}`)).toStrictEqual({ type: "verify", key });
  });
  test("is answered OK and a line feed", () => {
    expect(VERIFIED_LINE).toBe("OK\n");
  });
});

describe("i: and l:, before what they carry", () => {
  test.each([
    [`i:${KEY}:abc:def`, KEY],
    [`l:${KEY}`, KEY],
    ["i:short:abc", "short"],
    ["i::abc", ""],
    ["i:", ""],
  ])("%s claims %j", (text, key) => {
    expect(claimedKey(text)).toBe(key);
  });

  test.each(["short", "Ab0123456789x", "Ab01234-6789", "Äb0123456789", ""])(
    "key %j has no right shape",
    (key) => {
      expect(codeOf(`i:${key}:W10=`)).toBe("unauthorized");
      expect(codeOf(`l:${key}:!`)).toBe("unauthorized");
    },
  );

  test.each([
    ["W10=", undefined],
    ["W10", "bad_base64"],
    ["W10==", "bad_base64"],
    ["W10=\r", "bad_base64"],
    [" W10=", "bad_base64"],
    ["W10=:W10=", "bad_base64"],
    ["_-_-", "bad_base64"],
    ["gICA", "bad_base64"],
    ["", "bad_json"],
    [base64("[{"), "bad_json"],
    [base64("[1e999]"), "bad_json"],
    [base64("[".repeat(1000) + "]".repeat(1000)), "bad_json"],
    [base64("{}"), "invalid"],
    [base64("null"), "invalid"],
    [base64('"[]"'), "invalid"],
    [base64("[1]"), "invalid"],
    [base64("[[]]"), "invalid"],
  ])("payload %j is answered %s", (payload, code) => {
    expect(codeOf(`i:${KEY}:${payload}`)).toBe(code);
    expect(codeOf(`l:${KEY}:${payload}`)).toBe(code);
  });

  test("a key alone carries no JSON", () => {
    expect(codeOf(`i:${KEY}`)).toBe("bad_json");
  });

  test("an empty list is nothing wrong", () => {
    expect(parseDialect1(line("i", []))).toStrictEqual({ type: "variables", key: KEY, variables: [] });
    expect(parseDialect1(line("l", []))).toStrictEqual({ type: "logs", key: KEY, entries: [] });
  });
});

describe("i: carries variables", () => {
  test.each([
    ["integer", "integer"],
    ["float", "float"],
    ["number", "float"],
    ["numeric", "float"],
    ["range", "float"],
    ["boolean", "boolean"],
    ["bool", "boolean"],
    ["string", "string"],
    ["text", "string"],
    ["color", "string"],
    ["Integer", "string"],
    ["", "string"],
    ["__proto__", "string"],
  ])("type %j is of kind %s, and is kept as it was sent", (type, kind) => {
    expect(kindOfType(type)).toBe(kind);
    expect(variablesOf([{ name: "a", type, value: "1" }])).toMatchObject([{ type, kind }]);
  });

  test.each([
    ["integer", 3, 3],
    ["integer", "3", 3],
    ["integer", "-3", -3],
    ["integer", "3.0", 3],
    ["integer", "3.5", "3.5"],
    ["integer", 3.5, "3.5"],
    ["integer", "many", "many"],
    ["integer", "", ""],
    ["integer", true, "true"],
    ["float", 2.5, 2.5],
    ["float", "2.50", 2.5],
    ["number", "1e3", 1000],
    ["range", "NaN", "NaN"],
    ["bool", true, true],
    ["bool", false, false],
    ["bool", "true", true],
    ["bool", "false", false],
    ["bool", "1", true],
    ["bool", "0", false],
    ["boolean", 1, true],
    ["boolean", 0, false],
    ["boolean", "yes", "yes"],
    ["boolean", 2, "2"],
    ["string", "a:b", "a:b"],
    ["string", "", ""],
    ["string", 12, "12"],
    ["string", 1.5, "1.5"],
    ["string", true, "true"],
    ["string", null, "null"],
  ])("%s %j is read as %j", (type, value, read) => {
    expect(variablesOf([{ name: "a", type, value }])).toMatchObject([{ name: "a", value: read }]);
  });

  test.each(["a:b", "::", "enemy.speed", "Ä 🚀", "__proto__", "x".repeat(200)])(
    "the name may be %j",
    (name) => {
      expect(variablesOf([{ name, type: "string", value: "v" }])).toMatchObject([{ name }]);
    },
  );

  test("several come in their order, twice the same included", () => {
    const sent = ["b", "a", "b"].map((name, value) => ({ name, type: "integer", value, extra: true }));
    expect(variablesOf(sent)).toStrictEqual([
      { name: "b", type: "integer", kind: "integer", value: 0 },
      { name: "a", type: "integer", kind: "integer", value: 1 },
      { name: "b", type: "integer", kind: "integer", value: 2 },
    ]);
  });

  test.each([
    [
      { type: "integer", value: 1 },
      "expected [1].name to be well-formed text of 1 to 200 characters, not . or .., got: nothing",
    ],
    [
      { name: "", type: "integer", value: 1 },
      'expected [1].name to be well-formed text of 1 to 200 characters, not . or .., got: ""',
    ],
    [
      { name: 5, type: "integer", value: 1 },
      "expected [1].name to be well-formed text of 1 to 200 characters, not . or .., got: 5",
    ],
    [{ name: "a", value: 1 }, "expected [1].type to be text, got: nothing"],
    [{ name: "a", type: null, value: 1 }, "expected [1].type to be text, got: null"],
    [{ name: "a", type: "integer" }, "expected [1].value to be text, a number, true or false, got: nothing"],
    [
      { name: "a", type: "x", value: [1] },
      "expected [1].value to be text, a number, true or false, got: [1]",
    ],
    [{ name: "a", type: "x", value: {} }, "expected [1].value to be text, a number, true or false, got: {}"],
    ["a", 'expected [1] to be an object, got: "a"'],
  ])("%j refuses the whole line: %s", (entry, text) => {
    expect(parseDialect1(line("i", [{ name: "fine", type: "integer", value: 1 }, entry]))).toStrictEqual({
      type: "refused",
      code: "invalid",
      text,
    });
  });
});

describe("l: carries logs", () => {
  test.each([
    [undefined, undefined],
    [null, undefined],
    [1764000000, 1764000000000],
    [1764000000.1234, 1764000000123],
    [1764000000123, 1764000000123],
    [1764000000123.6, 1764000000124],
    ["1764000000", 1764000000000],
    ["1764000000123", 1764000000123],
    [0, 0],
    [99_999_999_999, 99_999_999_999_000],
    [100_000_000_000, 100_000_000_000],
  ])("timestamp %j is %j", (timestamp, at) => {
    expect(logsOf([{ message: "m", timestamp }])).toStrictEqual([
      { message: "m", level: "info", ...(at === undefined ? {} : { at }) },
    ]);
  });

  test.each([-1, "yesterday", "", "2026-01-01T00:00:00Z", true, [], {}, 1e300])(
    "timestamp %j is refused",
    (timestamp) => {
      expect(codeOf(line("l", [{ message: "m", timestamp }]))).toBe("invalid");
    },
  );

  test.each([
    [undefined, "info"],
    [null, "info"],
    ["debug", "debug"],
    ["WARN", "warn"],
    ["warning", "warn"],
    [0, "debug"],
    [1, "info"],
    [2, "warn"],
    [3, "error"],
    [4, "fatal"],
    ["4", "fatal"],
    [5, "info"],
    [-1, "info"],
    ["loud", "info"],
    ["toString", "info"],
    [{}, "info"],
  ])("level %j is %s", (level, read) => {
    expect(logsOf([{ message: "m", level }])).toMatchObject([{ level: read }]);
  });

  test.each(["", "two\nlines", "a:b", "🚀\u0000"])("the message may be %j", (message) => {
    expect(logsOf([{ message }])).toMatchObject([{ message }]);
  });

  test.each([[{}], [{ message: 5 }], [{ message: null }], ["message"], [null]])(
    "entry %j is refused",
    (entry) => {
      expect(codeOf(line("l", [{ message: "fine" }, entry]))).toBe("invalid");
    },
  );
});

test.each(["x:1", "hello", "V:key", '{"type":"ping"}', "v", "", "i;"])("%j is of no known type", (text) => {
  expect(codeOf(text)).toBe("unknown_type");
});

describe("E:", () => {
  test("has code and text on one line", () => {
    expect(formatError("bad_json", "expected: a list")).toBe("E:bad_json:expected: a list\n");
    expect(formatError("invalid", "one\ntwo\r\n\r\nthree")).toBe("E:invalid:one two three\n");
  });

  test("is one line whatever a device sent", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const refused = parseDialect1(`x${text}`);
        if (refused.type !== "refused") throw new Error("expected a refusal");
        expect(formatError(refused.code, refused.text)).toMatch(/^E:unknown_type:[^\r\n]+\n$/);
      }),
    );
  });
});

describe("the push", () => {
  test("is these bytes", () => {
    const speed = { name: "enemy.speed", type: "range", kind: "float", value: 5 } as const;
    expect(formatPush(KEY, [speed])).toBe(
      "v:Ab0123456789:W3sibmFtZSI6ImVuZW15LnNwZWVkIiwidHlwZSI6InJhbmdlIiwidmFsdWUiOiI1In1d\n",
    );
  });

  test.each([
    ["integer", "integer", 3, "3"],
    ["float", "number", 2.5, "2.5"],
    ["float", "float", "5.0", "5"],
    ["boolean", "bool", true, "true"],
    ["boolean", "bool", "0", "false"],
    ["string", "label", 'say "hé"\n', 'say "hé"\n'],
    ["integer", "integer", "many", "many"],
  ] as const)("sends %s of type %s, %j, as the JSON string %j", (kind, type, value, text) => {
    const [, , payload = ""] = formatPush(KEY, [{ name: "a:b", type, kind, value }]).split(":");
    expect(Buffer.from(payload, "base64").toString("utf8")).toBe(
      JSON.stringify([{ name: "a:b", type, value: text }]),
    );
  });

  test("reported back as it was pushed, a variable is the same", () => {
    const kind = fc.constantFrom("integer", "float", "boolean", "string");
    const type = { integer: "integer", float: "range", boolean: "bool", string: "any" } as const;
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: "grapheme", maxLength: 20 }).filter(isVariableName),
        kind,
        fc.jsonValue(),
        (name, of, json) => {
          const parsed = kindOf(of).parse(json as string);
          fc.pre(parsed !== undefined);
          const value = parsed === 0 ? 0 : parsed; // never -0, which is pushed as 0
          const pushed = { name, type: type[of], kind: of, value } as Dialect1Variable;
          const echoed = parseDialect1(formatPush(KEY, [pushed]).replace(/^v:/, "i:").trimEnd());
          expect(echoed).toEqual({ type: "variables", key: KEY, variables: [pushed] });
        },
      ),
    );
  });
});

describe("whatever comes", () => {
  const payload = fc.oneof(
    fc.jsonValue().map((value) => base64(JSON.stringify(value))),
    fc.string().map(base64),
    fc.string(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("base64")),
  );
  const anyLine = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.tuple(fc.constantFrom("v", "i", "l"), payload).map(([letter, rest]) => `${letter}:${KEY}:${rest}`),
  );

  test("is a message or a refusal", () => {
    fc.assert(fc.property(anyLine, expectMessageOrRefusal), { numRuns: 1000 });
  });

  test("a good line that is cut or changed is too", () => {
    const good = [
      `v:${KEY}`,
      line("i", [{ name: "a", type: "integer", value: 1 }]),
      line("l", [{ message: "m", timestamp: 1, level: "warn" }]),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...good),
        fc.nat(120),
        fc.nat(3),
        fc.string({ maxLength: 3 }),
        (text, at, cut, put) => {
          expectMessageOrRefusal(text.slice(0, at) + put + text.slice(at + cut));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("what is accepted has only values that can be stored", () => {
    const entry = fc.record({
      name: fc.string({ minLength: 1, maxLength: 20 }).filter(isVariableName),
      type: fc.constantFrom("integer", "float", "bool", "text"),
      value: fc.oneof(
        fc.string(),
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.constantFrom("1", "0", "true"),
      ),
    });
    fc.assert(
      fc.property(fc.array(entry), (entries) => {
        for (const { kind, type, value } of variablesOf(entries)) {
          expect(KIND_NAMES).toContain(kind);
          expect(kind).toBe(kindOfType(type));
          expect(typeof value === "string" || kindOf(kind).parse(value) === value).toBe(true);
        }
      }),
    );
  });
});

function codeOf(text: string): Code | undefined {
  const message = parseDialect1(text);
  return message.type === "refused" ? message.code : undefined;
}

function variablesOf(payload: unknown): readonly Dialect1Variable[] {
  const message = parseDialect1(line("i", payload));
  if (message.type !== "variables") throw new Error(`expected variables, got: ${JSON.stringify(message)}`);
  return message.variables;
}

function logsOf(payload: unknown): readonly Dialect1Log[] {
  const message = parseDialect1(line("l", payload));
  if (message.type !== "logs") throw new Error(`expected logs, got: ${JSON.stringify(message)}`);
  return message.entries;
}

function expectMessageOrRefusal(text: string): void {
  const message = parseDialect1(text);
  expect(["verify", "variables", "logs", "refused"]).toContain(message.type);
  if (message.type === "refused") expect(message).not.toHaveProperty("seq");
}
