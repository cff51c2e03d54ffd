/** What the index finds is what is there: the same questions to this adapter and to the one in memory. */

import { KIND_NAMES, LOG_LEVELS, type JsonValue, type KindName } from "@wheelhouse/protocol";
import fc from "fast-check";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  NOON,
  batch,
  declaration,
  log,
  marker,
  opening,
  pixel,
  registerAnn,
  rocket,
  sample,
  tablet,
} from "../../src/contract/subject.ts";
import type { DeviceAddress, HistoryQuery, LogQuery, Storage } from "../../src/index.ts";
import { openMemoryStorage } from "../../src/memory/index.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";
import { makeFolder, type TemporaryFolder } from "./folders.ts";
import { indexed } from "./indexed.ts";

const WORDS = ["fuel", "Fuel is low", "straße", "ОШИБКА", "a\0b", '"quoted"', "100%", "🚀🚀🚀", "x", "boss"];
const NAMES = ["speed", "on", "look"];
const SESSIONS: readonly (readonly [DeviceAddress, string])[] = [
  [pixel, "s-1"],
  [tablet, "s-tablet"],
  [pixel, "s-2"],
];
const BATCHES = 150;
const LOGS_A_BATCH = 20;
const SAMPLES_A_BATCH = 60;

/** The same numbers at each run. */
function dice(): (sides: number) => number {
  let state = 7;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % sides;
  };
}

function valueOf(name: string, roll: (sides: number) => number): JsonValue {
  if (name === "on") return roll(5) === 0;
  if (name === "look") return roll(3) === 0 ? { x: roll(3) } : roll(9);
  return roll(20) === 0 ? "broken" : (roll(2_000) - 1_000) / (roll(2) === 0 ? 1 : 8);
}

async function fill(storage: Storage): Promise<void> {
  const roll = dice();
  const time = (index: number) => NOON + index * 1_000 + roll(30_000);
  await registerAnn({ storage, reopen: () => storage.close() });
  for (const [address, session] of SESSIONS) await storage.devices.openSession(opening(address, session));
  const declarations = NAMES.map((name) => declaration(name));
  for (let index = 0; index < BATCHES; index += 1) {
    const [address, session] = SESSIONS[Math.min(roll(8), 2)] ?? [pixel, "s-1"];
    const at = time(index);
    const logs = Array.from({ length: LOGS_A_BATCH }, () => {
      const words = Array.from({ length: 1 + roll(4) }, () => WORDS[roll(WORDS.length)]);
      const level = LOG_LEVELS[Math.min(roll(12), roll(5))] ?? "info";
      return log(`${words.join(" ")} ${roll(100_000)}`, { at: at + roll(5_000), receivedAt: at, level });
    });
    const samples = Array.from({ length: SAMPLES_A_BATCH }, () => {
      const name = NAMES[roll(NAMES.length)] ?? "speed";
      return sample(name, valueOf(name, roll), at + roll(4_000), { receivedAt: at });
    });
    const markers = roll(10) === 0 ? [marker(`marker ${index}`, { at, receivedAt: at })] : [];
    await storage.devices.append(
      batch({ ...address, session, receivedAt: at, declarations, samples, logs, markers }),
    );
  }
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const time = fc.integer({ min: NOON - 5_000, max: NOON + 200_000 });
const id = fc.integer({ min: 1, max: BATCHES * (LOGS_A_BATCH + 1) });
const text = fc.oneof(
  fc.constantFrom(...WORDS, "FUEL IS", "low fuel", "STRASSE", "ошибка", "nowhere", "0", "12", '"', "🚀"),
  fc.integer({ min: 0, max: 99_999 }).map(String),
);

/** Without the fields that are undefined. */
function given<Query extends object>(query: Query): Query {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as Query;
}

const logQuery = fc
  .record({
    project: fc.constant(rocket.id),
    device: maybe(fc.constantFrom("pixel-7", "tablet", "unknown")),
    session: maybe(fc.constantFrom("s-1", "s-2", "s-tablet", "unknown")),
    level: maybe(fc.constantFrom(...LOG_LEVELS)),
    text: maybe(text),
    from: maybe(time),
    to: maybe(time),
    before: maybe(id),
    after: maybe(id),
    order: maybe(fc.constantFrom("newest", "oldest")),
    limit: fc.integer({ min: 1, max: 50 }),
  })
  .map((query) => given(query) as LogQuery);

const historyQuery = fc
  .record({
    project: fc.constant(rocket.id),
    device: fc.constantFrom("pixel-7", "tablet"),
    name: fc.constantFrom(...NAMES),
    kind: fc.constantFrom<KindName>(...KIND_NAMES),
    from: maybe(time),
    to: maybe(time),
    points: fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constant(100_000)),
  })
  .map((query) => given(query) as HistoryQuery);

describe.each([
  ["one segment", {}],
  ["small segments", { segmentBytes: 300_000 }],
  ["a segment each half a minute", { segmentAgeMs: 30_000 }],
])("in %s", (_, limits) => {
  let temporary: TemporaryFolder;
  let storage: Storage;
  let memory: Storage;
  beforeAll(async () => {
    temporary = makeFolder();
    storage = await openSqliteStorage({ folder: temporary.folder, indexDelayMs: 0, ...limits });
    memory = await openMemoryStorage();
    await Promise.all([fill(storage), fill(memory)]);
  });
  afterAll(async () => {
    await Promise.all([storage.close(), memory.close()]);
    temporary.remove();
  });

  async function expectSame<Query>(
    queries: fc.Arbitrary<Query>,
    ask: (of: Storage, query: Query) => Promise<unknown>,
  ): Promise<void> {
    const same = fc.asyncProperty(queries, async (query) => {
      expect(await ask(storage, query)).toEqual(await ask(memory, query));
    });
    await fc.assert(same, { numRuns: 300 });
  }

  async function expectAllSame(): Promise<void> {
    await expectSame(logQuery, (of, query) => of.devices.logs(query));
    await expectSame(logQuery, (of, { level: __, text: ___, ...query }) => of.devices.markers(query));
    await expectSame(historyQuery, (of, query) => of.devices.history(query));
  }

  test("everything is found while the indexer is behind or at it", expectAllSame);

  test("everything is found once it is indexed", async () => {
    await indexed(storage);
    await expectAllSame();
  });

  test("everything is found by an index that is made anew, and after opening again", async () => {
    await storage.close();
    const files = readdirSync(temporary.folder, { recursive: true, encoding: "utf8" });
    const indexes = files.filter((file) => file.endsWith(".index.db"));
    expect(indexes.length).toBeGreaterThan(0);
    for (const file of indexes) rmSync(join(temporary.folder, file));
    storage = await openSqliteStorage({ folder: temporary.folder, indexDelayMs: 0, ...limits });
    await expectAllSame();
    await indexed(storage);
    await expectAllSame();
  });
});
