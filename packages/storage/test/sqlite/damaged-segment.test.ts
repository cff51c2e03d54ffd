/** A segment that is damaged takes what can't be read of it with it, and nothing else: the rest is read, and what comes is stored. */

import { readFileSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { NOON, rocket } from "../../src/contract/subject.ts";
import { StorageFailedError } from "../../src/index.ts";
import { useHours } from "./hours.ts";
import { indexed } from "./indexed.ts";

const hours = useHours();

/** So that what is in the file is read from the file. */
function foldLog(number: number): void {
  const database = new DatabaseSync(hours.file(number));
  database.exec("PRAGMA wal_checkpoint (TRUNCATE)");
  database.close();
}

function fill(number: number, from: number, to?: number): void {
  const bytes = readFileSync(hours.file(number));
  writeFileSync(hours.file(number), bytes.fill(0xaa, from, to));
}

const WAYS: readonly [string, (number: number) => void][] = [
  ["no database", (number) => writeFileSync(hours.file(number), "not a database ".repeat(10_000))],
  ["empty", (number) => truncateSync(hours.file(number), 0)],
  ["cut off", (number) => truncateSync(hours.file(number), 50_000)],
  ["overwritten behind its beginning", (number) => fill(number, 16_384)],
];

test.each(WAYS)(
  "one that was closed and is %s: the others are read, and it is told of once",
  async (_, damage) => {
    await hours.storage.close();
    foldLog(2);
    damage(2);
    await hours.openWithoutClosed();
    expect(await hours.storage.devices.retain(NOON)).toMatchObject({
      damaged: [hours.nameOf(2)],
      missing: [],
      segments: 0,
    });
    await hours.expect(0, 2, 3, 4);
    expect(await hours.storage.devices.retain(NOON)).toMatchObject({ damaged: [] });
  },
);

test.each(WAYS)(
  "the one that was being written to and is %s: what comes goes into another",
  async (_, damage) => {
    await hours.storage.close();
    foldLog(4);
    damage(4);
    await hours.openWithoutLast();
    expect(await hours.storage.devices.retain(NOON)).toMatchObject({ damaged: [hours.nameOf(4)] });
    expect(readdirSync(join(hours.folder, "segments", "1"))).toContain("4.db");
  },
);

test("the one that is being written to: what meets the damage fails, and what comes next goes into another", async () => {
  foldLog(4);
  const database = new DatabaseSync(hours.file(4));
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
  await expect(hours.append(3.5)).rejects.toThrow(StorageFailedError);
  await hours.append(3.5);
  await hours.expect(0, 1, 2, 3, 3.5);
  expect(await hours.storage.devices.retain(NOON)).toMatchObject({ damaged: [hours.nameOf(4)] });
});

test("of one whose log entries are garbled, all else is read", async () => {
  const database = new DatabaseSync(hours.file(2));
  database.exec("UPDATE log_blocks SET entries = '[0, 0, 2, \"ho'");
  database.close();
  expect(await hours.read()).toEqual({ logs: [0, 2, 3], values: [0, 1, 2, 3] });
  expect(await hours.storage.devices.retain(NOON)).toMatchObject({ damaged: [hours.nameOf(2)] });
});

test("one that comes back whole is read again", async () => {
  await hours.storage.close();
  foldLog(2);
  const whole = readFileSync(hours.file(2));
  fill(2, 0);
  await hours.open();
  await hours.expect(0, 2, 3);
  writeFileSync(hours.file(2), whole);
  await hours.expect(0, 1, 2, 3);
});

test("one that can't be indexed to its end keeps the index of what is before, and holds up no other", async () => {
  await hours.storage.close();
  await hours.open(0);
  await indexed(hours.storage);
  await hours.storage.close();
  foldLog(4);
  const database = new DatabaseSync(hours.file(4));
  database.exec("INSERT INTO log_blocks VALUES (1000, 1, 1, NULL, 0, 'garbled')");
  database.close();
  await hours.open(0);
  await hours.append(4);
  const lagOf = async () => (await hours.storage.devices.status()).indexLagSamples;
  for (let looks = 0; (await lagOf()) > 0; looks += 1) expect(looks).toBeLessThan(100_000);
  const found = await hours.storage.devices.logs({ project: rocket.id, text: "hour 4", limit: 10 });
  expect(found).toHaveLength(1);
  expect(await hours.storage.devices.retain(NOON)).toMatchObject({
    damaged: [hours.nameOf(4)],
    damagedIndexes: 0,
  });
});
