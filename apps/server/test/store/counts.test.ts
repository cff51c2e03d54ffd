/** What is counted of a storage's work, and when storing counts as failing: over the memory adapter, with faults. */

import { KEEP_ALL, StorageFailedError, type DeviceBatch } from "@wheelhouse/storage";
import { openMemoryStorage } from "@wheelhouse/storage/memory";
import { expect, test } from "vitest";
import { counted, noCounts } from "../../src/store/counts.ts";
import { Faults } from "./unreliable-storage.ts";

const pixel = { project: "p", device: "pixel" };
const at = { at: 10, receivedAt: 10 };

async function begin() {
  const faults = new Faults();
  const counts = noCounts();
  let time = 100;
  const storage = counted(faults.through(await openMemoryStorage()), counts, () => time);
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
      samples: [],
      logs: [],
      markers: [],
      writes: [],
      ...batch,
    });
  await append({ declarations: [{ declaration, type: null }] });
  return { devices: storage.devices, append, counts, faults, pass: (ms: number) => (time += ms) };
}

const log = { ...at, level: "info", message: "x", fields: null } as const;

test("entries, values and markers are counted once they are stored", async () => {
  const { append, devices, counts, faults } = await begin();
  const said = {
    logs: [log, log],
    samples: [{ ...at, name: "speed", value: 1, backlog: false }],
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

test("it is known since when storing fails, until something is stored again", async () => {
  const { append, devices, counts, faults, pass } = await begin();
  faults.failing.add("append");
  pass(5);
  await append({ logs: [log] }).catch(() => undefined);
  expect(counts.failedAt).toBe(105);
  await devices.logs({ project: "p", limit: 1 });
  expect(counts.failedAt).toBe(105);
  faults.failing.clear();
  await append({ logs: [log] });
  expect(counts.failedAt).toBeUndefined();
});

test("what the caller did wrong says nothing of the storage", async () => {
  const { devices, counts } = await begin();
  const marker = { ...at, project: "p", device: "nobody", name: "x", fields: null, by: "u" };
  await expect(devices.addMarker(marker)).rejects.toThrow(TypeError);
  expect(counts).toMatchObject({ failedAt: undefined, markers: 0 });
});
