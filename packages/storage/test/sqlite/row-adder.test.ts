import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { prepareOnce } from "../../src/sqlite/statement.ts";
import { rowAdder, type RowAdder } from "../../src/sqlite/row-adder.ts";

let database: DatabaseSync;
let rows: RowAdder;
beforeEach(() => {
  database = new DatabaseSync(":memory:");
  database.exec("CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT)");
  rows = rowAdder(prepareOnce(database), { insert: "INSERT INTO items (id, name)", columns: 2 });
});
afterEach(() => database.close());

function ids(): readonly unknown[] {
  return database
    .prepare("SELECT id FROM items ORDER BY rowid")
    .all()
    .map(({ id }) => id);
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

test.each([1, 7, 8, 9, 63, 64, 65, 200])("%i rows are all in the table after a flush", (count) => {
  for (const id of upTo(count)) rows.add(id, `row ${id}`);
  rows.flush();
  expect(ids()).toEqual(upTo(count));
  rows.flush();
  expect(ids()).toHaveLength(count);
});

test("what is forgotten is in no table, and what comes after it is", () => {
  for (const id of upTo(10)) rows.add(id, null);
  rows.forget();
  rows.add(11, null);
  rows.flush();
  expect(ids()).toEqual([11]);
});

test("rows that a statement refuses aren't tried again", () => {
  rows.add(1, null);
  rows.add(1, null);
  expect(() => rows.flush()).toThrow("UNIQUE constraint failed");
  rows.add(2, null);
  rows.flush();
  expect(ids()).toContain(2);
});

test("a row that is there already is what the conflict's rule makes of it, the last of several in a flush too", () => {
  const counts = rowAdder(prepareOnce(database), {
    insert: "INSERT INTO items (id, name)",
    columns: 2,
    onConflict: "ON CONFLICT (id) DO UPDATE SET name = excluded.name",
  });
  for (const id of upTo(20)) counts.add(id % 2, `${id}`);
  counts.flush();
  expect(database.prepare("SELECT name FROM items ORDER BY id").all()).toEqual([
    { name: "20" },
    { name: "19" },
  ]);
});

test("a row may be more than its values: bytes become text", () => {
  const names = rowAdder(prepareOnce(database), {
    insert: "INSERT INTO items (id, name)",
    row: "?, CAST(? AS TEXT)",
    columns: 2,
  });
  for (const id of upTo(9)) names.add(id, id % 2 === 0 ? "öde" : new TextEncoder().encode("öde"));
  names.flush();
  const kinds = database.prepare("SELECT DISTINCT name, typeof(name) AS type FROM items").all();
  expect(kinds).toEqual([{ name: "öde", type: "text" }]);
});
