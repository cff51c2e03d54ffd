/** What waits to be stored: nothing is not worth storing, and a line without content still is. */

import { expect, test } from "vitest";
import type { Reading } from "@wheelhouse/storage";
import { Batch } from "../../src/devices/batch.ts";

const ADDRESS = { project: "rocket", device: "phone" };

test("a new one is empty", () => {
  expect(new Batch("s1").isEmpty).toBe(true);
});

const READING: Reading = { at: 1, receivedAt: 2, backlog: false, names: ["n", "m"], values: [3, "four"] };
const LOG = { at: 1, receivedAt: 2, level: "info", message: "hi", fields: null } as const;

test.each<readonly [string, (batch: Batch) => void]>([
  ["a line that only counts", (batch) => (batch.line = 1)],
  [
    "a declaration",
    (batch) =>
      batch.declarations.push({ declaration: { name: "n", kind: "integer", writable: false }, type: null }),
  ],
  ["a reading", (batch) => batch.samples.add(READING)],
  ["a log entry", (batch) => batch.logs.add(LOG)],
  ["a write's new state", (batch) => batch.writes.push({ id: 1, state: "sent", at: 1 })],
])("%s makes it worth storing", (_, add) => {
  const batch = new Batch("s1");
  add(batch);
  expect(batch.isEmpty).toBe(false);
});

test("it is stored under its device and session, with a number only where lines have one", () => {
  const batch = new Batch("s1");
  batch.logs.add(LOG);
  batch.samples.add(READING);
  batch.line = 7;
  batch.missed = 2;
  batch.receivedAt = 9;
  const expected = {
    ...ADDRESS,
    session: "s1",
    declarations: [],
    markers: [],
    writes: [],
    missed: 2,
    receivedAt: 9,
  };
  const { logs, samples, ...rest } = batch.toDeviceBatch(ADDRESS);
  expect(logs.unpack()).toEqual([LOG]);
  expect(samples.unpack()).toEqual([
    { name: "n", value: 3, at: 1, receivedAt: 2, backlog: false },
    { name: "m", value: "four", at: 1, receivedAt: 2, backlog: false },
  ]);
  expect(rest).toEqual(expected);
  expect(rest).not.toHaveProperty("seq");
  batch.seq = 12;
  expect(batch.toDeviceBatch(ADDRESS)).toMatchObject({ ...expected, seq: 12 });
});
