import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { batch, log, NOON, pixel, rocket } from "../../src/contract/subject.ts";
import type { LogEntryRecord, LogQuery, Storage } from "../../src/index.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";
import { makeFolder, type TemporaryFolder } from "./folders.ts";
import { indexed } from "./indexed.ts";
import { fixture } from "./old-folder.ts";

/** Segments of version 6 had a row for each log entry. */
const old = JSON.parse(fixture("version-6.json").toString()) as {
  readonly files: Readonly<Record<string, string>>;
  readonly logs: readonly LogEntryRecord[];
  readonly found: readonly { readonly query: Partial<LogQuery>; readonly ids: readonly number[] }[];
  readonly lastEntry: number;
};

let temporary: TemporaryFolder;
beforeEach(() => {
  temporary = makeFolder();
  for (const [name, base64] of Object.entries(old.files)) {
    const file = join(temporary.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, Buffer.from(base64, "base64"));
  }
});
afterEach(() => temporary.remove());

const LIMIT = 10_000;

async function expectOldEntries({ devices }: Storage, more: number): Promise<void> {
  const all = await devices.logs({ project: rocket.id, limit: LIMIT });
  expect(all.slice(more)).toEqual(old.logs);
  for (const { query, ids } of old.found) {
    const found = await devices.logs({
      project: rocket.id,
      limit: LIMIT,
      before: old.lastEntry + 1,
      ...query,
    });
    expect({ query, ids: found.map(({ id }) => id) }).toEqual({ query, ids });
  }
}

test("entries that older segments hold in rows are read and found as before, and what is added goes beside them", async () => {
  const storage = await openSqliteStorage({ folder: temporary.folder, indexDelayMs: 1 });
  const { devices } = storage;
  await expectOldEntries(storage, 0);
  const { segments } = await devices.status();
  const at = NOON + 8_000_000;
  const logs = ["Straße", "b", "c"].map((message) => log(message, { at, receivedAt: at }));
  const session = { ...pixel, session: "s-1", seq: 100, receivedAt: at };
  const stored = await devices.append(batch({ ...session, logs }));
  expect(stored.logs.map(({ id }) => id)).toEqual([1, 2, 3].map((more) => old.lastEntry + more));
  expect((await devices.status()).segments).toBe(segments + 1);
  await expectOldEntries(storage, 3);
  await indexed(storage);
  await expectOldEntries(storage, 3);
  const text = "strasse";
  const [newest] = await devices.logs({ project: rocket.id, limit: 1, text });
  expect(newest).toEqual(stored.logs[0]);
  await storage.close();
  const again = await openSqliteStorage({ folder: temporary.folder });
  await expectOldEntries(again, 3);
  await again.close();
});
