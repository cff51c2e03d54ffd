/** What waits to be stored: nothing is not worth storing, and a line without content still is. */

import { expect, test } from "vitest";
import { Batch } from "../../src/devices/batch.ts";

const ADDRESS = { project: "rocket", device: "phone" };

test("a new one is empty", () => {
  expect(new Batch("s1").isEmpty).toBe(true);
});

const LOG = { at: 1, receivedAt: 2, level: "info", message: "hi", fields: null } as const;

test.each<readonly [string, (batch: Batch) => void]>([
  ["a line that only counts", (batch) => (batch.line = 1)],
  [
    "a declaration",
    (batch) =>
      batch.declarations.push({ declaration: { name: "n", kind: "integer", writable: false }, type: null }),
  ],
  ["a sample", (batch) => batch.samples.push({ name: "n", value: 1, at: 1, receivedAt: 1, backlog: false })],
  ["a log entry", (batch) => batch.logs.push(LOG)],
  ["a write's new state", (batch) => batch.writes.push({ id: 1, state: "sent", at: 1 })],
])("%s makes it worth storing", (_, add) => {
  const batch = new Batch("s1");
  add(batch);
  expect(batch.isEmpty).toBe(false);
});

test("it is stored under its device and session, with a number only where lines have one", () => {
  const batch = new Batch("s1");
  batch.logs.push(LOG);
  batch.line = 7;
  batch.missed = 2;
  batch.receivedAt = 9;
  const expected = {
    ...ADDRESS,
    session: "s1",
    declarations: [],
    samples: [],
    logs: [LOG],
    markers: [],
    writes: [],
    missed: 2,
    receivedAt: 9,
  };
  expect(batch.toDeviceBatch(ADDRESS)).toEqual(expected);
  expect(batch.toDeviceBatch(ADDRESS)).not.toHaveProperty("seq");
  batch.seq = 12;
  expect(batch.toDeviceBatch(ADDRESS)).toEqual({ ...expected, seq: 12 });
});
