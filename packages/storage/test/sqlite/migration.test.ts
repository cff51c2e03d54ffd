import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  ann,
  batch,
  boat,
  boatPixel,
  log,
  opening,
  pixel,
  rocket,
  tablet,
} from "../../src/contract/subject.ts";
import {
  KEEP_ALL,
  type DeviceKeyRecord,
  type LogEntryRecord,
  type Storage,
  type UserRecord,
  type WriteRecord,
} from "../../src/index.ts";
import type { DeviceRecord, DeviceState, HistoryQuery, SampleRecord } from "../../src/index.ts";
import { migrate } from "../../src/sqlite/schema.ts";
import { openSqliteStorage, type SqliteOptions } from "../../src/sqlite/index.ts";
import { makeFolder, type TemporaryFolder } from "./folders.ts";
import { fixture } from "./old-folder.ts";

/** Devices of then had one name, whoever gave it. */
type OldDevice = Omit<DeviceRecord, "reported" | "given"> & DeviceRecord["reported"];

/** What the storage that wrote the folder read back from it. */
interface OldReading {
  readonly epoch: string;
  readonly users: number;
  readonly ann: UserRecord;
  readonly keys: readonly DeviceKeyRecord[];
  readonly devices: readonly OldDevice[];
  readonly states: readonly (Omit<DeviceState, "record"> & { readonly record: OldDevice })[];
  readonly histories: readonly (Pick<HistoryQuery, "name" | "kind"> & {
    readonly points: readonly unknown[];
  })[];
  readonly thinned: readonly unknown[];
  readonly logs: readonly LogEntryRecord[];
  readonly boatLogs: readonly LogEntryRecord[];
  readonly low: readonly LogEntryRecord[];
  readonly writes: readonly WriteRecord[];
  readonly lastEntry: number;
}

const old = JSON.parse(fixture("version-1.json").toString()) as OldReading;

let temporary: TemporaryFolder;
beforeEach(() => {
  temporary = makeFolder();
  writeFileSync(join(temporary.folder, "wheelhouse.db"), fixture("version-1.db"));
});
afterEach(() => temporary.remove());

const toDevice = ({ name, tags, ...device }: OldDevice): DeviceRecord => ({
  ...device,
  reported: { name, tags },
  given: { name: null, tags: null },
});

/** Writes of then had no expiry. */
const toState = ({ writes, record, ...state }: OldReading["states"][number]): unknown => ({
  ...state,
  record: toDevice(record),
  writes: writes.map(({ expiresAt, ...write }) => ({ ...write, expiresAt: expiresAt ?? null })),
});

async function expectAll(storage: Storage): Promise<void> {
  const { accounts, devices } = storage;
  const limit = 10_000;
  expect(storage.epoch).toBe(old.epoch);
  expect(await accounts.countUsers()).toBe(old.users);
  expect(await accounts.userByEmail(ann.email)).toMatchObject(old.ann);
  expect(await accounts.deviceKeys(rocket.id)).toEqual(old.keys);
  const [membership] = await accounts.memberships(ann.id);
  expect(membership).toMatchObject({ role: "owner", project: { id: rocket.id, retention: KEEP_ALL } });

  expect(await devices.devices(rocket.id)).toEqual(old.devices.map(toDevice));
  const states = await Promise.all([pixel, tablet, boatPixel].map((address) => devices.deviceState(address)));
  expect(states).toEqual(old.states.map(toState));
  for (const { name, kind, points } of old.histories) {
    expect(await devices.history({ ...pixel, name, kind, points: 100_000 })).toEqual(points);
  }
  expect(await devices.history({ ...pixel, name: "speed", kind: "float", points: 40 })).toEqual(old.thinned);
  expect(await devices.logs({ project: rocket.id, limit })).toEqual(old.logs);
  expect(await devices.logs({ project: boat.id, limit })).toEqual(old.boatLogs);
  const low = { project: rocket.id, text: "fuel is low", level: "warn", limit } as const;
  expect(await devices.logs(low)).toEqual(old.low);
  const writes = await devices.writes({ project: rocket.id, limit });
  expect(writes).toEqual(old.writes.map((write) => ({ ...write, expiresAt: null })));
  const name = old.writes[0]?.name ?? "";
  const named = await devices.writes({ project: rocket.id, name, limit });
  expect(named.map(({ id }) => id)).toEqual(
    old.writes.filter((write) => write.name === name).map(({ id }) => id),
  );
  expect(await devices.lastEntry()).toBe(old.lastEntry);
  const samples = await allSamples(storage);
  const counted = old.histories
    .filter(({ kind }) => kind !== "float" && kind !== "integer")
    .every(({ name }) => samples.filter((sample) => sample.name === name).length === SAMPLES_OF_EACH);
  expect(counted).toBe(true);
  expect(samples.map(({ receivedAt }) => receivedAt)).toEqual(
    samples.map(({ receivedAt }) => receivedAt).toSorted((one, other) => one - other),
  );
  const sessions = await devices.sessions({ project: rocket.id, limit: 10 });
  expect(sessions).toMatchObject([
    { id: "s-tablet", device: "tablet", reason: "bye", acknowledged: 4 },
    { id: "s-1", device: "pixel-7", reason: "server ended", acknowledged: 401, missed: 2 },
  ]);
}

/** What the folder was made with. */
const SAMPLES_OF_EACH = 400;

async function allSamples({ devices }: Storage): Promise<readonly SampleRecord[]> {
  const { samples, next } = await devices.samples({ project: rocket.id, limit: 10_000 });
  expect(next).toBeNull();
  return samples;
}

async function withStorage(
  use: (storage: Storage) => Promise<void>,
  options: Partial<SqliteOptions> = {},
): Promise<void> {
  const storage = await openSqliteStorage({ folder: temporary.folder, ...options });
  await use(storage);
  await storage.close();
}

test.each([
  ["one segment", {}],
  ["a segment a day", { segmentAgeMs: 86_400_000 }],
  ["many small segments", { segmentBytes: 1 }],
])("a folder of version 1 is all there, in %s, and goes on", async (_, options) => {
  await withStorage(expectAll, options);
  const database = new DatabaseSync(join(temporary.folder, "wheelhouse.db"));
  expect(database.prepare("SELECT name FROM sqlite_schema WHERE name IN ('logs', 'samples')").all()).toEqual(
    [],
  );
  database.close();
  await withStorage(expectAll, options);
  await withStorage(async ({ devices }) => {
    const session = await devices.openSession(opening(pixel, "unused", { resume: "s-1" }));
    expect(session).toMatchObject({ resumed: true, acknowledged: 401, missed: 2 });
    const { logs } = await devices.append(batch({ seq: 402, logs: [log("after")] }));
    expect(logs[0]?.id).toBeGreaterThan(old.lastEntry);
    const [newest] = await devices.logs({ project: rocket.id, limit: 1 });
    expect(newest).toEqual(logs[0]);
  }, options);
});

test("what a crash left of a move is done away with, and the move begins anew", async () => {
  const { folder } = temporary;
  // As it is in the middle: the tables are there, a segment is listed and half full, and everything is still in the file.
  const file = join(folder, "wheelhouse.db");
  writeFileSync(file, fixture("version-1.db"));
  const database = new DatabaseSync(file);
  migrate(database, file);
  database.exec(
    "INSERT INTO segments (project, number, state, first_entry, first_sample) VALUES (1, 1, 'current', 1, 1)",
  );
  database.close();
  mkdirSync(join(folder, "segments", "2"), { recursive: true });
  writeFileSync(join(folder, "segments", "2", "1.db"), "half a segment");
  await withStorage(expectAll);
  expect(existsSync(join(folder, "segments", "1", "1.db"))).toBe(true);
});
