/** What becomes of an index once nothing is added to its segment any more: one text index, no room that isn't used, no log. */

import { statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
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
} from "../../../src/contract/subject.ts";
import { openSegmentIndexing } from "../../../src/sqlite/index/segment-indexing.ts";
import { NEVER_MS, useStorage } from "../storages.ts";

const DAY_MS = 86_400_000;
const FIRST = { project: 1, number: 1 };
const BATCHES = 25;
const LOGS_A_BATCH = 1_000;
/** Steps and answers that are waited for at the most. */
const MOST = 100_000;

const place = useStorage();

const sizeOf = (name: string) =>
  statSync(join(place.folder, "segments", "1", name), { throwIfNoEntry: false })?.size ?? 0;

interface IndexState {
  readonly textSegments: number;
  readonly complete: boolean;
  readonly pages: number;
  readonly free: number;
}

function look(): IndexState {
  const index = new DatabaseSync(join(place.folder, "segments", "1", "1.index.db"), { readOnly: true });
  const read = (sql: string) => Object.values(index.prepare(sql).get() ?? {})[0];
  try {
    return {
      textSegments: countTextSegments(read("SELECT block FROM texts_data WHERE id = 10") as Uint8Array),
      complete: read("SELECT complete FROM through") === 1,
      pages: Number(read("PRAGMA page_count")),
      free: Number(read("PRAGMA freelist_count")),
    };
  } finally {
    index.close();
  }
}

/** FTS5's record of its structure: after a cookie (and a version's four bytes), how many levels and how many segments. */
function countTextSegments(record: Uint8Array): number {
  const hasVersion = record[4] === 0xff;
  const [levels = 0, segments = 0] = record.slice(hasVersion ? 8 : 4);
  expect(Math.max(levels, segments)).toBeLessThan(128);
  return segments;
}

async function fill(): Promise<void> {
  await beginRun({ storage: place.storage, reopen: () => place.storage.close() });
  await place.storage.devices.append(batch({ declarations: [declaration("speed")] }));
  for (let number = 0; number < BATCHES; number += 1) {
    const first = number * LOGS_A_BATCH;
    const logs = Array.from({ length: LOGS_A_BATCH }, (_, index) => log(messageOf(first + index)));
    const samples = Array.from({ length: LOGS_A_BATCH }, (_, index) =>
      sample("speed", first + index, NOON + first + index),
    );
    await place.storage.devices.append(batch({ logs, samples }));
  }
}

/** With many parts that are in no other. */
function messageOf(index: number): string {
  const parts = Array.from({ length: 12 }, (_, part) =>
    Math.imul(index * 12 + part, 2_654_435_761).toString(36),
  );
  return `entry ${index} ${parts.join(" ")}`;
}

async function expectFound(): Promise<void> {
  const { devices } = place.storage;
  for (const index of [0, 12_345, BATCHES * LOGS_A_BATCH - 1]) {
    const found = await devices.logs({ project: rocket.id, text: messageOf(index).slice(0, 30), limit: 10 });
    expect(found.map(({ message }) => message)).toEqual([messageOf(index)]);
  }
  expect(await devices.logs({ project: rocket.id, text: "nowhere", limit: 10 })).toEqual([]);
  const history = { ...pixel, name: "speed", kind: "float", points: 100_000 } as const;
  expect(await devices.history(history)).toHaveLength(BATCHES * LOGS_A_BATCH);
}

test("its texts become one segment by steps, between which searches are right", async () => {
  await place.open({ indexDelayMs: NEVER_MS });
  await fill();
  const indexing = openSegmentIndexing(place.folder, FIRST);
  while (indexing.step(false)) await expectFound();
  expect(look()).toMatchObject({ complete: false });
  expect(look().textSegments).toBeGreaterThan(1);
  const before = look().pages;
  let steps = 0;
  for (; indexing.step(true) && steps < MOST; steps += 1) await expectFound();
  indexing.close();
  await expectFound();
  // A step for each few hundred pages, and two in which all comes to its end.
  expect(steps).toBeGreaterThan(before / 400);
  const { pages, free, ...state } = look();
  expect(state).toEqual({ textSegments: 1, complete: true });
  expect(free).toBeLessThan(pages / 8);
});

test("all of it happens once the segment is closed, and no log is left, though readers have the files open", async () => {
  await place.open({ indexDelayMs: 0, segmentAgeMs: DAY_MS });
  await fill();
  await expectFound();
  await place.storage.devices.append(
    batch({ receivedAt: NOON + 2 * DAY_MS, logs: [log("of the next segment")] }),
  );
  const isFinished = () => look().complete && sizeOf("1.db-wal") + sizeOf("1.index.db-wal") === 0;
  for (let answers = 0; answers < MOST && !isFinished(); answers += 1) await place.storage.devices.status();
  expect(isFinished()).toBe(true);
  expect(look().textSegments).toBe(1);
  expect(look().free).toBeLessThan(look().pages / 8);
  await expectFound();
});

test("a log that couldn't go, for a reader stood in it, goes later", async () => {
  await place.open({ indexDelayMs: NEVER_MS });
  await fill();
  const indexing = openSegmentIndexing(place.folder, FIRST);
  while (indexing.step(false));
  const readers = ["1.db", "1.index.db"].map(
    (name) => new DatabaseSync(join(place.folder, "segments", "1", name), { readOnly: true }),
  );
  for (const reader of readers) {
    reader.exec("BEGIN");
    reader.prepare("SELECT count(*) FROM sqlite_schema").get();
  }
  for (let steps = 0; indexing.step(true) && steps < MOST; steps += 1);
  expect(look().complete).toBe(true);
  expect(indexing.isComplete).toBe(false);
  expect(sizeOf("1.index.db-wal")).toBeGreaterThan(0);
  for (const reader of readers) reader.exec("COMMIT");
  for (let steps = 0; indexing.step(true) && steps < MOST; steps += 1);
  expect(indexing.isComplete).toBe(true);
  expect([sizeOf("1.db-wal"), sizeOf("1.index.db-wal")]).toEqual([0, 0]);
  indexing.close();
  for (const reader of readers) reader.close();
  await expectFound();
});
