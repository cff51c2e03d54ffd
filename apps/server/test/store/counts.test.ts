/** What is counted of a storage's work, and when storing counts as failing: over the memory adapter, with faults. */

import { KEEP_ALL, NewLogs, NewSamples, StorageFailedError, type DeviceBatch } from "@wheelhouse/storage";
import { openMemoryStorage } from "@wheelhouse/storage/memory";
import { expect, test } from "vitest";
import { counted, noCounts } from "../../src/store/counts.ts";
import { StoringHealth, type StoringEvent } from "../../src/store/storing-health.ts";
import { Faults } from "./unreliable-storage.ts";

const pixel = { project: "p", device: "pixel" };
const at = { at: 10, receivedAt: 10 };

async function begin() {
  const faults = new Faults();
  const counts = noCounts();
  let time = 100;
  const told: StoringEvent[] = [];
  const health = new StoringHealth(
    () => time,
    (event) => told.push(event),
  );
  const storage = counted(faults.through(await openMemoryStorage()), counts, health);
  const user = { id: "u", email: "ann@example.org", passwordHash: "none", createdAt: 0 };
  const project = { id: "p", name: "Rocket", createdAt: 0, retention: KEEP_ALL };
  const key = { id: "k", project: "p", key: "abcDEF123456", name: "first", createdAt: 0, revokedAt: null };
  await storage.accounts.register(user, project, key);
  await storage.devices.openSession({ ...pixel, at: 1, newSession: "s", resumeAfter: 0 });
  const declaration = { name: "speed", kind: "float", writable: true } as const;
  const append = (batch: Partial<DeviceBatch>) =>
    storage.devices.append({
      ...pixel,
      session: "s",
      missed: 0,
      receivedAt: 10,
      declarations: [],
      samples: NewSamples.of([]),
      logs: NewLogs.of([]),
      markers: [],
      writes: [],
      ...batch,
    });
  await append({ declarations: [{ declaration, type: null }] });
  return {
    devices: storage.devices,
    append,
    counts,
    health,
    told,
    faults,
    pass: (ms: number) => (time += ms),
  };
}

const log = { ...at, level: "info", message: "x", fields: null } as const;

test("entries, values and markers are counted once they are stored", async () => {
  const { append, devices, counts, faults } = await begin();
  const said = {
    logs: NewLogs.of([log, log]),
    samples: NewSamples.of([{ ...at, names: ["speed"], values: [1], backlog: false }]),
    markers: [{ ...at, name: "boss", fields: null }],
  };
  await append(said);
  await devices.addMarker({ ...at, ...pixel, name: "mine", fields: null, by: "u" });
  faults.failing.add("append");
  await expect(append(said)).rejects.toThrow(StorageFailedError);
  expect(counts).toMatchObject({ logEntries: 2, values: 1, markers: 2 });
});

test("a write is counted in each state it comes into, and not again for what changes nothing", async () => {
  const { append, devices, counts } = await begin();
  const wish = { ...pixel, by: "u", at: 20, expiresAt: 50 };
  const values = [{ name: "speed", from: null, value: 2 }];
  const { writes } = await devices.change({ ...wish, values });
  const id = writes[0]?.id ?? 0;
  await append({ writes: [{ id, state: "sent", at: 21 }] });
  const second = await devices.change({ ...wish, at: 30, values });
  await append({ writes: [{ id, state: "applied", at: 31 }] });
  await devices.updateWrites([
    { id: second.writes[0]?.id ?? 0, state: "rejected", at: 40 },
    { id: 999, state: "applied", at: 40 },
  ]);
  await devices.change({ ...wish, values });
  await devices.expireWrites(60);
  expect(counts.writes).toEqual({
    pending: 3,
    sent: 1,
    applied: 0,
    rejected: 1,
    expired: 1,
    cancelled: 0,
    replaced: 1,
  });
});

test("it is known since when storing fails and why, until something is stored again", async () => {
  const { append, devices, health, faults, pass } = await begin();
  faults.failing.add("append");
  pass(5);
  await append({ logs: NewLogs.of([log]) }).catch(() => undefined);
  const failure = { at: 105, error: { message: "no space left on device" } };
  expect(health.failure).toMatchObject(failure);
  await devices.logs({ project: "p", limit: 1 });
  expect(health.failure).toMatchObject(failure);
  faults.failing.clear();
  await append({ logs: NewLogs.of([log]) });
  expect(health.failure).toBeUndefined();
});

test("what the caller did wrong says nothing of the storage", async () => {
  const { devices, counts, health, told } = await begin();
  const marker = { ...at, project: "p", device: "nobody", name: "x", fields: null, by: "u" };
  await expect(devices.addMarker(marker)).rejects.toThrow(TypeError);
  expect(health.failure).toBeUndefined();
  expect(counts.markers).toBe(0);
  expect(told).toEqual([]);
});

test("that storing fails is told at once, that it does still once a minute, and that it works again", async () => {
  const { append, told, faults, pass } = await begin();
  const fail = () => append({ logs: NewLogs.of([log]) }).catch(() => undefined);
  faults.failing.add("append");
  for (let second = 0; second < 61; second += 1) {
    await fail();
    pass(1_000);
  }
  expect(told).toMatchObject([
    { type: "store:failing", error: { message: "no space left on device" }, failures: 1 },
    { type: "store:failing", failures: 60 },
  ]);
  faults.failing.clear();
  await append({ logs: NewLogs.of([log]) });
  await append({ logs: NewLogs.of([log]) });
  expect(told.slice(2)).toEqual([{ type: "store:works_again", failedForMs: 61_000 }]);
});

test("what is small and finds room says nothing of what fails", async () => {
  const { append, devices, told, health, faults } = await begin();
  faults.failing.add("append");
  await append({ logs: NewLogs.of([log]) }).catch(() => undefined);
  await devices.expireWrites(1);
  await devices.closeSession({ session: "s", reason: "bye", resumable: true, at: 20 });
  expect(health.failure).toBeDefined();
  faults.failing.clear();
  await append({ logs: NewLogs.of([log]) });
  expect(told.map(({ type }) => type)).toEqual(["store:failing", "store:works_again"]);
});

test("a storage that fails every other time fills no log", async () => {
  const { append, told, faults, pass } = await begin();
  for (let second = 0; second < 59; second += 1) {
    faults.failing.add("append");
    await append({ logs: NewLogs.of([log]) }).catch(() => undefined);
    faults.failing.clear();
    await append({ logs: NewLogs.of([log]) });
    pass(1_000);
  }
  expect(told.map(({ type }) => type)).toEqual(["store:failing", "store:works_again"]);
});
