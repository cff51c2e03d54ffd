/** Who copies a segment's write-ahead log into its file, and that nobody depends on it. */

import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { batch, beginRun, log, rocket } from "../../../src/contract/subject.ts";
import { openSegmentToRead } from "../../../src/sqlite/segments/segment-file.ts";
import { checkpointerCalls } from "../../../src/sqlite/segments/serve-checkpointer.ts";
import { NEVER_MS, useStorage } from "../storages.ts";

const FIRST = { project: 1, number: 1 };
const MIB = 1_048_576;
/** Of a segment's file when all that it has is in its log. */
const EMPTY_BYTES = 0.25 * MIB;
const MESSAGE = "x".repeat(4_000);
const LOGS_A_BATCH = 250;
/** Answers that are waited for at the most. */
const MOST = 100_000;

const place = useStorage();

/** No index is made, so whoever changes the file is no indexer. */
async function open(): Promise<void> {
  await place.open({ indexDelayMs: NEVER_MS });
  await beginRun({ storage: place.storage, reopen: () => place.storage.close() });
}

const fileOf = (ending: string) => join(place.folder, "segments", "1", `1.db${ending}`);
const sizeOf = (ending = "") => statSync(fileOf(ending)).size;

/** As many mebibytes as log entries, each batch committed by itself. */
async function fill(mebibytes: number): Promise<void> {
  const logs = Array.from({ length: LOGS_A_BATCH }, () => log(MESSAGE));
  for (let stored = 0; stored < mebibytes; stored += 1) await place.storage.devices.append(batch({ logs }));
}

async function countFound(): Promise<number> {
  const found = await place.storage.devices.logs({ project: rocket.id, limit: MOST });
  return found.filter(({ message }) => message === MESSAGE).length;
}

test("what has been added is copied into the file before the writer has to", async () => {
  await open();
  await fill(20);
  const isCopied = () => sizeOf() > 15 * MIB;
  for (let answers = 0; answers < MOST && !isCopied(); answers += 1) await place.storage.devices.status();
  expect(isCopied()).toBe(true);
  // The writer checkpoints from 32 MiB on; it hasn't begun its log anew.
  expect(sizeOf("-wal")).toBeGreaterThan(19 * MIB);
  expect(sizeOf("-wal")).toBeLessThan(32 * MIB);
  expect(await countFound()).toBe(20 * LOGS_A_BATCH);
});

test("little is left in the log for the writer to copy", async () => {
  await open();
  await fill(4);
  expect(sizeOf()).toBeLessThan(EMPTY_BYTES);
  const copied = checkpointerCalls(place.folder).checkpoint(FIRST);
  expect(copied).toBeGreaterThan(250);
  expect(sizeOf()).toBeGreaterThan(4 * 0.9 * MIB);
  // Begun anew by whoever writes next, since all of it is in the file.
  const before = sizeOf("-wal");
  await fill(1);
  expect(sizeOf("-wal")).toBe(before);
  expect(await countFound()).toBe(5 * LOGS_A_BATCH);
});

test("while somebody reads, what came after that stays in the log, and whoever reads sees what there was", async () => {
  await open();
  await fill(2);
  const calls = checkpointerCalls(place.folder);
  const { database: reader } = openSegmentToRead(place.folder, FIRST);
  const count = reader.prepare("SELECT sum(count) AS entries FROM log_blocks");
  reader.exec("BEGIN");
  expect(count.get()).toEqual({ entries: 2 * LOGS_A_BATCH });
  await fill(2);
  calls.checkpoint(FIRST);
  expect(sizeOf()).toBeLessThan(3 * MIB);
  expect(count.get()).toEqual({ entries: 2 * LOGS_A_BATCH });
  reader.exec("COMMIT");
  calls.checkpoint(FIRST);
  expect(sizeOf()).toBeGreaterThan(4 * 0.9 * MIB);
  expect(count.get()).toEqual({ entries: 4 * LOGS_A_BATCH });
  reader.close();
});

test("of a segment that is gone nobody hears, and what is said goes on being stored", async () => {
  await open();
  await fill(1);
  rmSync(fileOf(""));
  expect(() => checkpointerCalls(place.folder).checkpoint(FIRST)).toThrow("unable to open database file");
  await fill(18);
  await place.storage.devices.status();
});
