import { expect, test } from "vitest";
import { CODES, refuse, type Code } from "../src/codes.ts";

const TABLE: [code: Code, ends: boolean, comeBack: string][] = [
  ["protocol", true, "no"],
  ["revoked", true, "no"],
  ["replaced", true, "no"],
  ["shutting_down", true, "after"],
  ["silent", true, "after"],
  ["unauthorized", false, "unneeded"],
  ["bad_json", false, "unneeded"],
  ["bad_base64", false, "unneeded"],
  ["invalid", false, "unneeded"],
  ["too_large", false, "unneeded"],
  ["unknown_type", false, "unneeded"],
  ["unknown_write", false, "unneeded"],
  ["already_verified", false, "unneeded"],
  ["rate_limited", false, "unneeded"],
  ["storage_unavailable", false, "unneeded"],
];

test.each(TABLE)("%s: ends %s, come back %s", (code, ends, comeBack) => {
  expect(CODES[code]).toEqual({ ends, comeBack });
});

test("there are no other codes", () => {
  expect(Object.keys(CODES).sort()).toEqual(TABLE.map(([code]) => code).sort());
});

test("a refusal has a seq only where one was read", () => {
  expect(refuse("invalid", "why")).toStrictEqual({ type: "refused", code: "invalid", text: "why" });
  expect(refuse("invalid", "why", 3)).toStrictEqual({
    type: "refused",
    code: "invalid",
    text: "why",
    seq: 3,
  });
});
