import fc from "fast-check";
import { expect, test } from "vitest";

import type { JsonValue } from "@wheelhouse/protocol";

import { Batch } from "../src/batch.ts";
import { byteLength } from "../src/byte-length.ts";
import { Outbox } from "../src/outbox.ts";

test("a tick makes one line of values, the last of each variable, and one of log entries", () => {
  const batch = new Batch();
  batch.addValue("a", 1, 10);
  batch.addEntry({ at: 10, level: "info", message: "one" });
  batch.addValue("b", 2, 11);
  batch.addValue("a", 3, 12);
  batch.addEntry({ at: 12, level: "warn", message: "two" });
  batch.addMarker({ at: 13, name: "boss fight", fields: { level: 3 } });
  expect(batch.size).toBe(5);
  expect(batch.take(65_536)).toEqual({
    drafts: [
      { type: "variables", at: 12, values: { a: 3, b: 2 } },
      {
        type: "logs",
        entries: [
          { at: 10, level: "info", message: "one" },
          { at: 12, level: "warn", message: "two" },
        ],
      },
      { type: "marker", at: 13, name: "boss fight", fields: { level: 3 } },
    ],
    oversized: [],
  });
  expect(batch.size).toBe(0);
  expect(batch.take(65_536).drafts).toEqual([]);
});

test("what alone is longer than a line is named, and the rest goes out", () => {
  const batch = new Batch();
  batch.addValue("long", "x".repeat(300), 1);
  batch.addValue("short", 1, 1);
  batch.addEntry({ level: "info", message: "y".repeat(300) });
  batch.addMarker({ at: 1, name: "wide", fields: { text: "z".repeat(300) } });
  batch.addMarker({ at: 1, name: "narrow" });
  const { drafts, oversized } = batch.take(200);
  expect(drafts).toEqual([
    { type: "variables", at: 1, values: { short: 1 } },
    { type: "marker", at: 1, name: "narrow" },
  ]);
  expect(oversized).toHaveLength(3);
  expect(oversized[0]).toContain("long");
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
        for (const [name, value] of Object.entries(values)) batch.addValue(name, value, 1_764_000_000_000);
        for (const message of messages) {
          batch.addEntry({ at: 1_764_000_000_000, level: "info", message });
          batch.addMarker({ at: 1_764_000_000_000, name: `m${message}`, fields: { message } });
        }
        const { drafts, oversized } = batch.take(maxLineBytes);
        const outbox = new Outbox({ maxLines: 10_000, maxBytes: 100_000_000 });
        for (const draft of drafts) outbox.put(draft);
        outbox.restart();
        const taken = outbox.take(10_000, maxLineBytes);
        expect(taken.oversized).toBe(0);
        const items = drafts.flatMap((draft) =>
          draft.type === "logs"
            ? draft.entries.map(({ message }) => message)
            : draft.type === "marker"
              ? [draft.name]
              : Object.keys(draft.values),
        );
        const all = [...Object.keys(values), ...messages, ...messages.map((message) => `m${message}`)];
        expect(items.length + oversized.length).toBe(all.length);
        if (oversized.length === 0) expect(items.toSorted()).toEqual(all.toSorted());
      },
    ),
  );
});

test("byteLength is the length of the UTF-8", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(byteLength(text)).toBe(Buffer.byteLength(text));
    }),
  );
});
