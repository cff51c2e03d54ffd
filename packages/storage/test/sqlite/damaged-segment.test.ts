/** A segment that is damaged takes what can't be read of it with it, and nothing else: the rest is read, and what comes is stored. */

import { readFileSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  NOON,
  batch,
  beginRun,
  declaration,
  log,
  opening,
  pixel,
  rocket,
  sample,
} from "../../src/contract/subject.ts";
import { StorageFailedError, type Storage } from "../../src/index.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";
import { makeFolder, type TemporaryFolder } from "./folders.ts";
import { indexed } from "./indexed.ts";

let temporary: TemporaryFolder;
let storage: Storage;
const HOUR_MS = 3_600_000;
const open = (indexDelayMs: number) =>
  openSqliteStorage({ folder: temporary.folder, indexDelayMs, segmentAgeMs: HOUR_MS });
/** Nothing is indexed before the end of the test. */
const UNINDEXED = 1_000_000;
beforeEach(async () => {
  temporary = makeFolder();
  storage = await open(UNINDEXED);
  await beginRun({ storage, reopen: () => storage.close() });
  await storage.devices.append(batch({ declarations: [declaration("speed")] }));
  for (let hour = 0; hour < 4; hour += 1) await append(hour);
});
afterEach(async () => {
  await storage.close();
  temporary.remove();
});

async function append(hour: number): Promise<void> {
  const at = NOON + hour * HOUR_MS;
  const times = { at, receivedAt: at };
  const samples = [sample("speed", hour, at, times)];
  await storage.devices.append(batch({ receivedAt: at, samples, logs: [log(`hour ${hour}`, times)] }));
}

interface Hours {
  readonly logs: readonly number[];
  readonly values: readonly number[];
}

async function readHours(): Promise<Hours> {
  const { devices } = storage;
  const logs = await devices.logs({ project: rocket.id, limit: 100, order: "oldest" });
  const history = await devices.history({ ...pixel, name: "speed", kind: "float", points: 100 });
  const { samples } = await devices.samples({ project: rocket.id, limit: 100 });
  expect(samples.map(({ value }) => value)).toEqual(history.map(([, value]) => value));
  await devices.markers({ project: rocket.id, limit: 100 });
  await devices.status();
  return {
    logs: logs.map(({ message }) => Number(message.slice("hour ".length))),
    values: history.map(([, value]) => value as number),
  };
}

async function expectHours(...hours: readonly number[]): Promise<void> {
  expect(await readHours()).toEqual({ logs: hours, values: hours });
}

const nameOf = (number: number) => join("segments", "1", `${number}.db`);
const file = (number: number) => join(temporary.folder, nameOf(number));

/** So that what is in the file is read from the file. */
function foldLog(number: number): void {
  const database = new DatabaseSync(file(number));
  database.exec("PRAGMA wal_checkpoint (TRUNCATE)");
  database.close();
}

function fill(number: number, from: number, to?: number): void {
  const bytes = readFileSync(file(number));
  writeFileSync(file(number), bytes.fill(0xaa, from, to));
}

const WAYS: readonly [string, (number: number) => void][] = [
  ["no database", (number) => writeFileSync(file(number), "not a database ".repeat(10_000))],
  ["empty", (number) => truncateSync(file(number), 0)],
  ["cut off", (number) => truncateSync(file(number), 50_000)],
  ["overwritten behind its beginning", (number) => fill(number, 16_384)],
];

test.each(WAYS)(
  "one that was closed and is %s: the others are read, and it is told of once",
  async (_, damage) => {
    await storage.close();
    foldLog(2);
    damage(2);
    storage = await open(UNINDEXED);
    await expectHours(0, 2, 3);
    await append(4);
    await expectHours(0, 2, 3, 4);
    expect(await storage.devices.retain(NOON)).toMatchObject({
      damaged: [nameOf(2)],
      missing: [],
      segments: 0,
    });
    await expectHours(0, 2, 3, 4);
    expect(await storage.devices.retain(NOON)).toMatchObject({ damaged: [] });
  },
);

test.each(WAYS)(
  "the one that was being written to and is %s: what comes goes into another",
  async (_, damage) => {
    await storage.close();
    foldLog(4);
    damage(4);
    storage = await open(UNINDEXED);
    await expectHours(0, 1, 2);
    await storage.devices.openSession(opening(pixel, "s-1", { resume: "s-1" }));
    expect(await storage.devices.deviceState(pixel)).toBeDefined();
    await append(4);
    await append(5);
    await expectHours(0, 1, 2, 4, 5);
    expect(await storage.devices.retain(NOON)).toMatchObject({ damaged: [nameOf(4)] });
    expect(readdirSync(join(temporary.folder, "segments", "1"))).toContain("4.db");
  },
);

test("the one that is being written to: what meets the damage fails, and what comes next goes into another", async () => {
  foldLog(4);
  const database = new DatabaseSync(file(4));
  const { page } = database
    .prepare("SELECT rootpage AS page FROM sqlite_schema WHERE name = 'progress'")
    .get() as { readonly page: number };
  const { size } = database.prepare("SELECT page_size AS size FROM pragma_page_size").get() as {
    size: number;
  };
  fill(4, (page - 1) * size, page * size);
  // So that whoever has the file open reads it again.
  database.exec("UPDATE span SET last_received_at = last_received_at");
  database.close();
  await expect(append(3.5)).rejects.toThrow(StorageFailedError);
  await append(3.5);
  await expectHours(0, 1, 2, 3, 3.5);
  expect(await storage.devices.retain(NOON)).toMatchObject({ damaged: [nameOf(4)] });
});

test("of one whose log entries are garbled, all else is read", async () => {
  const database = new DatabaseSync(file(2));
  database.exec("UPDATE log_blocks SET entries = '[0, 0, 2, \"ho'");
  database.close();
  expect(await readHours()).toEqual({ logs: [0, 2, 3], values: [0, 1, 2, 3] });
  expect(await storage.devices.retain(NOON)).toMatchObject({ damaged: [nameOf(2)] });
});

test("one that comes back whole is read again", async () => {
  await storage.close();
  foldLog(2);
  const whole = readFileSync(file(2));
  fill(2, 0);
  storage = await open(UNINDEXED);
  await expectHours(0, 2, 3);
  writeFileSync(file(2), whole);
  await expectHours(0, 1, 2, 3);
});

test("one that can't be indexed to its end keeps the index of what is before, and holds up no other", async () => {
  await storage.close();
  storage = await open(0);
  await indexed(storage);
  await storage.close();
  foldLog(4);
  const database = new DatabaseSync(file(4));
  database.exec("INSERT INTO log_blocks VALUES (1000, 1, 1, NULL, 0, 'garbled')");
  database.close();
  storage = await open(0);
  await append(4);
  const lagOf = async () => (await storage.devices.status()).indexLagSamples;
  for (let looks = 0; (await lagOf()) > 0; looks += 1) expect(looks).toBeLessThan(100_000);
  const found = await storage.devices.logs({ project: rocket.id, text: "hour 4", limit: 10 });
  expect(found).toHaveLength(1);
  expect(await storage.devices.retain(NOON)).toMatchObject({ damaged: [nameOf(4)], damagedIndexes: 0 });
});
