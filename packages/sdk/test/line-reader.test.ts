import { expect, test } from "vitest";

import { LineReader } from "../src/line-reader.ts";

test("wherever the network cuts, the lines are the same", () => {
  const text = '{"a":1}\r\n\n{"b":"é😀"}\nrest';
  for (let cut = 0; cut <= text.length; cut++) {
    const reader = new LineReader(100);
    const lines = [text.slice(0, cut), text.slice(cut)].flatMap((part) => reader.push(part));
    expect(lines).toEqual(['{"a":1}', '{"b":"é😀"}']);
  }
});

test("a line without an end is noticed", () => {
  const reader = new LineReader(10);
  expect(reader.push("0123456789")).toEqual([]);
  expect(reader.push("0")).toBe("too_long");
});
