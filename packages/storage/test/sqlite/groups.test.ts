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
});
afterEach(async () => {
  await storage.close();
  temporary.remove();
});

function append(seq: number): Promise<unknown> {
  return storage.devices.append(batch({ seq, logs: [log(`${seq}`)] }));
}

test("what waits for one another is committed one by one", async () => {
  const before = countCommits(temporary.folder);
  for (let seq = 1; seq <= 5; seq += 1) await append(seq);
  expect(countCommits(temporary.folder) - before).toBe(5);
});

test("what arrives while the writer commits shares the next commit", async () => {
  const before = countCommits(temporary.folder);
  await Promise.all(Array.from({ length: 500 }, (_, index) => append(index + 1)));
  const commits = countCommits(temporary.folder) - before;
  expect(commits).toBeGreaterThan(0);
  expect(commits).toBeLessThan(100);
});

test("reading commits nothing", async () => {
  const before = countCommits(temporary.folder);
  await storage.devices.deviceState(pixel);
  await storage.devices.logs({ project: pixel.project, limit: 10 });
  expect(countCommits(temporary.folder)).toBe(before);
});
