/** Pages of writes are right however many there are, and no step goes through more than a few thousand. */

import fc from "fast-check";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import {
  NOON,
  batch,
  boatPixel,
  declaration,
  opening,
  pixel,
  registerAnn,
  registerBob,
  rocket,
  tablet,
} from "../../src/contract/subject.ts";
import type { Storage, WriteQuery, WriteRecord } from "../../src/index.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";
import { readNames } from "../../src/sqlite/names.ts";
import { writeFinding } from "../../src/sqlite/write-pages.ts";
import { writeReading } from "../../src/sqlite/writes.ts";
import { makeFolder, type TemporaryFolder } from "./folders.ts";

const NAMES = ["speed", "lives"];
const WRITES = 24_000;
const STEP = 500;

let temporary: TemporaryFolder;
let storage: Storage;
/** All writes of Ann's project, newest first. */
let all: readonly WriteRecord[];

beforeAll(async () => {
  temporary = makeFolder();
  storage = await openSqliteStorage({ folder: temporary.folder });
  const subject = { storage, reopen: () => storage.close() };
  await registerAnn(subject);
  await registerBob(subject);
  const declarations = NAMES.map((name) => declaration(name));
  for (const [index, address] of [pixel, tablet, boatPixel].entries()) {
    await storage.devices.openSession(opening(address, `s-${index}`));
    await storage.devices.append(batch({ ...address, session: `s-${index}`, declarations }));
  }
  await storage.close();
  addWrites();
  storage = await openSqliteStorage({ folder: temporary.folder });
  all = await storage.devices.writes({ project: rocket.id, limit: WRITES });
});
afterAll(async () => {
  await storage.close();
  temporary.remove();
});

const openMain = () => new DatabaseSync(join(temporary.folder, "wheelhouse.db"));

/** Mostly Ann's and applied, made one after the other, by clocks that don't quite agree; every third is of another project. */
function addWrites(): void {
  const main = openMain();
  main.exec(`
    WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${WRITES}),
      rolled AS (SELECT n, (n * 7919) % 1000 AS roll FROM numbers)
    INSERT INTO writes (project, device, variable, name, set_id, from_value, value, state, applied, by, created_at,
      updated_at, entry)
    SELECT devices.project, devices.row, variables.row, variables.name, n, 'null', n,
      CASE WHEN roll = 0 THEN 'rejected' WHEN roll < 300 THEN 'replaced' ELSE 'applied' END, 'null',
      CASE WHEN n % 4001 = 0 THEN 'cid' WHEN roll % 5 < 3 THEN 'ann' ELSE 'bob' END,
      ${NOON} + n * 10 + roll % 37 - 18, ${NOON}, n
    FROM rolled
      JOIN devices ON devices.row = 1 + n % 3
      JOIN variables ON variables.device = devices.row
        AND variables.name = CASE WHEN roll % 3 = 0 THEN 'lives' ELSE 'speed' END
    ORDER BY n`);
  main.close();
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const time = fc.oneof(
  fc.integer({ min: NOON, max: NOON + WRITES * 10 }),
  fc.constantFrom(NOON - 1, NOON + WRITES * 11),
);
const filters = fc
  .record({
    device: maybe(fc.constantFrom(pixel.device, tablet.device, "unknown")),
    name: maybe(fc.constantFrom(...NAMES, "unknown")),
    state: maybe(fc.constantFrom("applied", "replaced", "rejected", "expired")),
    by: maybe(fc.constantFrom("ann", "bob", "cid", "nobody")),
    from: maybe(time),
    to: maybe(time),
    before: maybe(fc.integer({ min: 1, max: WRITES + 1 })),
    after: maybe(fc.integer({ min: 0, max: WRITES })),
    order: maybe(fc.constantFrom("newest", "oldest")),
    limit: fc.constantFrom(1, 2, 100, 1_000),
  })
  .map((query) => {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    return { project: rocket.id, ...Object.fromEntries(given) } as WriteQuery;
  });

function wanted(query: WriteQuery): readonly WriteRecord[] {
  const { device, name, state, by, from = 0, to = Infinity, before = Infinity, after = 0 } = query;
  const fitting = all.filter(
    (write) =>
      (device ?? write.device) === write.device &&
      (name ?? write.name) === write.name &&
      (state ?? write.state) === write.state &&
      (by ?? write.by) === write.by &&
      write.createdAt >= from &&
      write.createdAt <= to &&
      write.id < before &&
      write.id > after,
  );
  return (query.order === "oldest" ? fitting.toReversed() : fitting).slice(0, query.limit);
}

test("any page has all that fits", async () => {
  expect(all).toHaveLength((WRITES / 3) * 2);
  const isRight = fc.asyncProperty(filters, async (query) => {
    expect(await storage.devices.writes(query)).toEqual(wanted(query));
  });
  await fc.assert(isRight, { numRuns: 500 });
});

test("any page has all that fits, by steps however short", () => {
  const main = openMain();
  const find = writeFinding(main, readNames(main), { step: 3, few: 5 });
  const near = fc.tuple(filters, fc.integer({ min: 0, max: WRITES }), fc.integer({ min: 1, max: 90 }));
  const isRight = fc.property(near, ([query, after, width]) => {
    const within = { ...query, after, before: after + width };
    expect(allSteps(find, within)).toEqual(wanted(within).map(({ id }) => id));
  });
  fc.assert(isRight, { numRuns: 1_000 });
  main.close();
});

function allSteps(find: ReturnType<typeof writeFinding>, query: WriteQuery): readonly number[] {
  const found: number[] = [];
  for (let { after, before } = query as Required<WriteQuery>, steps = 0; steps < 100; steps += 1) {
    const { ids, next } = find({ ...query, after, before });
    found.push(...ids);
    if (next === null) return found.slice(0, query.limit);
    if (query.order === "oldest") after = next;
    else before = next;
  }
  return expect.unreachable("so many steps don't fit between the two");
}

test("each statement goes by an index, and sorts nothing but a few by time", () => {
  const main = openMain();
  const find = writeFinding(main, readNames(main));
  const prepare = vi.spyOn(main, "prepare");
  const finds = fc.property(filters, (query) => void find(query));
  fc.assert(finds, { numRuns: 1_000 });
  const statements = new Set(prepare.mock.calls.map(([sql]) => sql).filter((sql) => sql.includes("writes")));
  expect(statements.size).toBeGreaterThan(50);
  for (const sql of statements) {
    const plan = main.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
    const steps = plan.map(({ detail }) => String(detail));
    expect(
      steps.filter((step) => /^SCAN (?!\(subquery)/.test(step)),
      sql,
    ).toEqual([]);
    const sorts = steps.some((step) => step.includes("TEMP B-TREE"));
    const mayBeFew = sql.includes("INDEXED BY writes_by_time") && !sql.includes("OFFSET");
    expect(sorts && !mayBeFew, sql).toBe(false);
  }
  main.close();
});

test("the newest write of each variable is found by an index, not by going through all of them", () => {
  const main = openMain();
  const prepare = vi.spyOn(main, "prepare");
  const found = writeReading(main, readNames(main)).newestAndOpen(pixel);
  const newest = NAMES.map((name) =>
    all.find((write) => write.device === pixel.device && write.name === name),
  );
  expect(found.map(({ id }) => id)).toEqual(
    newest.map((write) => write?.id ?? 0).toSorted((one, other) => one - other),
  );
  const [sql = ""] = prepare.mock.calls.map(([text]) => text).filter((text) => text.includes("max(id)"));
  const steps = main
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map(({ detail }) => String(detail));
  const ofWrites = steps.filter((step) => step.includes(" writes "));
  expect(
    ofWrites.filter((step) => !/INTEGER PRIMARY KEY|writes_by_variable|writes_that_are_open/.test(step)),
  ).toEqual([]);
  expect(ofWrites.some((step) => step.includes("writes_by_variable"))).toBe(true);
  main.close();
});

test("a step goes through so many and no more, and ends where the next begins", () => {
  const main = openMain();
  const find = writeFinding(main, readNames(main), { step: STEP, few: 100 });
  const unfound: WriteQuery = {
    project: rocket.id,
    state: "applied",
    by: "ann",
    to: NOON + 20_000,
    limit: 1,
  };
  const steps: number[] = [];
  for (let before = WRITES + 1, step = 0; step < 100; step += 1) {
    const { ids, next } = find({ ...unfound, before });
    const through = all.filter(({ id, state }) => state === "applied" && id < before && id >= (next ?? 0));
    steps.push(through.length);
    if (ids.length > 0 || next === null) break;
    before = next;
  }
  expect(steps.length).toBeGreaterThan(1);
  expect(steps.slice(0, -1)).toEqual(steps.slice(0, -1).map(() => STEP));
  expect(steps.at(-1)).toBeLessThanOrEqual(STEP);
  main.close();
});

test.each<[string, Partial<WriteQuery>]>([
  ["state", { state: "rejected", by: "ann" }],
  ["person", { state: "applied", by: "cid", name: "speed" }],
  ["time", { state: "applied", device: pixel.device, from: NOON, to: NOON + 500 }],
])("what is rare by its %s is found in one step", (_, filter) => {
  const main = openMain();
  const find = writeFinding(main, readNames(main), { step: STEP, few: 100 });
  const query = { project: rocket.id, limit: 100, ...filter };
  const { ids, next } = find(query);
  expect(ids).toEqual(wanted(query).map(({ id }) => id));
  expect(ids.length).toBeGreaterThan(0);
  expect(next).toBeNull();
  main.close();
});

test("what is many by its time isn't sorted", () => {
  const main = openMain();
  const find = writeFinding(main, readNames(main), { step: STEP, few: 100 });
  const prepare = vi.spyOn(main, "prepare");
  const query: WriteQuery = { project: rocket.id, from: NOON, limit: 10 };
  expect(find(query).ids).toEqual(wanted(query).map(({ id }) => id));
  const sorted = prepare.mock.calls.filter(([sql]) => /writes_by_time.*ORDER BY/s.test(sql));
  expect(sorted).toEqual([]);
  main.close();
});
