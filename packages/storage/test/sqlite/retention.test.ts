/** Segments are dropped as a whole, files and all, while others are read and written. */

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  NOON,
  batch,
  beginRun,
  declaration,
  log,
  pixel,
  rocket,
  sample,
} from "../../src/contract/subject.ts";
import type { SqliteOptions } from "../../src/sqlite/index.ts";
import { indexed } from "./indexed.ts";
import { useStorage } from "./storages.ts";

const HOUR_MS = 3_600_000;

const place = useStorage();

async function begin(options: Partial<SqliteOptions>): Promise<void> {
  await place.open({ indexDelayMs: 0, ...options });
  await beginRun({ storage: place.storage, reopen: () => place.storage.close() });
  await place.storage.devices.append(batch({ declarations: [declaration("speed")] }));
}

async function appendHours(from: number, to: number): Promise<void> {
  for (let hour = from; hour < to; hour += 1) {
    const at = NOON + hour * HOUR_MS;
    const times = { at, receivedAt: at };
    const samples = [sample("speed", hour, at, times)];
    await place.storage.devices.append(
      batch({ receivedAt: at, samples, logs: [log(`hour ${hour}`, times)] }),
    );
  }
}

async function hours(): Promise<readonly number[]> {
  const logs = await place.storage.devices.logs({ project: rocket.id, limit: 1_000, text: "hour" });
  return logs.map(({ message }) => Number(message.slice(5))).toReversed();
}

const segmentFiles = () =>
  readdirSync(join(place.folder, "segments", "1")).filter((name) => /^\d+\.(index\.)?db$/.test(name));

test("a segment an hour: those that are too old go, with their files, and the rest stays", async () => {
  await begin({ segmentAgeMs: HOUR_MS });
  await appendHours(0, 10);
  await indexed(place.storage);
  expect(segmentFiles()).toHaveLength(2 * 10);
  await place.storage.accounts.setRetention(rocket.id, { maxAgeMs: 3 * HOUR_MS, maxBytes: null });
  const { segments, bytes } = await place.storage.devices.retain(NOON + 9 * HOUR_MS);
  expect(segments).toBe(6);
  expect(bytes).toBeGreaterThan(0);
  expect(await hours()).toEqual([6, 7, 8, 9]);
  expect(segmentFiles()).toHaveLength(2 * 4);
  expect(
    await place.storage.devices.history({ ...pixel, name: "speed", kind: "float", points: 100 }),
  ).toHaveLength(4);
  const status = await place.storage.devices.status();
  expect(status).toMatchObject({ segments: 4, oldestAt: NOON + 6 * HOUR_MS });
  expect(await place.storage.devices.retain(NOON + 9 * HOUR_MS)).toMatchObject({ segments: 0, bytes: 0 });
});

test("the oldest go until the rest is small enough", async () => {
  await begin({ segmentAgeMs: HOUR_MS });
  await appendHours(0, 10);
  await indexed(place.storage);
  const { bytes } = await place.storage.devices.status();
  await place.storage.accounts.setRetention(rocket.id, { maxAgeMs: null, maxBytes: Math.floor(bytes / 2) });
  const dropped = await place.storage.devices.retain(NOON);
  expect(dropped.segments).toBeGreaterThan(2);
  expect(dropped.segments).toBeLessThan(10);
  expect(await hours()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].slice(dropped.segments));
});

test("what is asked while segments are dropped is answered, and what is appended is kept", async () => {
  await begin({ segmentAgeMs: HOUR_MS });
  await appendHours(0, 30);
  await place.storage.accounts.setRetention(rocket.id, { maxAgeMs: HOUR_MS, maxBytes: null });
  const [dropped, ...answers] = await Promise.all([
    place.storage.devices.retain(NOON + 29 * HOUR_MS),
    ...Array.from({ length: 20 }, () => hours()),
    appendHours(30, 40).then(hours),
  ]);
  expect(dropped.segments).toBe(28);
  for (const answer of answers) {
    const first = answer[0] ?? 0;
    expect(answer).toEqual(Array.from({ length: answer.length }, (_, index) => first + index));
    expect(answer.at(-1)).toBeGreaterThanOrEqual(29);
  }
  expect(await hours()).toEqual([28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39]);
});

test("closing waits until what was to be dropped is", async () => {
  await begin({ segmentAgeMs: HOUR_MS });
  await appendHours(0, 5);
  await place.storage.accounts.setRetention(rocket.id, { maxAgeMs: 1, maxBytes: null });
  const retained = place.storage.devices.retain(NOON + 100 * HOUR_MS);
  await place.storage.close();
  expect((await retained).segments).toBe(5);
  expect(existsSync(join(place.folder, "segments", "1", "1.db"))).toBe(false);
});

const MEBIBYTE = 1_048_576;

/** A quarter of a mebibyte of entries. */
async function appendMuch(number: number, at = NOON): Promise<void> {
  const times = { at, receivedAt: at };
  const logs = Array.from({ length: 64 }, () => log(`part ${number} ${"x".repeat(4_096)}`, times));
  await place.storage.devices.append(batch({ receivedAt: at, logs }));
}

async function parts(): Promise<readonly number[]> {
  const logs = await place.storage.devices.logs({ project: rocket.id, limit: 100_000, order: "oldest" });
  return [...new Set(logs.map(({ message }) => Number(message.split(" ")[1])))];
}

test("a project that keeps little has small segments, so that what goes is the oldest part only", async () => {
  await begin({ indexDelayMs: 1_000_000 });
  await place.storage.accounts.setRetention(rocket.id, { maxAgeMs: null, maxBytes: 12 * MEBIBYTE });
  for (let number = 0; number < 80; number += 1) {
    await appendMuch(number);
    if (number % 20 === 19) await place.storage.devices.retain(NOON);
    const kept = await parts();
    expect(kept.at(-1)).toBe(number);
    expect(kept.length).toBeGreaterThan(Math.min(number, 12));
  }
  await place.storage.devices.retain(NOON);
  const { bytes, segments } = (await place.storage.devices.status()).projects[0] ?? {
    bytes: Infinity,
    segments: 0,
  };
  expect(bytes).toBeLessThanOrEqual(12 * MEBIBYTE);
  expect(segments).toBeGreaterThan(1);
  const kept = await parts();
  expect(kept).toEqual(Array.from(kept, (_, index) => 80 - kept.length + index));
});

test("the size is kept between two looks as well: each time a segment has ended", async () => {
  await begin({ indexDelayMs: 1_000_000 });
  await place.storage.accounts.setRetention(rocket.id, { maxAgeMs: null, maxBytes: 8 * MEBIBYTE });
  await place.storage.devices.retain(NOON);
  for (let number = 0; number < 120; number += 1) await appendMuch(number);
  // Behind what was still to be dropped.
  await place.storage.devices.closeSession({ session: "s-1", at: NOON, reason: "bye", resumable: false });
  const { bytes } = (await place.storage.devices.status()).projects[0] ?? { bytes: Infinity };
  expect(bytes).toBeLessThanOrEqual(12 * MEBIBYTE);
  expect((await parts()).at(-1)).toBe(119);
});

test("a project in use all the time keeps nothing that is older than its age and a quarter", async () => {
  await begin({ indexDelayMs: 1_000_000 });
  await place.storage.accounts.setRetention(rocket.id, { maxAgeMs: HOUR_MS, maxBytes: null });
  const STEP_MS = HOUR_MS / 12;
  for (let step = 0; step < 40; step += 1) {
    const at = NOON + step * STEP_MS;
    const times = { at, receivedAt: at };
    await place.storage.devices.append(batch({ receivedAt: at, logs: [log("step", times)] }));
    await place.storage.devices.retain(at);
    const logs = await place.storage.devices.logs({ project: rocket.id, limit: 1_000, order: "oldest" });
    expect(logs[0]?.at).toBeGreaterThanOrEqual(at - HOUR_MS * 1.25 - STEP_MS);
    expect(logs.length).toBeGreaterThanOrEqual(Math.min(step + 1, 12));
  }
});
