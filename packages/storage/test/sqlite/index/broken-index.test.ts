/** An index that is broken, old or gone costs time, never an answer. */

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  NOON,
  batch,
  beginRun,
  declaration,
  log,
  pixel,
  rocket,
  sample,
} from "../../../src/contract/subject.ts";
import type { Storage } from "../../../src/index.ts";
import { openSqliteStorage } from "../../../src/sqlite/index.ts";
import { makeFolder, type TemporaryFolder } from "../folders.ts";
import { indexed } from "../indexed.ts";

let temporary: TemporaryFolder;
let storage: Storage;
const open = () => openSqliteStorage({ folder: temporary.folder, indexDelayMs: 0 });
beforeEach(async () => {
  temporary = makeFolder();
  storage = await open();
  await beginRun({ storage, reopen: () => storage.close() });
  const samples = Array.from({ length: 2_000 }, (_, index) => sample("speed", index, NOON + index));
  const logs = Array.from({ length: 2_000 }, (_, index) => log(`entry ${index} needle`));
  await storage.devices.append(batch({ declarations: [declaration("speed")], samples, logs }));
  await indexed(storage);
  await storage.close();
});
afterEach(async () => {
  await storage.close();
  temporary.remove();
});

async function expectAll(): Promise<void> {
  const { devices } = storage;
  expect(await devices.logs({ project: rocket.id, text: "NEEDLE", limit: 10_000 })).toHaveLength(2_000);
  expect(await devices.logs({ project: rocket.id, text: "entry 77 ", limit: 10 })).toHaveLength(1);
  expect(await devices.history({ ...pixel, name: "speed", kind: "float", points: 5_000 })).toHaveLength(
    2_000,
  );
}

const file = () => join(temporary.folder, "segments", "1", "1.index.db");

test.each<[string, () => void]>([
  ["gone", () => rmSync(file())],
  ["no database", () => writeFileSync(file(), "not a database ".repeat(1_000))],
  ["empty", () => writeFileSync(file(), "")],
  [
    "of another version",
    () => {
      const database = new DatabaseSync(file());
      database.exec("PRAGMA user_version = 99; DROP TABLE blocks");
      database.close();
    },
  ],
])("one that is %s is made anew", async (_, breakIt) => {
  breakIt();
  storage = await open();
  await expectAll();
  await indexed(storage);
  await expectAll();
  const database = new DatabaseSync(file(), { readOnly: true });
  expect(database.prepare("SELECT entry, sample FROM through").get()).toEqual({
    entry: 2_000,
    sample: 2_000,
  });
  database.close();
});

test.each(["open", "closed"])(
  "one that is damaged in the middle of a segment that is %s is done without, told of, and made anew",
  async (state) => {
    if (state === "closed") await closeSegment();
    foldLog();
    const bytes = readFileSync(file());
    bytes.fill(0xaa, 3 * 4_096);
    writeFileSync(file(), bytes);
    storage = await open();
    await expectAll();
    expect(await storage.devices.retain(NOON)).toMatchObject({ damaged: [], damagedIndexes: 1 });
    expect(await storage.devices.retain(NOON)).toMatchObject({ damagedIndexes: 0 });
    await indexed(storage);
    await expectAll();
    await storage.close();
    storage = await open();
    await indexed(storage);
    await expectAll();
    expect(await storage.devices.retain(NOON)).toMatchObject({ damagedIndexes: 0 });
  },
);

/** So that what is in the file is read from the file. */
function foldLog(): void {
  const database = new DatabaseSync(file());
  database.exec("PRAGMA wal_checkpoint (TRUNCATE)");
  database.close();
}

/** Has the indexer finish it. */
async function closeSegment(): Promise<void> {
  storage = await openSqliteStorage({ folder: temporary.folder, indexDelayMs: 0, segmentBytes: 1 });
  await storage.devices.append(batch({ logs: [log("one more")] }));
  await indexed(storage);
  await storage.close();
}
