import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
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

test("reading commits nothing", async () => {
  const before = commits();
  await storage.devices.deviceState(pixel);
  await storage.devices.logs({ project: pixel.project, limit: 10 });
  expect(commits()).toEqual(before);
});
