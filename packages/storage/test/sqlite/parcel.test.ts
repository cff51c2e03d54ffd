import { expect, test } from "vitest";
import { batch, log, sample, type BatchParts } from "../../src/contract/subject.ts";
import { unpackBlocks } from "../../src/rules/packed-logs.ts";
import { newestReports } from "../../src/sqlite/newest-reports.ts";
import { visitSamples } from "../../src/rules/new-samples.ts";
import { toParcel } from "../../src/sqlite/parcel.ts";

/** As the other thread gets it. */
const sent = (said: BatchParts) => structuredClone(toParcel(batch(said)));

test("samples arrive as they are stored: in order, with the delay of their receipt", () => {
  const parcel = sent({
    samples: [
      { ...sample("speed", 1.5), at: 100, receivedAt: 103 },
      { name: "name", value: { of: ["any", null] }, at: 90, receivedAt: 104, backlog: true },
    ],
  });
  const seen: unknown[] = [];
  visitSamples(parcel.samples, (...plain) => seen.push(plain));
  expect(seen).toEqual([
    ["speed", 1.5, 100, 3, false],
    ["name", '{"of":["any",null]}', 90, 14, true],
  ]);
});

test("so do log entries", () => {
  const parcel = sent({
    logs: [
      log("hello", { at: 100, receivedAt: 101, level: "debug" }),
      log("", { at: 99, receivedAt: 102, level: "fatal", fields: { n: 1 } }),
    ],
  });
  expect(parcel.logCount).toBe(2);
  expect(parcel.logs).toEqual([
    {
      count: 2,
      at: 100,
      firstReceivedAt: 101,
      lastReceivedAt: 102,
      entries: '[0,1,0,"hello",null,-1,3,4,"","{\\"n\\":1}"]',
    },
  ]);
});

test("many log entries go in blocks, so that whoever reads one needn't read them all", () => {
  const logs = Array.from({ length: 40 }, (_, at) => log(`${at}`, { at, receivedAt: 1_000 - at }));
  const blocks = unpackBlocks(sent({ logs }).logs);
  expect(
    blocks.map(({ count, firstReceivedAt, lastReceivedAt }) => [count, firstReceivedAt, lastReceivedAt]),
  ).toEqual([
    [16, 985, 1_000],
    [16, 969, 984],
    [8, 961, 968],
  ]);
});

test("only what is there is sent: mostly no declarations, markers and writes", () => {
  expect(sent({ logs: [log("hello")] })).not.toHaveProperty("rest");
  const writes = [{ id: 1, state: "sent", at: 1 }] as const;
  expect(sent({ writes }).rest).toEqual({ declarations: [], markers: [], writes });
});

test("a batch without a number has the number 0", () => {
  const { seq, ...numberless } = batch({ seq: 7 });
  expect([seq, toParcel(numberless).seq]).toEqual([7, 0]);
});

test("of several reports of a variable the last one counts", () => {
  const reports = newestReports();
  reports.set(7, 1, 100, 101);
  reports.set(8, "true", 102, 103);
  reports.set(7, 2, 104, 105);
  const seen: unknown[] = [];
  reports.forEach((...report) => seen.push(report));
  expect(seen).toEqual([
    [7, 2, 104, 105],
    [8, "true", 102, 103],
  ]);
  reports.clear();
  reports.forEach(() => expect.unreachable());
});
