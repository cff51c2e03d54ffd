import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pixel, rocket } from "../../src/contract/subject.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";
import { makeFolder, type TemporaryFolder } from "./folders.ts";
import { spawnProgram } from "./killed.ts";
import { writeOldFolder } from "./old-folder.ts";

let temporary: TemporaryFolder;
beforeEach(() => {
  temporary = makeFolder();
});
afterEach(() => temporary.remove());

/** Turns of the event loop in which the migration gets there by far. */
const MOST_TURNS = 50_000_000;
/** Times the rows of the fixture, so that there is something to be killed in the middle of. */
const COPIES = 60;

/** How many segments there are so far. A migration that begins anew removes them all. */
function countSegments(folder: string): number {
  try {
    const names = readdirSync(join(folder, "segments", "1"));
    return names.filter((name) => /^\d+\.db$/.test(name)).length;
  } catch {
    return 0;
  }
}

async function killWhen(folder: string, isTime: () => boolean): Promise<string | null> {
  const child = spawnProgram("./open-once.ts", [folder]);
  const closed = once(child, "close");
  child.stdout.resume();
  for (let turn = 0; turn < MOST_TURNS && !isTime() && child.exitCode === null; turn += 1) await nextTurn();
  child.kill("SIGKILL");
  const [, signal] = (await closed) as [number | null, string | null];
  return signal;
}

test("killed at each stage of a migration, again and again, the folder still opens with everything in it, once", async () => {
  const { folder } = temporary;
  const old = writeOldFolder(folder, COPIES);
  for (const segments of [1, 2, 4]) {
    expect(await killWhen(folder, () => countSegments(folder) >= segments)).toBe("SIGKILL");
    const database = new DatabaseSync(join(folder, "wheelhouse.db"));
    expect(database.prepare("SELECT count(*) AS logs FROM logs").get()).toEqual({ logs: old.logs });
    database.close();
  }
  // Near the end: the tables are being dropped, or have just been.
  await killWhen(folder, () => countSegments(folder) >= 4 && !hasOldTables(folder));

  const storage = await openSqliteStorage({ folder });
  const { devices } = storage;
  const logs = await devices.logs({ project: rocket.id, limit: 1_000_000 });
  expect(logs).toHaveLength(old.ofRocket.logs);
  expect(new Set(logs.map(({ id }) => id)).size).toBe(logs.length);
  expect(await countSamples(devices)).toBe(old.ofRocket.samples);
  expect((await devices.deviceState(pixel))?.variables).toHaveLength(6);
  await storage.close();
  expect(hasOldTables(folder)).toBe(false);
});

function hasOldTables(folder: string): boolean {
  const database = new DatabaseSync(join(folder, "wheelhouse.db"), { readOnly: true, timeout: 1_000 });
  try {
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE name IN ('logs', 'samples')").all();
    return tables.length > 0;
  } finally {
    database.close();
  }
}

const MOST_PAGES = 10_000;

async function countSamples(
  devices: Awaited<ReturnType<typeof openSqliteStorage>>["devices"],
): Promise<number> {
  let count = 0;
  let after = 0;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { samples, next } = await devices.samples({ project: rocket.id, after, limit: 10_000 });
    count += samples.length;
    if (next === null) return count;
    after = next;
  }
  throw new Error("the pages have no end");
}
