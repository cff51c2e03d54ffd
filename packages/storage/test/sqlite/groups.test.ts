import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { JsonObject } from "@wheelhouse/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { batch, log, opening, pixel, registerAnn } from "../../src/contract/subject.ts";
import type { Storage } from "../../src/index.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";
import { countCommits } from "./commits.ts";
import { makeFolder, type TemporaryFolder } from "./folders.ts";

let temporary: TemporaryFolder;
let storage: Storage;
beforeEach(async () => {
  temporary = makeFolder();
  storage = await openSqliteStorage({ folder: temporary.folder });
  await registerAnn({ storage, reopen: () => storage.close() });
  await storage.devices.openSession(opening(pixel, "s-1"));
  await append(0);
});
afterEach(async () => {
  await storage.close();
  temporary.remove();
});

function append(seq: number): Promise<unknown> {
  return storage.devices.append(batch({ seq, logs: [log(`${seq}`)] }));
}

async function storedIds(seq: number): Promise<readonly number[]> {
  const { logs } = await storage.devices.append(batch({ seq, logs: [log(`${seq}`)] }));
  return logs.map(({ id }) => id);
}

/** Commits in the main file and in the project's segment. */
function commits(): { readonly main: number; readonly segment: number } {
  const { folder } = temporary;
  return { main: countCommits(folder), segment: countCommits(folder, join("segments", "1", "1.db")) };
}

test("what waits for one another is committed one by one, in the segment only", async () => {
  const before = commits();
  for (let seq = 1; seq <= 5; seq += 1) await append(seq);
  expect(commits()).toEqual({ main: before.main, segment: before.segment + 5 });
});

test("what arrives while the writer commits shares the next commit", async () => {
  const before = commits();
  await Promise.all(Array.from({ length: 500 }, (_, index) => append(index + 1)));
  const count = commits().segment - before.segment;
  expect(count).toBeGreaterThan(0);
  expect(count).toBeLessThan(100);
});

test("what is asked in one turn goes to the writer in few messages, and is answered in order", async () => {
  const post = vi.spyOn(Worker.prototype, "postMessage");
  try {
    const stored = await Promise.all(Array.from({ length: 300 }, (_, index) => storedIds(index + 1)));
    const requests = post.mock.calls.flatMap(([message]) => (Array.isArray(message) ? [message.length] : []));
    expect(requests).toEqual([256, 44]);
    const ids = stored.flat();
    expect(ids).toEqual(Array.from(ids, (_, index) => (ids[0] ?? 0) + index));
  } finally {
    post.mockRestore();
  }
});

test("what can't be copied to the writer fails alone", async () => {
  const marker = { name: "m", fields: { call: () => 1 } as unknown as JsonObject, at: 1, receivedAt: 1 };
  const [before, wrong, after] = await Promise.allSettled([
    append(1),
    storage.devices.append(batch({ seq: 2, markers: [marker] })),
    append(3),
  ]);
  expect([before.status, wrong.status, after.status]).toEqual(["fulfilled", "rejected", "fulfilled"]);
});

test("reading commits nothing", async () => {
  const before = commits();
  await storage.devices.deviceState(pixel);
  await storage.devices.logs({ project: pixel.project, limit: 10 });
  expect(commits()).toEqual(before);
});
