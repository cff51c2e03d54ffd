/** Files of segments that the main file doesn't list: what a crash left behind goes, and what holds data never does. */

import { copyFileSync, readdirSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { batch, beginRun, log, rocket } from "../../../src/contract/subject.ts";
import { StorageUnusableError, type Storage } from "../../../src/index.ts";
import { openSqliteStorage } from "../../../src/sqlite/index.ts";
import { createSegment } from "../../../src/sqlite/segments/segment-file.ts";
import { makeFolder, type TemporaryFolder } from "../folders.ts";

let temporary: TemporaryFolder;
let storage: Storage;
const open = () => openSqliteStorage({ folder: temporary.folder, segmentBytes: 1 });
const main = () => join(temporary.folder, "wheelhouse.db");
const segments = () =>
  readdirSync(join(temporary.folder, "segments", "1")).filter((name) => /^\d+\.db$/.test(name));
beforeEach(async () => {
  temporary = makeFolder();
  storage = await open();
  await beginRun({ storage, reopen: () => storage.close() });
  await storage.devices.append(batch({ logs: [log("first")] }));
  await storage.close();
});
afterEach(async () => {
  await storage.close();
  temporary.remove();
});

async function expectRefused(): Promise<void> {
  const before = segments();
  const opening = open();
  await expect(opening).rejects.toThrow(StorageUnusableError);
  await expect(opening).rejects.toThrow(/holds data that its main file doesn't list \(segments.1.\d\.db.*\)/);
  expect(segments()).toEqual(before);
}

async function messages(): Promise<readonly string[]> {
  const logs = await storage.devices.logs({ project: rocket.id, limit: 10, order: "oldest" });
  return logs.map(({ message }) => message);
}

test("one that was just made, and what belongs to none, go", async () => {
  createSegment(temporary.folder, { project: 1, number: 7 });
  const folder = join(temporary.folder, "segments", "1");
  for (const name of ["8.db", "9.index.db", "9.db-wal"]) writeFileSync(join(folder, name), "");
  storage = await open();
  expect(readdirSync(folder).filter((name) => /^[789]/.test(name))).toEqual([]);
  expect(await messages()).toEqual(["first"]);
});

test.each<[string, () => void]>([
  ["lost", () => rmSync(main())],
  ["empty", () => truncateSync(main(), 0)],
])("with a main file that is %s nothing is removed, and it is said what is wrong", async (_, lose) => {
  const away = join(temporary.folder, "away");
  copyFileSync(main(), away);
  lose();
  await expectRefused();
  await expectRefused();
  renameSync(away, main());
  storage = await open();
  expect(await messages()).toEqual(["first"]);
});

test("so it is with one that is older than a segment", async () => {
  const old = join(temporary.folder, "old");
  const now = join(temporary.folder, "now");
  copyFileSync(main(), old);
  storage = await open();
  await storage.devices.append(batch({ logs: [log("second")] }));
  await storage.close();
  copyFileSync(main(), now);
  copyFileSync(old, main());
  await expectRefused();
  copyFileSync(now, main());
  storage = await open();
  expect(await messages()).toEqual(["first", "second"]);
});

test("one that can't be read may hold something", async () => {
  writeFileSync(join(temporary.folder, "segments", "1", "7.db"), "not a database ".repeat(1_000));
  await expectRefused();
  rmSync(join(temporary.folder, "segments", "1", "7.db"));
  storage = await open();
  expect(await messages()).toEqual(["first"]);
});
