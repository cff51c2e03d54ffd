/** Log entries on their way to the thread that stores them, as that thread gets them. */

import { expect, test } from "vitest";
import { NOON, log } from "../../src/contract/subject.ts";
import type { NewLogEntry } from "../../src/ports.ts";
import { MOST_IN_BLOCK } from "../../src/rules/log-blocks.ts";
import { NewLogs } from "../../src/rules/new-logs.ts";
import { unpackBlocks, visitBlocks, type PlainLogs } from "../../src/rules/packed-logs.ts";
import { PIECE_BYTES } from "../../src/rules/shared-texts.ts";

const many = (count: number, toMessage: (index: number) => string): readonly NewLogEntry[] =>
  Array.from({ length: count }, (_, index) =>
    log(toMessage(index), { at: NOON + index, receivedAt: NOON + index + (index % 3) }),
  );
/** What they are packed into: pieces of shared memory, or blocks as they are. */
const partsOf = (plain: PlainLogs) => plain.map((part) => ("texts" in part ? "piece" : "block"));
const messagesOf = (logs: NewLogs) => logs.unpack().map(({ message }) => message);

test("few stay texts, and of many the texts are in pieces of shared memory", () => {
  expect(partsOf(NewLogs.of(many(20, () => "short")).plain)).toEqual(["block", "block"]);
  const parts = partsOf(NewLogs.of(many(1_000, () => "x".repeat(100))).plain);
  expect(parts.slice(0, 3)).toEqual(["piece", "piece", "piece"]);
  expect(parts.lastIndexOf("piece")).toBeLessThan(parts.indexOf("block"));
});

test.each([
  ["one byte", (index: number) => `entry ${index} ${"x".repeat(100)}`],
  ["two", (index: number) => `${"é".repeat(20)} ${index} ${"x".repeat(80)}`],
  ["three", (index: number) => `${"あ".repeat(5)} ${index} ${"x".repeat(90)}`],
  ["four", (index: number) => `${"🚀".repeat(5)} ${index} ${"x".repeat(90)}`],
  ["a mark of byte order", (index: number) => `\uFEFF${index} ${"x".repeat(100)}`],
  ["half a pair", (index: number) => `\uD83D ${index} ${"x".repeat(100)}`],
  ["so many that a piece doesn't hold them", (index: number) => `${"あ".repeat(100)} ${index}`],
])("letters of %s arrive as they were", (_, toMessage) => {
  const entries = many(1_001, toMessage);
  const logs = NewLogs.of(entries);
  expect(logs.length).toBe(entries.length);
  expect(logs.unpack()).toEqual(entries);
  // The other thread sees the same memory, and each block's text by itself.
  const sent = structuredClone(logs.plain);
  let count = 0;
  visitBlocks(sent, (block) => (count += block.count));
  expect(count).toBe(entries.length);
  expect(unpackBlocks(sent)).toEqual(unpackBlocks(logs.plain));
});

test("an entry larger than a piece is passed on as it is, in its place", () => {
  const large = "y".repeat(PIECE_BYTES * 2);
  const entries = many(500, (index) => (index % 250 === 0 ? large : "x".repeat(120)));
  const logs = NewLogs.of(entries);
  expect(logs.unpack()).toEqual(entries);
  expect(partsOf(logs.plain)[0]).toBe("block");
  expect(new Set(partsOf(logs.plain))).toEqual(new Set(["piece", "block"]));
});

test("what is added after somebody looked comes behind", () => {
  const logs = NewLogs.of(many(300, (index) => `first ${index} ${"x".repeat(120)}`));
  const before = logs.plain.length;
  logs.add(log("last"));
  expect(messagesOf(logs).at(-1)).toBe("last");
  expect(logs.plain).toHaveLength(before + 1);
  expect(unpackBlocks(logs.plain).every(({ count }) => count <= MOST_IN_BLOCK)).toBe(true);
});

test("memory that was freed goes to others, and whoever still wants it is told", () => {
  const toMessage = (index: number) => `entry ${index} ${"x".repeat(100)}`;
  const first = NewLogs.of(many(600, toMessage));
  const pieces = piecesOf(first.plain);
  expect(pieces.length).toBeGreaterThan(1);
  first.free();
  first.free();
  expect(() => first.plain).toThrow("were freed when they were stored");
  expect(() => first.unpack()).toThrow("were freed when they were stored");
  const second = NewLogs.of(many(600, toMessage));
  const third = NewLogs.of(many(600, (index) => `other ${index} ${"z".repeat(100)}`));
  expect(new Set(piecesOf(second.plain))).toEqual(new Set(pieces));
  expect(piecesOf(third.plain).filter((piece) => pieces.includes(piece))).toEqual([]);
  expect(messagesOf(second)).toEqual(many(600, toMessage).map(({ message }) => message));
});

function piecesOf(plain: PlainLogs): readonly ArrayBufferLike[] {
  return plain.flatMap((part) => ("texts" in part ? [part.texts.buffer] : []));
}
