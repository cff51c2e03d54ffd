import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { groupCommit, type GroupCommit } from "../../src/sqlite/group-commit.ts";
import type { Request } from "../../src/sqlite/messages.ts";

let database: DatabaseSync;
let other: DatabaseSync;
let openTransactions: boolean[];
let undone: number;
let settled: boolean[];
let group: GroupCommit;
beforeEach(() => {
  database = new DatabaseSync(":memory:");
  database.exec(
    "CREATE TABLE items (name TEXT PRIMARY KEY, parent TEXT REFERENCES items DEFERRABLE INITIALLY DEFERRED)",
  );
  other = new DatabaseSync(":memory:");
  other.exec("CREATE TABLE items (name TEXT PRIMARY KEY)");
  openTransactions = [];
  undone = 0;
  settled = [];
  group = groupCommit(database, {
    settle: () => settled.push(database.isTransaction),
    onUndone: () => (undone += 1),
  });
});
afterEach(() => {
  database.close();
  other.close();
});

/** `add` stores its arguments and gives their number; `fail` throws after storing them. */
function run({ call, args }: Request): number {
  group.join(database);
  openTransactions.push(database.isTransaction);
  for (const name of args) database.prepare("INSERT INTO items (name) VALUES (?)").run(String(name));
  if (call === "fail") throw new TypeError("as asked");
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
  expect(group.commit([request(1, "add", "a"), request(2, "add", "b", "c")], run)).toEqual([
    { id: 1, value: 1 },
    { id: 2, value: 2 },
  ]);
  expect(openTransactions).toEqual([true, true]);
  expect(settled).toEqual([true]);
  expect(database.isTransaction).toBe(false);
  expect(names()).toEqual(["a", "b", "c"]);
});

test("a request that fails is undone whole, and alone", () => {
  const answers = group.commit(
    [
      request(1, "add", "a"),
      request(2, "fail", "b", "c"),
      request(3, "add", "d", "a"),
      request(4, "add", "e"),
    ],
    run,
  );
  expect(answers).toEqual([
    { id: 1, value: 1 },
    { id: 2, problem: { kind: "invalid", message: "as asked" } },
    { id: 3, problem: { kind: "invalid", message: "SQLite: UNIQUE constraint failed: items.name" } },
    { id: 4, value: 1 },
  ]);
  expect(names()).toEqual(["a", "e"]);
  // The group as a whole first, then each request that failed.
  expect(undone).toBe(3);
});

test("what a request left in memory is put into the file as a part of it", () => {
  let left: string[] = [];
  const lazy = groupCommit(database, {
    settle() {
      for (const name of left.splice(0)) database.prepare("INSERT INTO items (name) VALUES (?)").run(name);
    },
    onUndone: () => (left = []),
  });
  const leave = ({ args }: Request): void => {
    lazy.join(database);
    left.push(...args.map(String));
  };
  const answers = lazy.commit([request(1, "a", "a"), request(2, "b", "b", "a"), request(3, "c", "c")], leave);
  expect(answers.map(({ problem }) => problem?.kind)).toEqual([undefined, "invalid", undefined]);
  expect(names()).toEqual(["a", "c"]);
});

test("when the commit fails, every request of the group has failed and nothing is stored", () => {
  const runEach = (each: Request): number => {
    // A deferred foreign key is only looked at by COMMIT, which makes that one fail.
    const value = run(each);
    if (each.call === "orphan") database.exec("INSERT INTO items VALUES ('orphan', 'nobody')");
    return value;
  };
  const answers = group.commit(
    [request(1, "add", "a"), request(2, "orphan"), request(3, "add", "b")],
    runEach,
  );
  const problem = { kind: "failed", message: "SQLite: FOREIGN KEY constraint failed" };
  expect(answers).toEqual([1, 2, 3].map((id) => ({ id, problem })));
  expect(names()).toEqual([]);
  expect(group.commit([request(4, "add", "a")], run)).toEqual([{ id: 4, value: 1 }]);
  expect(names()).toEqual(["a"]);
});

test("when the disk is full, the request that needed room has failed and nothing of it is stored", () => {
  database.exec("PRAGMA max_page_count = 6");
  const answers = group.commit([request(1, "add", "a"), request(2, "add", "b".repeat(100_000))], run);
  expect(answers[1]).toEqual({
    id: 2,
    problem: { kind: "failed", message: "SQLite: database or disk is full" },
  });
  expect(names()).toEqual("value" in (answers[0] ?? {}) ? ["a"] : []);
  database.exec("PRAGMA max_page_count = 1000");
  expect(group.commit([request(3, "add", "z")], run)).toEqual([{ id: 3, value: 1 }]);
});

test("when SQLite gives the transaction up by itself, every request of the group has failed", () => {
  const runEach = (each: Request): number => {
    const value = run(each);
    if (each.call !== "give up") return value;
    database.exec("ROLLBACK");
    throw Object.assign(new Error("disk I/O error"), { code: "ERR_SQLITE_ERROR", errcode: 10 });
  };
  const answers = group.commit(
    [request(1, "add", "a"), request(2, "give up", "b"), request(3, "add", "c")],
    runEach,
  );
  const problem = { kind: "failed", message: "SQLite: disk I/O error" };
  expect(answers).toEqual([1, 2, 3].map((id) => ({ id, problem })));
  expect(names()).toEqual([]);
});

describe("a group that writes to two files", () => {
  /** `both` stores in the main file and in the other, `other` only in that. */
  function runBoth(each: Request): number {
    group.join(other);
    for (const name of each.args) other.prepare("INSERT INTO items VALUES (?)").run(String(name));
    return each.call === "both" ? run(each) : 1;
  }
  const otherNames = () =>
    other
      .prepare("SELECT name FROM items ORDER BY name")
      .all()
      .map((row) => row["name"]);

  test("undoes a request in both", () => {
    const failing = (each: Request): number => {
      const value = runBoth(each);
      if (each.id === 2) throw new TypeError("as asked");
      return value;
    };
    const answers = group.commit([request(1, "both", "a"), request(2, "both", "b")], failing);
    expect(answers).toEqual([
      { id: 1, value: 1 },
      { id: 2, problem: { kind: "invalid", message: "as asked" } },
    ]);
    expect([names(), otherNames()]).toEqual([["a"], ["a"]]);
  });

  test("stores nothing in the other when the main file can't be committed", () => {
    const orphaned = (each: Request): number => {
      const value = runBoth(each);
      database.exec("INSERT INTO items VALUES ('orphan', 'nobody')");
      return value;
    };
    const problem = { kind: "failed", message: "SQLite: FOREIGN KEY constraint failed" };
    expect(group.commit([request(1, "both", "a")], orphaned)).toEqual([{ id: 1, problem }]);
    expect([names(), otherNames()]).toEqual([[], []]);
    expect(undone).toBe(1);
  });

  test("fails the requests that wrote to a file that can't be committed, and no others", () => {
    const orphaned = (each: Request): number => {
      const value = each.call === "add" ? run(each) : runBoth(each);
      if (each.call === "other") other.exec("INSERT INTO orphans VALUES ('nobody')");
      return value;
    };
    other.exec("CREATE TABLE orphans (parent TEXT REFERENCES items DEFERRABLE INITIALLY DEFERRED)");
    const answers = group.commit([request(1, "add", "a"), request(2, "other", "b")], orphaned);
    const problem = { kind: "failed", message: "SQLite: FOREIGN KEY constraint failed" };
    expect(answers).toEqual([
      { id: 1, value: 1 },
      { id: 2, problem },
    ]);
    expect([names(), otherNames()]).toEqual([["a"], []]);
    expect(undone).toBe(1);
  });
});
