import fc from "fast-check";
import { expect, test } from "vitest";

import type { JsonValue } from "@wheelhouse/protocol";

import { Batch } from "../src/batch.ts";
import { byteLength } from "../src/byte-length.ts";
import { Outbox } from "../src/outbox.ts";
import type { NamedText } from "../src/variables-line.ts";

test("a tick makes one line of values, the last of each variable, and one of log entries", () => {
  const batch = new Batch();
  batch.addValue("a", "1", 10);
  batch.addEntry({ name: "one", json: '{"at":10,"level":"info","message":"one"}' });
  batch.addValue("b", "2", 11);
  batch.addValue("a", "3", 12);
  batch.addEntry({ name: "two", json: '{"at":12,"level":"warn","message":"two"}' });
  batch.addMarker({ name: "boss fight", json: '{"at":13,"name":"boss fight"}' });
  expect(batch.size).toBe(5);
  expect(batch.take(65_536)).toEqual({
    drafts: [
      { type: "variables", body: '"at":12,"values":{"a":3,"b":2}', names: ["a", "b"] },
      {
        type: "logs",
        body: '"entries":[{"at":10,"level":"info","message":"one"},{"at":12,"level":"warn","message":"two"}]',
      },
      { type: "marker", body: '"at":13,"name":"boss fight"' },
    ],
    oversized: [],
  });
  expect(batch.size).toBe(0);
  expect(batch.take(65_536).drafts).toEqual([]);
});

test("what alone is longer than a line is named, and the rest goes out", () => {
  const batch = new Batch();
  batch.addValue("long", JSON.stringify("x".repeat(300)), 1);
  batch.addValue("short", "1", 1);
  batch.addEntry(entry("y".repeat(300)));
  batch.addMarker(marker("wide", "z".repeat(300)));
  batch.addMarker(marker("narrow", ""));
  const { drafts, oversized } = batch.take(200);
  expect(drafts.map(({ body }) => body)).toEqual([
    '"at":1,"values":{"short":1}',
    '"name":"narrow","fields":{"text":""}',
  ]);
  expect(oversized).toEqual([
    "the value of long is longer than a line may be",
    `a log entry is longer than a line may be: ${"y".repeat(60)}…`,
    "the marker wide is longer than a line may be",
  ]);
});

test("no line is longer than the limit, nothing is lost, the order stays", () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string({ minLength: 1, maxLength: 20, unit: "binary" }),
        fc.jsonValue() as fc.Arbitrary<JsonValue>,
      ),
      fc.array(fc.string({ maxLength: 80, unit: "grapheme" }), { maxLength: 30 }),
      fc.integer({ min: 150, max: 600 }),
      (values, messages, maxLineBytes) => {
        const batch = new Batch();
        for (const [name, value] of Object.entries(values))
          batch.addValue(name, JSON.stringify(value), 1_764_000_000_000);
        for (const message of messages) {
          batch.addEntry(entry(message));
          batch.addMarker(marker(`m${message}`, message));
        }
        const { drafts, oversized } = batch.take(maxLineBytes);
        const outbox = new Outbox({ maxLines: 10_000, maxBytes: 100_000_000 });
        for (const draft of drafts) outbox.put(draft);
        outbox.restart();
        const taken = outbox.take(10_000, maxLineBytes, (draft) => draft);
        expect(taken.oversized).toBe(0);
        const items = taken.lines.flatMap((line) => {
          expect(Buffer.byteLength(line)).toBeLessThanOrEqual(maxLineBytes);
          return itemsOf(JSON.parse(line));
        });
        const all = [...Object.keys(values), ...messages, ...messages.map((message) => `m${message}`)];
        expect(items.length + oversized.length).toBe(all.length);
        if (oversized.length === 0) expect(items.toSorted()).toEqual(all.toSorted());
      },
    ),
  );
});

function entry(message: string): NamedText {
  return { name: message, json: JSON.stringify({ level: "info", message }) };
}

function marker(name: string, text: string): NamedText {
  return { name, json: JSON.stringify({ name, fields: { text } }) };
}

/** The names and messages in a line, or in one without a number. */
function itemsOf(line: {
  readonly type: string;
  readonly name?: string;
  readonly values?: object;
  readonly entries?: readonly { readonly message: string }[];
}): string[] {
  if (line.type === "marker") return [line.name ?? ""];
  return line.entries?.map(({ message }) => message) ?? Object.keys(line.values ?? {});
}

test("byteLength is the length of the UTF-8", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(byteLength(text)).toBe(Buffer.byteLength(text));
    }),
  );
});
