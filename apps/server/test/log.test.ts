/** What the log says when storing fails and when it works again: a line each, of a whole server. */

import { openMemoryStorage } from "@wheelhouse/storage/memory";
import { pino } from "pino";
import { expect, test } from "vitest";
import { logEvent } from "../src/log.ts";
import { Faults } from "./store/unreliable-storage.ts";
import { startTestServer } from "./support.ts";

async function begin() {
  const lines: unknown[] = [];
  const logger = pino(
    { level: "warn", base: {}, timestamp: false },
    { write: (line: string) => void lines.push(JSON.parse(line)) },
  );
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
