/** What waits to be stored, as it goes to the storage. */

import { expect, test } from "vitest";
import type { Reading } from "@wheelhouse/storage";
import { Batch } from "../../src/devices/batch.ts";

const ADDRESS = { project: "rocket", device: "phone" };

const READING: Reading = { at: 1, receivedAt: 2, backlog: false, names: ["n", "m"], values: [3, "four"] };
const LOG = { at: 1, receivedAt: 2, level: "info", message: "hi", fields: null } as const;

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

test("a line that only counts is stored too", () => {
  const batch = new Batch("s1");
  batch.line = 1;
  batch.seq = 1;
  const { logs, samples, ...rest } = batch.toDeviceBatch(ADDRESS);
  expect([logs.length, samples.length]).toEqual([0, 0]);
  expect(rest).toEqual({
    ...ADDRESS,
    session: "s1",
    declarations: [],
    markers: [],
    writes: [],
    missed: 0,
    receivedAt: 0,
    seq: 1,
  });
});
