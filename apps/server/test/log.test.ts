/** What the log says when storing fails and when it works again: a line each, of a whole server. */

import { openMemoryStorage } from "@wheelhouse/storage/memory";
import { pino } from "pino";
import { expect, test } from "vitest";
import type { ExportBroken } from "../src/http/request-failed.ts";
import type { DutyEvent } from "../src/housekeeping/duty.ts";
import { logEvent } from "../src/log.ts";
import { Faults } from "./store/unreliable-storage.ts";
import { startTestServer } from "./support.ts";

function lineLog() {
  const lines: unknown[] = [];
  const logger = pino(
    { level: "warn", base: {}, timestamp: false },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
  return { lines, logger };
}

async function begin() {
  const { lines, logger } = lineLog();
  const faults = new Faults();
  const wheelhouse = await startTestServer({
    openStorage: async () => faults.through(await openMemoryStorage()),
    onEvent: (event) => logEvent(logger, event),
  });
  const mark = () =>
    wheelhouse.api(`/projects/${wheelhouse.project}/markers`, { method: "POST", body: { name: "boss" } });
  return { wheelhouse, faults, mark, lines };
}

const FAILS = {
  level: 50,
  failures: 1,
  why: "no space left on device",
  msg: "storing fails; it is tried again",
};

test("that storing fails is in the log, and that it works again", async () => {
  const { faults, mark, lines } = await begin();
  faults.failing.add("addMarker");
  await mark();
  await mark();
  expect(lines).toEqual([FAILS]);
  faults.failing.clear();
  await mark();
  await mark();
  expect(lines.slice(1)).toEqual([
    { level: 40, failedForMs: expect.any(Number), msg: "storing works again" },
  ]);
});

test("a server that stops while storing fails says so", async () => {
  const { wheelhouse, faults, mark, lines } = await begin();
  faults.failing.add("addMarker");
  await mark();
  await wheelhouse.stop();
  expect(lines).toEqual([
    FAILS,
    {
      level: 50,
      why: "no space left on device",
      msg: "stopped while storing fails: what came last isn't stored",
    },
  ]);
});

test("what the housekeeper can't do, and what it finds lost, is a line each", () => {
  const { lines, logger } = lineLog();
  const events: readonly DutyEvent[] = [
    { type: "housekeeping:failing", duty: "retain", error: new Error("no space left on device") },
    { type: "housekeeping:works_again", duty: "retain" },
    {
      type: "housekeeping:lost",
      missing: ["segments/1/2.db"],
      damaged: ["segments/1/3.db"],
      damagedIndexes: 1,
    },
  ];
  for (const event of events) logEvent(logger, event);
  expect(lines).toEqual([
    {
      level: 50,
      duty: "retain",
      why: "no space left on device",
      msg: "a duty can't be done; it is tried again",
    },
    { level: 40, duty: "retain", msg: "a duty is done again" },
    {
      level: 50,
      files: ["segments/1/2.db"],
      msg: "files of stored data are missing: what was in them isn't found any more",
    },
    {
      level: 50,
      files: ["segments/1/3.db"],
      msg: "files of stored data are damaged: what can't be read of them isn't found",
    },
    { level: 40, indexes: 1, msg: "indexes were damaged; they are made anew" },
  ]);
});

test("an export that broke off is a line without a stack", () => {
  const { lines, logger } = lineLog();
  const broken: ExportBroken = { type: "http:export_broken", kind: "logs", why: "it was dropped" };
  logEvent(logger, broken);
  expect(lines).toEqual([{ level: 40, kind: "logs", why: "it was dropped", msg: "an export broke off" }]);
});
