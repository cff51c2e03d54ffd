import { isDeviceKey } from "@wheelhouse/sdk";
import { expect, test } from "vitest";
import { hashToken, randomDeviceKey, randomId, randomToken } from "../../src/accounts/secrets.ts";

const many = <T>(make: () => T): readonly T[] => Array.from({ length: 200 }, make);

test("device keys are as the wire wants them, and use every character", () => {
  const keys = many(randomDeviceKey);
  for (const key of keys) expect(isDeviceKey(key), key).toBe(true);
  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(keys.join("")).size).toBe(62);
});

test("ids and tokens go into an address and a cookie as they are, and never come twice", () => {
  const made = [...many(randomId), ...many(randomToken)];
  for (const text of made) expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(new Set(made).size).toBe(made.length);
  expect(Buffer.from(randomToken(), "base64url")).toHaveLength(32);
});

test("ids begin with nothing that a command line or a sheet reads as something else", () => {
  for (const id of many(randomId)) expect(id).toMatch(/^[A-Za-z0-9]{12}$/);
});

test("a token's hash is always the same, and isn't the token", () => {
  const token = randomToken();
  expect(hashToken(token)).toBe(hashToken(token));
  expect(hashToken(token)).not.toContain(token);
  expect(hashToken("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
