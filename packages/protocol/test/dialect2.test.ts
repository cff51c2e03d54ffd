import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CODES } from "../src/codes.ts";
import {
  PROTOCOL_VERSION,
  formatMessage,
  isDialect2,
  parseDeviceMessage,
  parseServerMessage,
  type DeviceMessage,
  type ServerMessage,
} from "../src/dialect2.ts";
import { MAX_HELLO_TEXT_LENGTH, MAX_NAME_LENGTH, MAX_TAGS, MAX_TAG_LENGTH } from "../src/limits.ts";

const hello = { type: "hello", protocol: 2, key: "Ab0123456789", device: "pixel-7" } as const;
const variables = { type: "variables", seq: 1, values: { lives: 2 } } as const;
const logs = { type: "logs", seq: 2, entries: [{ level: "warn", message: "low on fuel" }] } as const;
const marker = { type: "marker", seq: 3, name: "boss fight" } as const;
const applied = { type: "applied", id: 42, results: { lives: { value: 5 } } } as const;

const parse = (input: object): ReturnType<typeof parseDeviceMessage> =>
  parseDeviceMessage(JSON.stringify(input));

test("a line that begins with a brace begins dialect 2", () => {
  expect(isDialect2('{"type":"hello"}')).toBe(true);
  expect(isDialect2("{")).toBe(true);
  for (const line of ["", " {", "[", "v:{", "GET / HTTP/1.1"]) expect(isDialect2(line)).toBe(false);
});

describe("every message of a device is read as it was written", () => {
  const messages: DeviceMessage[] = [
    hello,
    {
      ...hello,
      name: "Ann's phone",
      app: "rocket",
      build: "1.4",
      tags: ["qa", "é"],
      session: "f00",
      now: 1764000000000,
    },
    { type: "declare", variables: [] },
    {
      type: "declare",
      variables: [
        { declaration: { name: "lives", kind: "integer", writable: true, min: 0, max: 9 }, value: 3 },
        { declaration: { name: "mode", kind: "enum", writable: false, options: ["easy", "hard"] } },
      ],
    },
    variables,
    { ...variables, at: 1764000000123, backlog: true },
    { ...variables, values: {} },
    { ...variables, values: { a: null, b: [1, { c: "d" }], "e:f": false } },
    marker,
    { ...marker, at: 1764000000123, name: "x".repeat(MAX_NAME_LENGTH), fields: { level: 3 } },
    logs,
    { ...logs, backlog: false, entries: [] },
    {
      ...logs,
      entries: [
        { level: "fatal", message: "", at: 1764000000123, fields: { line: 7 } },
        { level: "debug", message: "two\nlines" },
      ],
    },
    applied,
    { type: "applied", id: 1, results: {} },
    {
      type: "applied",
      id: 1,
      results: { a: { error: "no", value: 3 }, b: { error: "" }, c: { value: null } },
    },
    { type: "ping" },
    { type: "pong" },
    { type: "bye" },
  ];
  test.each(messages.map((message) => [message]))("%j", (message) => {
    const line = formatMessage(message);
    expect(line).toMatch(/^\{[^\n]*\}\n$/);
    expect(parseDeviceMessage(line.trimEnd())).toStrictEqual(message);
  });
});

describe("what may be missing or different", () => {
  test("unknown fields are ignored", () => {
    expect(parse({ ...hello, shoeSize: 46 })).toStrictEqual(hello);
    expect(parse({ ...variables, mood: null })).toStrictEqual(variables);
    expect(parse({ ...logs, entries: [{ ...logs.entries[0], thread: 3 }] })).toStrictEqual(logs);
    expect(parse({ type: "ping", seq: "x" })).toStrictEqual({ type: "ping" });
  });

  test("a log entry without a level is info; a level may be a name in any case, an alias or a number", () => {
    expect(parse({ ...logs, entries: [{ message: "m" }] })).toMatchObject({ entries: [{ level: "info" }] });
    for (const level of ["ERROR", "err", 3, "3"])
      expect(parse({ ...logs, entries: [{ message: "m", level }] })).toMatchObject({
        entries: [{ level: "error" }],
      });
  });

  test("times are read to the whole millisecond", () => {
    expect(parse({ ...hello, now: 10.6 })).toMatchObject({ now: 11 });
    expect(parse({ ...variables, at: 10.4 })).toMatchObject({ at: 10 });
    expect(parse({ ...logs, entries: [{ message: "m", at: 0.5 }] })).toMatchObject({ entries: [{ at: 1 }] });
  });

  test("a key of any shape is read: whether it is right is for the server to say", () => {
    expect(parse({ ...hello, key: "" })).toMatchObject({ key: "" });
  });

  test("texts may be as long as the limits", () => {
    const name = "x".repeat(MAX_HELLO_TEXT_LENGTH);
    const tags = Array.from({ length: MAX_TAGS }, (_, index) => String(index).padStart(MAX_TAG_LENGTH, "x"));
    expect(parse({ ...hello, name, app: name, build: name, session: name, tags })).toMatchObject({
      name,
      tags,
    });
  });

  test("an empty text says nothing", () => {
    expect(parse({ ...hello, name: "", app: "", build: "" })).toStrictEqual(hello);
  });

  test("texts that were cut within a character are taken without the half, and tags once", () => {
    const cut = "Ann\ud83d";
    expect(parse({ ...hello, name: cut, app: cut, build: cut, tags: ["qa", "", "qa", cut] })).toMatchObject({
      name: "Ann\ufffd",
      app: "Ann\ufffd",
      build: "Ann\ufffd",
      tags: ["qa", "Ann\ufffd"],
    });
  });

  test("a number may have any form that JSON has", () => {
    expect(parseDeviceMessage('{"type":"variables","seq":1e0,"values":{}}')).toMatchObject({ seq: 1 });
  });
});

describe("what is refused", () => {
  test.each(["", "{", "v:Ab0123456789", '{"type":"ping"} {}', '{"type":"variables","seq":1,', '{"a":1e999}'])(
    "%j is bad_json, without a seq",
    (line) => {
      expect(parseDeviceMessage(line)).toStrictEqual({
        type: "refused",
        code: "bad_json",
        text: "expected one JSON object on the line",
      });
    },
  );

  test("nesting that can't be written again is bad_json", () => {
    const value = "[".repeat(30_000) + "]".repeat(30_000);
    expect(parseDeviceMessage(value)).toMatchObject({ code: "bad_json" });
    expect(parseDeviceMessage(`{"type":"variables","seq":1,"values":{"a":${value}}}`)).toMatchObject({
      code: "bad_json",
    });
  });

  test.each(["[]", "null", "5", '"ping"', "true"])("%s is invalid", (line) => {
    expect(parseDeviceMessage(line)).toMatchObject({
      code: "invalid",
      text: `expected a JSON object, got: ${line}`,
    });
  });

  test.each([undefined, null, 5, "", "dance", "welcome", "ack", "toString", "__proto__", "markers"])(
    "type %j is unknown_type, and its seq is used up",
    (type) => {
      expect(parse({ type, seq: 7 })).toMatchObject({ type: "refused", code: "unknown_type", seq: 7 });
      expect(parse({ type })).not.toHaveProperty("seq");
    },
  );

  const longText = "x".repeat(MAX_HELLO_TEXT_LENGTH + 1);
  const misfits: [field: string, message: object][] = [
    ["protocol", { ...hello, protocol: 1 }],
    ["protocol", { ...hello, protocol: "2" }],
    ["protocol", { ...hello, protocol: undefined }],
    ["key", { ...hello, key: undefined }],
    ["key", { ...hello, key: 12 }],
    ["device", { ...hello, device: undefined }],
    ["device", { ...hello, device: "" }],
    ["device", { ...hello, device: "a b" }],
    ["device", { ...hello, device: "x".repeat(65) }],
    ["device", { ...hello, device: "anonymous-1" }],
    ["name", { ...hello, name: 5 }],
    ["name", { ...hello, name: longText }],
    ["app", { ...hello, app: longText }],
    ["build", { ...hello, build: 1.4 }],
    ["session", { ...hello, session: longText }],
    ["tags", { ...hello, tags: "qa" }],
    ["tags", { ...hello, tags: [5] }],
    ["tags", { ...hello, tags: Array.from({ length: MAX_TAGS + 1 }, () => "t") }],
    ["tags", { ...hello, tags: ["x".repeat(MAX_TAG_LENGTH + 1)] }],
    ["now", { ...hello, now: "1764000000000" }],
    ["now", { ...hello, now: -1 }],
    ["now", { ...hello, now: 1e300 }],
    ["variables", { type: "declare" }],
    ["variables", { type: "declare", variables: {} }],
    ["variables[0]", { type: "declare", variables: [null] }],
    ["variables[1].kind", { type: "declare", variables: [{ name: "a", kind: "json" }, { name: "b" }] }],
    ["id", { ...applied, id: 0 }],
    ["id", { ...applied, id: "42" }],
    ["id", { ...applied, id: 1.5 }],
    ["results", { ...applied, results: [] }],
    ["results", { ...applied, results: undefined }],
    ["results.lives", { ...applied, results: { lives: 5 } }],
    ["results.lives.value", { ...applied, results: { lives: {} } }],
    ["results.lives.error", { ...applied, results: { lives: { error: true, value: 1 } } }],
  ];
  test.each(misfits)("wrong %s in %j: invalid, without a seq", (field, message) => {
    const refused = parse({ ...message, seq: 9 });
    expect(refused).toMatchObject({ type: "refused", code: "invalid" });
    expect(refused).toHaveProperty("text", expect.stringContaining(`expected ${field} to be `));
    expect(refused).not.toHaveProperty("seq");
  });

  const numbered: [field: string, message: object][] = [
    ["at", { ...variables, at: "now" }],
    ["at", { ...variables, at: -1 }],
    ["at", { ...variables, at: null }],
    ["backlog", { ...variables, backlog: 1 }],
    ["values", { ...variables, values: undefined }],
    ["values", { ...variables, values: "lives" }],
    ["values", { ...variables, values: [1] }],
    ["values", { ...variables, values: { "": 1 } }],
    ["values", { ...variables, values: { ["x".repeat(MAX_NAME_LENGTH + 1)]: 1 } }],
    ["backlog", { ...logs, backlog: "yes" }],
    ["entries", { ...logs, entries: undefined }],
    ["entries", { ...logs, entries: {} }],
    ["entries[0]", { ...logs, entries: ["hi"] }],
    ["entries[1].message", { ...logs, entries: [{ message: "a" }, { level: "warn" }] }],
    ["entries[0].level", { ...logs, entries: [{ message: "a", level: "loud" }] }],
    ["entries[0].level", { ...logs, entries: [{ message: "a", level: 5 }] }],
    ["entries[0].at", { ...logs, entries: [{ message: "a", at: "now" }] }],
    ["entries[0].fields", { ...logs, entries: [{ message: "a", fields: [] }] }],
    ["at", { ...marker, at: "noon" }],
    ["name", { ...marker, name: undefined }],
    ["name", { ...marker, name: "" }],
    ["name", { ...marker, name: 5 }],
    ["name", { ...marker, name: "x".repeat(MAX_NAME_LENGTH + 1) }],
    ["fields", { ...marker, fields: [] }],
    ["fields", { ...marker, fields: null }],
  ];
  test.each(numbered)("wrong %s in %j: invalid, with the seq", (field, message) => {
    const refused = parse({ ...message, seq: 9 });
    expect(refused).toMatchObject({ type: "refused", code: "invalid", seq: 9 });
    expect(refused).toHaveProperty("text", expect.stringContaining(`expected ${field} to be `));
  });

  test.each([undefined, null, 0, -1, 1.5, "1", 2 ** 53, [1]])("seq %j is none", (seq) => {
    for (const message of [variables, logs, marker]) {
      const refused = parse({ ...message, seq });
      expect(refused).toMatchObject({ code: "invalid", text: expect.stringContaining("expected seq to be") });
      expect(refused).not.toHaveProperty("seq");
    }
  });
});

describe("messages of the server", () => {
  // The bytes that docs/protocol.md and the golden conversations show.
  const lines: [ServerMessage, string][] = [
    [
      {
        type: "welcome",
        protocol: PROTOCOL_VERSION,
        session: "f00",
        resumed: false,
        acknowledged: 0,
        heartbeatMs: 15000,
        maxLineBytes: 65536,
        window: 256,
        now: 1764000000005,
      },
      '{"type":"welcome","protocol":2,"session":"f00","resumed":false,"acknowledged":0,"heartbeatMs":15000,"maxLineBytes":65536,"window":256,"now":1764000000005}\n',
    ],
    [{ type: "ack", seq: 3 }, '{"type":"ack","seq":3}\n'],
    [
      { type: "set", id: 42, values: { "enemy.speed": 5 } },
      '{"type":"set","id":42,"values":{"enemy.speed":5}}\n',
    ],
    [
      { type: "error", code: "invalid", message: "no", seq: 4, retryAfterMs: 1000 },
      '{"type":"error","code":"invalid","message":"no","seq":4,"retryAfterMs":1000}\n',
    ],
    [
      { type: "error", code: "bad_json", message: "no" },
      '{"type":"error","code":"bad_json","message":"no"}\n',
    ],
    [{ type: "ping" }, '{"type":"ping"}\n'],
    [{ type: "pong" }, '{"type":"pong"}\n'],
  ];
  test.each(lines)("%j is these bytes, and is read again", (message, line) => {
    expect(formatMessage(message)).toBe(line);
    expect(parseServerMessage(line.trimEnd())).toStrictEqual(message);
  });

  test.each(Object.keys(CODES))("error %s is read", (code) => {
    expect(parseServerMessage(`{"type":"error","code":"${code}","message":""}`)).toMatchObject({ code });
  });

  test.each([
    "",
    "OK",
    "{",
    "[]",
    "null",
    "{}",
    '{"type":"later"}',
    '{"type":"toString"}',
    '{"type":"hello"}',
    '{"type":"welcome"}',
    '{"type":"welcome","session":"f00"}',
    '{"type":"set","id":1}',
    '{"type":"set","id":1,"values":[]}',
    '{"type":"set","values":{}}',
    '{"type":"ack"}',
    '{"type":"ack","seq":"3"}',
    '{"type":"error"}',
  ])("%j is ignored", (line) => {
    expect(parseServerMessage(line)).toBeUndefined();
  });
});

describe("whatever comes", () => {
  const good = [
    hello,
    { type: "declare", variables: [{ name: "a", kind: "vector" }] },
    variables,
    logs,
    marker,
    applied,
  ];
  const field = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    fc.integer(),
    fc.constantFrom("", "x", 1, true, null),
  );

  test("is a message or a refusal", () => {
    const anyLine = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc.json().map((json) => `{"type":${json}}`),
    );
    fc.assert(
      fc.property(anyLine, (line) => {
        expectMessageOrRefusal(line);
      }),
      { numRuns: 1000 },
    );
  });

  test("a good line that is cut or changed is too", () => {
    const lines = good.map((message) => JSON.stringify(message));
    fc.assert(
      fc.property(
        fc.constantFrom(...lines),
        fc.nat(90),
        fc.nat(3),
        fc.string({ maxLength: 3 }),
        (line, at, cut, put) => {
          expectMessageOrRefusal(line.slice(0, at) + put + line.slice(at + cut));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("a good message with fields of any kind is too, and what is accepted is read again as itself", () => {
    const names = [
      "seq",
      "at",
      "values",
      "entries",
      "id",
      "results",
      "variables",
      "key",
      "device",
      "tags",
      "now",
      "name",
      "at",
      "fields",
    ];
    const changes = fc.dictionary(fc.constantFrom(...names), field);
    fc.assert(
      fc.property(fc.constantFrom(...good), changes, (message, changed) => {
        const read = expectMessageOrRefusal(JSON.stringify({ ...message, ...changed }));
        if (read.type !== "refused") expect(parseDeviceMessage(formatMessage(read))).toEqual(read);
      }),
      { numRuns: 1000 },
    );
  });

  test("a client never throws on a line of the server", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        const message = parseServerMessage(line);
        if (message !== undefined) expect(typeof message.type).toBe("string");
      }),
    );
  });
});

function expectMessageOrRefusal(line: string): ReturnType<typeof parseDeviceMessage> {
  const message = parseDeviceMessage(line);
  expect([
    "hello",
    "declare",
    "variables",
    "logs",
    "marker",
    "applied",
    "ping",
    "pong",
    "bye",
    "refused",
  ]).toContain(message.type);
  if (message.type === "refused") {
    expect(["bad_json", "invalid", "unknown_type"]).toContain(message.code);
    expect(message.text).toMatch(/^expected /);
  }
  return message;
}
