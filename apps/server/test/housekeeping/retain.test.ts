/** Retention as the housekeeper sees to it, in virtual time. */

import { defineSupervisor, start } from "@wheelhouse/actors";
import { simulation } from "@wheelhouse/actors/simulation";
import type { Losses, Storage } from "@wheelhouse/storage";
import { openMemoryStorage } from "@wheelhouse/storage/memory";
import { expect, test } from "vitest";
import { DUTIES, Housekeeping } from "../../src/housekeeping/housekeeping.ts";
import { retain } from "../../src/housekeeping/retain.ts";
import { Store, StoreServer, type OpenStorage } from "../../src/store/store.ts";
import { Faults } from "../store/unreliable-storage.ts";

const STARTS_AT = 1_764_000_000_000;
const MINUTE_MS = 60_000;

const House = defineSupervisor<OpenStorage>("House", (open) => ({
  children: [StoreServer.child(open, { name: Store }), Housekeeping.child([retain])],
}));

test("it is among the duties", () => {
  expect(DUTIES).toContain(retain);
});

test("once a minute what is too old is dropped, by the clock on the wall, and a failure is tried again", async () => {
  const runtime = simulation({ seed: 1, startsAt: STARTS_AT });
  const memory = await openMemoryStorage();
  const asked: number[] = [];
  const faults = new Faults();
  const devices = {
    ...memory.devices,
    async retain(now: number) {
      asked.push(now);
      return memory.devices.retain(now);
    },
  };
  const storage: Storage = faults.through({ ...memory, devices });
  const starting = start(House, async () => storage, { runtime });
  await runtime.settle();
  const app = await starting;
  await runtime.advance(MINUTE_MS - 1);
  expect(asked).toEqual([]);
  await runtime.advance(1);
  expect(asked).toEqual([STARTS_AT + MINUTE_MS]);
  faults.failing.add("retain");
  await runtime.advance(MINUTE_MS);
  expect(faults.count("retain")).toBe(2);
  faults.failing.clear();
  await runtime.advance(MINUTE_MS);
  expect(asked).toEqual([STARTS_AT + MINUTE_MS, STARTS_AT + 3 * MINUTE_MS]);
  const stopped = app.stop();
  await runtime.advance(MINUTE_MS);
  await stopped;
});

const NOTHING_LOST: Losses = { missing: [], damaged: [], damagedIndexes: 0 };

test("what it finds lost is told", async () => {
  const runtime = simulation({ seed: 1, startsAt: STARTS_AT });
  const told: unknown[] = [];
  runtime.on((event) => {
    if (event.type === "housekeeping:lost") told.push(event);
  });
  const memory = await openMemoryStorage();
  const found = [
    { missing: ["segments/1/2.db"] },
    {},
    { damaged: ["segments/1/3.db"] },
    { damagedIndexes: 1 },
  ];
  const retainLosing = async () => ({ segments: 0, bytes: 0, ...NOTHING_LOST, ...found.shift() });
  const storage: Storage = { ...memory, devices: { ...memory.devices, retain: retainLosing } };
  const starting = start(House, async () => storage, { runtime });
  await runtime.settle();
  const app = await starting;
  await runtime.advance(4 * MINUTE_MS);
  expect(told).toEqual([
    { type: "housekeeping:lost", ...NOTHING_LOST, missing: ["segments/1/2.db"] },
    { type: "housekeeping:lost", ...NOTHING_LOST, damaged: ["segments/1/3.db"] },
    { type: "housekeeping:lost", ...NOTHING_LOST, damagedIndexes: 1 },
  ]);
  const stopped = app.stop();
  await runtime.advance(MINUTE_MS);
  await stopped;
});
