import { describe, expect, test } from "vitest";

import { isName, toText } from "../../src/chat/text.ts";

describe("text", () => {
  test.each([
    ["hello\r\n", "hello"],
    ["hello\n", "hello"],
    ["  hello  \n", "hello"],
    ["\r\n", ""],
    ["grüße 漢字 🚢\n", "grüße 漢字 🚢"],
    ["\u001b[2Jgone\n", "[2Jgone"],
    ["\u009b31mred\u0007\u007f\b\n", "31mred"],
    ["a\rb\u0000c\td\n", "abcd"],
    ["\u202egnorw\u2069\u2028\n", "gnorw"],
  ])("%j reads %j", (line, text) => {
    expect(toText(Buffer.from(line))).toBe(text);
  });

  test("shows what isn't UTF-8 as a replacement", () => {
    expect(toText(Buffer.from([0xff, 0x41, 0x0a]))).toBe("\ufffdA");
  });

  test("names are 1 to 20 letters, digits, _ or -", () => {
    for (const name of ["a", "A_b-9", "x".repeat(20)]) expect(isName(name)).toBe(true);
    for (const name of ["", "x".repeat(21), "a b", "ä", "/who", "a\n"]) expect(isName(name)).toBe(false);
  });
});
