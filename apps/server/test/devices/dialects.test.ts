/** Both dialects as one: which a line begins, when things happened, and what is answered in which. */

import { CODES, type Code } from "@wheelhouse/protocol";
import { describe, expect, test } from "vitest";
import { clockAhead, dialectOf, toServerTime, type Dialect } from "../../src/devices/dialects.ts";

const KEY = "rightKey0001";
const TIMES = { receivedAt: 10_000, clockAheadMs: 0 };

function dialect(line: string): Dialect {
  const found = dialectOf(line);
  if (found === undefined) throw new Error(`expected a dialect for ${line}`);
  return found;
}
const first = dialect("v:");
const second = dialect("{");

test.each([
  ["{", 2],
  [`{"type":"hello"}`, 2],
  ["{nonsense", 2],
  ["v:", 1],
  ["i:x", 1],
  ["l:x", 1],
  ["V:x", undefined],
  ["x:", undefined],
  [" {", undefined],
  ["[]", undefined],
  ["GET / HTTP/1.1", undefined],
  ["\u0016\u0003\u0001", undefined],
  ["\ufeff{", undefined],
] as const)("%j begins dialect %s", (line, number) => {
  expect(dialectOf(line)).toBe(number && { 1: first, 2: second }[number]);
});

describe("a connection that isn't verified", () => {
  const stranger = (line: string) => (line.startsWith("{") ? second : first).readStranger(line, TIMES);

  test.each([
    `i:${KEY}:!!!`,
    `i:${KEY}:e30=`,
    "l:short:",
    "x:y",
    `{"type":"variables"}`,
    `{"type":"applied","id":0}`,
    `{"type":"dance","seq":1}`,
    `{"type":"ping"}`,
    `{"type":"variables","seq":1,"values":{"speed":1}}`,
  ])("is told to verify first, whatever else is wrong with %s", (line) => {
    expect(stranger(line)).toMatchObject({ type: "refused", code: "unauthorized" });
  });

  test.each([
    [`v:${KEY}`, { type: "identify", key: KEY }],
    [`{"type":"hello","protocol":3}`, { type: "refused", code: "invalid" }],
    [`{nonsense`, { type: "refused", code: "bad_json" }],
    [`{"type":"bye"}`, { type: "bye" }],
  ])("is heard when it says %s", (line, said) => {
    expect(stranger(line)).toMatchObject(said);
  });
});

test("a device that can't be welcomed because storing fails is told when to come back", () => {
  expect(JSON.parse(second.farewell("storage_unavailable", "x"))).toMatchObject({ retryAfterMs: 1_000 });
});

describe("times", () => {
  test.each([
    [undefined, 0],
    [10_000, 0],
    [12_000, 0],
    [8_000, 0],
    [12_001, 2_001],
    [7_999, -2_001],
    [0, -10_000],
  ])("a clock that says %s at 10000 is ahead by %s", (now, ahead) => {
    expect(clockAhead(now, 10_000)).toBe(ahead);
  });

  test.each([
    [undefined, 0, 10_000],
    [9_000, 0, 9_000],
    [10_001, 0, 10_000],
    [15_000, 5_500, 9_500],
    [15_000, 4_000, 10_000],
    [4_000, -5_000, 9_000],
    [100, 500, 0],
  ])("%s of a clock that is ahead by %s is %s", (at, clockAheadMs, time) => {
    expect(toServerTime(at, { receivedAt: 10_000, clockAheadMs })).toBe(time);
  });

  test("each entry of a line has its own, and those without one that of receipt", () => {
    const entries = [{ at: 9_000, message: "a" }, { message: "b" }];
    const line = JSON.stringify({ type: "logs", seq: 1, entries });
    expect(second.read(line, TIMES)).toMatchObject({ content: { entries: [{ at: 9_000 }, { at: 10_000 }] } });
    const old = `l:${KEY}:${Buffer.from(JSON.stringify([{ message: "a", timestamp: 9 }, { message: "b" }])).toString("base64")}`;
    expect(first.read(old, TIMES)).toMatchObject({ content: { entries: [{ at: 9_000 }, { at: 10_000 }] } });
  });
});

describe("keys that a line claims", () => {
  test.each([
    [`i:${KEY}:W10=`, false],
    [`l:${KEY}:W10=`, false],
    [`i:otherKey0001:W10=`, true],
    ["l:", true],
    ["i:", true],
    ["v:otherKey0001", false],
    ["hello?", false],
  ])("%j on a connection with another key is refused for it: %s", (line, claims) => {
    expect(first.claimsOtherKey(line, KEY)).toBe(claims);
  });

  test("in dialect 2 no line but hello has one", () => {
    expect(second.claimsOtherKey(JSON.stringify({ type: "variables", key: "otherKey0001" }), KEY)).toBe(
      false,
    );
  });
});

describe("what is said at the end", () => {
  const ending = (Object.keys(CODES) as Code[]).filter((code) => CODES[code].ends);

  test.each(ending)("%s: dialect 2 says whether to come back", (code) => {
    const told = JSON.parse(second.farewell(code, "why"));
    expect(told).toMatchObject({ type: "error", code, message: "why" });
    expect("retryAfterMs" in told).toBe(CODES[code].comeBack === "after");
  });

  test.each(ending)("%s: dialect 1 says so in one line, and nothing when the server drains", (code) => {
    expect(first.farewell(code, "why")).toBe(code === "shutting_down" ? "" : `E:${code}:why\n`);
  });
});

test("dialect 1 has no acks and no heartbeat", () => {
  expect(first.ack(1)).toBeUndefined();
  expect([first.ping(), first.pong(), first.hasHeartbeat]).toEqual(["", "", false]);
});

test("a refusal in dialect 2 carries the number that it uses up", () => {
  expect(second.refusal("invalid", "why", 4)).toBe(
    `{"type":"error","code":"invalid","message":"why","seq":4}\n`,
  );
  expect(second.refusal("invalid", "why")).toBe(`{"type":"error","code":"invalid","message":"why"}\n`);
  expect(second.read(`{"type":"variables","seq":4}`, TIMES)).toMatchObject({ type: "refused", seq: 4 });
});
