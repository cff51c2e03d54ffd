import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { groupCommit } from "../../src/sqlite/group-commit.ts";
import type { Request } from "../../src/sqlite/messages.ts";

let database: DatabaseSync;
let openTransactions: boolean[];
beforeEach(() => {
  database = new DatabaseSync(":memory:");
  database.exec(
    "CREATE TABLE items (name TEXT PRIMARY KEY, parent TEXT REFERENCES items DEFERRABLE INITIALLY DEFERRED)",
  );
  openTransactions = [];
});
afterEach(() => database.close());

/** `add` stores its arguments and gives their number; `fail` throws after storing them. */
function run({ call, args }: Request): number {
  openTransactions.push(database.isTransaction);
  for (const name of args) database.prepare("INSERT INTO items (name) VALUES (?)").run(String(name));
  if (call === "fail") throw new Error("as asked");
  return args.length;
}

function request(id: number, call: string, ...args: readonly string[]): Request {
  return { id, call, args };
}

function names(): readonly unknown[] {
  return database
    .prepare("SELECT name FROM items ORDER BY name")
    .all()
    .map((row) => row["name"]);
}

test("a group is one transaction, answered request by request", () => {
  const commit = groupCommit(database, run);
  expect(commit([request(1, "add", "a"), request(2, "add", "b", "c")])).toEqual([
    { id: 1, value: 1 },
    { id: 2, value: 2 },
  ]);
  expect(openTransactions).toEqual([true, true]);
  expect(database.isTransaction).toBe(false);
  expect(names()).toEqual(["a", "b", "c"]);
});

test("a request that fails is undone whole, and alone", () => {
  const commit = groupCommit(database, run);
  const answers = commit([
    request(1, "add", "a"),
    request(2, "fail", "b", "c"),
    request(3, "add", "d", "a"),
    request(4, "add", "e"),
  ]);
  expect(answers).toEqual([
    { id: 1, value: 1 },
    { id: 2, problem: { kind: "invalid", message: "as asked" } },
    { id: 3, problem: { kind: "invalid", message: "SQLite: UNIQUE constraint failed: items.name" } },
    { id: 4, value: 1 },
  ]);
  expect(names()).toEqual(["a", "e"]);
});

test("when the commit fails, every request of the group has failed and nothing is stored", () => {
  const commit = groupCommit(database, (each) => {
    // A deferred foreign key is only looked at by COMMIT, which makes that one fail.
    if (each.call === "orphan") database.exec("INSERT INTO items VALUES ('orphan', 'nobody')");
    return run(each);
  });
  const answers = commit([request(1, "add", "a"), request(2, "orphan"), request(3, "add", "b")]);
  const problem = { kind: "failed", message: "SQLite: FOREIGN KEY constraint failed" };
  expect(answers).toEqual([1, 2, 3].map((id) => ({ id, problem })));
  expect(names()).toEqual([]);
  expect(commit([request(4, "add", "a")])).toEqual([{ id: 4, value: 1 }]);
  expect(names()).toEqual(["a"]);
});

test("when the disk is full, the request that needed room has failed and nothing of it is stored", () => {
  const commit = groupCommit(database, run);
  database.exec("PRAGMA max_page_count = 6");
  const answers = commit([request(1, "add", "a"), request(2, "add", "b".repeat(100_000))]);
  expect(answers[1]).toEqual({
    id: 2,
    problem: { kind: "failed", message: "SQLite: database or disk is full" },
  });
  expect(names()).toEqual("value" in (answers[0] ?? {}) ? ["a"] : []);
  database.exec("PRAGMA max_page_count = 1000");
  expect(commit([request(3, "add", "z")])).toEqual([{ id: 3, value: 1 }]);
});

test("when SQLite gives the transaction up by itself, every request of the group has failed", () => {
  const commit = groupCommit(database, (each) => {
    const value = run(each);
    if (each.call !== "give up") return value;
    database.exec("ROLLBACK");
    throw Object.assign(new Error("disk I/O error"), { code: "ERR_SQLITE_ERROR", errcode: 10 });
  });
  const answers = commit([request(1, "add", "a"), request(2, "give up", "b"), request(3, "add", "c")]);
  const problem = { kind: "failed", message: "SQLite: disk I/O error" };
  expect(answers).toEqual([1, 2, 3].map((id) => ({ id, problem })));
  expect(names()).toEqual([]);
});
