import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromBase64, toBase64 } from "../src/base64.ts";

/** Text that UTF-8 can carry: no half of a surrogate pair, but anything else, a byte order mark included. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string().map((rest) => `\uFEFF${rest}`),
);

describe("toBase64", () => {
  test("is what Buffer makes of the UTF-8 bytes", () => {
    fc.assert(
      fc.property(text, (sample) => {
        expect(toBase64(sample)).toBe(Buffer.from(sample, "utf8").toString("base64"));
      }),
    );
  });
});

describe("fromBase64", () => {
  test("reads back every text", () => {
    fc.assert(
      fc.property(text, (sample) => {
        expect(fromBase64(toBase64(sample))).toBe(sample);
      }),
    );
  });

  test("takes bytes exactly when they are UTF-8", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const decoded = Buffer.from(bytes).toString("utf8");
        const isUtf8 = Buffer.from(decoded, "utf8").equals(bytes);
        expect(fromBase64(Buffer.from(bytes).toString("base64"))).toBe(isUtf8 ? decoded : undefined);
      }),
    );
  });

  test.each([
    ["", ""],
    ["QQ==", "A"],
    ["QUI=", "AB"],
    ["QUJD", "ABC"],
    ["w6k=", "é"],
    ["8J+agA==", "🚀"],
  ])("reads %j as %j", (encoded, decoded) => {
    expect(fromBase64(encoded)).toBe(decoded);
  });

  test.each([
    ["no padding", "QQ"],
    ["too little padding", "QQ="],
    ["too much padding", "QUJD===="],
    ["padding alone", "===="],
    ["one character too many", "QUJDQ"],
    ["the alphabet for URLs", "_-_-"],
    ["a space", "QU JD"],
    ["a line feed at the end", "QUJD\n"],
    ["something after the padding", "QQ==QUJD"],
    ["bits that belong to no byte, of two", "W11="],
    ["bits that belong to no byte, of four", "QR=="],
    ["bytes that aren't UTF-8", "gICA"],
    ["an over-long form", "wIA="],
    ["half a surrogate pair", "7aCA"],
  ])("refuses %s", (_what, encoded) => {
    expect(fromBase64(encoded)).toBeUndefined();
  });
});
