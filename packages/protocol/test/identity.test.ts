import { describe, expect, test } from "vitest";
import { anonymousDeviceId, isDeviceId, isDeviceKey } from "../src/identity.ts";

describe("isDeviceKey", () => {
  test("takes 12 letters and digits", () => {
    expect(isDeviceKey("Ab0123456789")).toBe(true);
  });
  test.each([
    "",
    "Ab012345678",
    "Ab01234567890",
    "Ab012345678-",
    "Äb0123456789",
    "Ab0123456789\n",
    123456789012,
    null,
  ])("refuses %j", (text) => {
    expect(isDeviceKey(text)).toBe(false);
  });
});

describe("isDeviceId", () => {
  test.each(["a", "pixel-7", "A.b_c-9", "x".repeat(64), "anonymous", "not-anonymous-1", "..."])(
    "takes %s",
    (id) => {
      expect(isDeviceId(id)).toBe(true);
    },
  );
  test.each([
    "",
    "x".repeat(65),
    "pixel 7",
    "pixel/7",
    "é",
    "a\n",
    "anonymous-",
    "anonymous-1",
    "anonymous-x",
    ".",
    "..",
    "__proto__",
    7,
    null,
  ])("refuses %j", (id) => {
    expect(isDeviceId(id)).toBe(false);
  });
  test("refuses what the server gives out itself", () => {
    expect(anonymousDeviceId(1)).toBe("anonymous-1");
    expect(isDeviceId(anonymousDeviceId(1))).toBe(false);
  });
});
