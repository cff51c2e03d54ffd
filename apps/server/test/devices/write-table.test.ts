/** What a device's process knows of its writes: which it keeps, and what sending and answers make of them. */

import { describe, expect, test } from "vitest";
import type { WriteRecord } from "@wheelhouse/storage";
import { VariableTable } from "../../src/devices/variable-table.ts";
import { WriteTable } from "../../src/devices/write-table.ts";

function write(id: number, fields: Partial<WriteRecord> = {}): WriteRecord {
  const base = {
    project: "p",
    device: "d",
    set: id,
    name: "speed",
    from: null,
    value: 5,
    state: "pending" as const,
  };
  return {
    ...base,
    id,
    applied: null,
    reason: null,
    by: "ann",
    createdAt: 1,
    updatedAt: 1,
    expiresAt: null,
    entry: id,
    ...fields,
  };
}

test("an older state never takes the place of a newer one, and a forgotten write doesn't come back", () => {
  const writes = new WriteTable([write(1, { state: "applied", entry: 9 })]);
  writes.remember([write(1, { state: "sent", entry: 4 }), write(2, { entry: 10 })]);
  expect(writes.ofSet(1)).toMatchObject([{ state: "applied" }]);
  expect(writes.ofSet(2)).toEqual([]);
});

test("what is sent is marked once, and only what was pending", () => {
  const writes = new WriteTable([write(1), write(2, { state: "sent", name: "lives" })]);
  expect(writes.markSent(writes.open, 7)).toEqual([{ id: 1, state: "sent", at: 7 }]);
  expect(writes.markSent(writes.open, 8)).toEqual([]);
});

test("a settled write is forgotten behind a newer one, unless its change is waited for", () => {
  const writes = new WriteTable([write(1, { state: "applied" }), write(2, { state: "rejected" }), write(3)]);
  writes.forgetBehind([write(3)], new Set([2]));
  expect(writes.ofSet(1)).toEqual([]);
  expect(writes.ofSet(2)).toHaveLength(1);
  expect(writes.newestOf("speed")?.id).toBe(3);
});

describe("a device's answer", () => {
  const writes = new WriteTable([
    write(1, { set: 4, state: "sent" }),
    write(2, { set: 4, state: "sent", name: "lives" }),
    write(3, { set: 4, state: "replaced", name: "color" }),
  ]);

  test("settles what is open and named in it, and says what the variables are", () => {
    const results = { speed: { value: 4 }, lives: { error: "no", value: 3 }, color: { value: "#fff" } };
    expect(writes.readAnswer(4, results, new VariableTable([]), 9)).toEqual({
      updates: [
        { id: 1, at: 9, state: "applied", applied: 4 },
        { id: 2, at: 9, state: "rejected", reason: "no", applied: 3 },
      ],
      reported: { speed: 4, lives: 3 },
      problem: undefined,
    });
  });

  test("to a set that was never sent is told apart from a late one", () => {
    expect(writes.canHaveSent(3)).toBe(true);
    expect(writes.canHaveSent(5)).toBe(false);
  });
});

describe("dialect 1", () => {
  const variables = new VariableTable([]);
  const times = { at: 2, receivedAt: 2, backlog: false };
  variables.reportTypedValues([{ name: "speed", type: "float", kind: "float", value: 5 }], times);

  test("applies what was sent by reporting an equal value", () => {
    const writes = new WriteTable([
      write(1, { state: "pending" }),
      write(2, { state: "sent" }),
      write(3, { state: "sent", value: 6 }),
    ]);
    expect(writes.appliedBy(["speed", "speed"], variables, 3)).toEqual([
      { id: 2, state: "applied", applied: 5, at: 3 },
    ]);
  });

  test("says nothing of what isn't in the line, whatever was reported before", () => {
    const writes = new WriteTable([write(2, { state: "sent" })]);
    expect(writes.appliedBy(["lives"], variables, 3)).toEqual([]);
  });
});

test("a look at each variable, and an answer, take as many steps as they concern writes", () => {
  let steps = 0;
  const counted = (id: number) => {
    const record = write(id, { name: `v${id % 100}`, set: 1 + Math.floor(id / 100), state: "sent" });
    return new Proxy(record, { get: (target, field) => ((steps += 1), Reflect.get(target, field)) });
  };
  const writes = new WriteTable(Array.from({ length: 1_000 }, (_, id) => counted(id + 1)));
  steps = 0;
  for (let variable = 0; variable < 100; variable += 1) writes.newestOf(`v${variable}`);
  expect(steps).toBe(0);
  writes.isSettled(5);
  writes.canHaveSent(5);
  writes.readAnswer(5, { v7: { value: 1 } }, new VariableTable([]), 9);
  expect(steps).toBeLessThan(10);
});

test("what is forgotten is nowhere any more", () => {
  const writes = new WriteTable([write(1, { state: "applied" }), write(2, { state: "sent", name: "lives" })]);
  writes.add([write(3)]);
  writes.forgetBehind([write(3)], new Set());
  expect(writes.ofSet(1)).toEqual([]);
  expect(writes.isSettled(1)).toBe(true);
  expect(writes.canHaveSent(3)).toBe(true);
  expect(writes.open.map(({ id }) => id)).toEqual([2, 3]);
});
