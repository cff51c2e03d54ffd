import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { batch, log, NOON, pixel, rocket } from "../../src/contract/subject.ts";
import type { LogEntryRecord, LogQuery, Storage } from "../../src/index.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";
import { makeFolder, type TemporaryFolder } from "./folders.ts";
import { indexed } from "./indexed.ts";
import { fixture } from "./old-folder.ts";

/** A folder as that version left it, and what it found there. */
interface OldFolder {
  readonly files: Readonly<Record<string, string>>;
  readonly logs: readonly LogEntryRecord[];
  readonly found: readonly { readonly query: Partial<LogQuery>; readonly ids: readonly number[] }[];
  readonly lastEntry: number;
}

const readOld = (version: number) => JSON.parse(fixture(`version-${version}.json`).toString()) as OldFolder;

let temporary: TemporaryFolder;
beforeEach(() => {
  temporary = makeFolder();
});
afterEach(() => temporary.remove());

function writeOld(old: OldFolder): void {
  for (const [name, base64] of Object.entries(old.files)) {
    const file = join(temporary.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, Buffer.from(base64, "base64"));
  }
}

const LIMIT = 10_000;

async function expectOldEntries({ devices }: Storage, old: OldFolder, more: number): Promise<void> {
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

test.each([
  [6, "held in rows, and what is added goes beside them", 1],
  [7, "held in blocks, and what is added goes to them", 0],
])("entries that version %i %s, are read and found as before", async (version, _, moreSegments) => {
  const old = readOld(version);
  writeOld(old);
  const storage = await openSqliteStorage({ folder: temporary.folder, indexDelayMs: 1 });
  const { devices } = storage;
  await expectOldEntries(storage, old, 0);
  const { segments } = await devices.status();
  const at = NOON + 8_000_000;
  const logs = ["Straße", "b", "c"].map((message) => log(message, { at, receivedAt: at }));
  const session = { ...pixel, session: "s-1", seq: 100, receivedAt: at };
  const stored = await devices.append(batch({ ...session, logs }));
  expect(stored.logs.map(({ id }) => id)).toEqual([1, 2, 3].map((more) => old.lastEntry + more));
  expect((await devices.status()).segments).toBe(segments + moreSegments);
  await expectOldEntries(storage, old, 3);
  await indexed(storage);
  await expectOldEntries(storage, old, 3);
  const text = "strasse";
  const [newest] = await devices.logs({ project: rocket.id, limit: 1, text });
  expect(newest).toEqual(stored.logs[0]);
  await storage.close();
  const again = await openSqliteStorage({ folder: temporary.folder });
  await expectOldEntries(again, old, 3);
  await again.close();
});

test("sessions that version 7 left open have an end, and the values it stored are there", async () => {
  writeOld(readOld(7));
  const storage = await openSqliteStorage({ folder: temporary.folder });
  const { devices } = storage;
  const sessions = await devices.sessions({ project: rocket.id, limit: 10 });
  expect(sessions).toHaveLength(2);
  for (const { seenAt, endedAt, reason } of sessions)
    expect({ endedAt, reason }).toEqual({ endedAt: seenAt, reason: "server ended" });
  const { variables = [] } = (await devices.deviceState(pixel)) ?? {};
  expect(variables).toMatchObject([{ declaration: { name: "speed" }, reported: { value: 54 } }]);
  await storage.close();
});
