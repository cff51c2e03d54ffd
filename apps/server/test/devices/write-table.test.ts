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
  expect(writes.get(1)?.state).toBe("applied");
  expect(writes.get(2)).toBeUndefined();
});

test("what is sent is marked once, and only what was pending", () => {
  const writes = new WriteTable([write(1), write(2, { state: "sent", name: "lives" })]);
  expect(writes.markSent(writes.open, 7)).toEqual([{ id: 1, state: "sent", at: 7 }]);
  expect(writes.markSent(writes.open, 8)).toEqual([]);
});

test("a settled write is forgotten behind a newer one, unless its change is waited for", () => {
  const writes = new WriteTable([write(1, { state: "applied" }), write(2, { state: "rejected" }), write(3)]);
  writes.forgetBehind([write(3)], new Set([2]));
  expect(writes.get(1)).toBeUndefined();
  expect(writes.get(2)).toBeDefined();
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
    expect(writes.readAnswer(4, results, 9)).toEqual({
      updates: [
        { id: 1, at: 9, state: "applied", applied: 4 },
        { id: 2, at: 9, state: "rejected", reason: "no", applied: 3 },
      ],
      reported: { speed: 4, lives: 3 },
    });
  });

  test("to a set that was never sent is told apart from a late one", () => {
    expect(writes.canHaveSent(3)).toBe(true);
    expect(writes.canHaveSent(5)).toBe(false);
  });
});

test("dialect 1 applies what was sent by reporting an equal value", () => {
  const variables = new VariableTable([]);
  const times = { at: 2, receivedAt: 2, backlog: false };
  variables.reportTypedValues([{ name: "speed", type: "float", kind: "float", value: 5 }], times);
  const writes = new WriteTable([
    write(1, { state: "pending" }),
    write(2, { state: "sent" }),
    write(3, { state: "sent", value: 6 }),
  ]);
  expect(writes.appliedBy(variables, 3)).toEqual([{ id: 2, state: "applied", applied: 5, at: 3 }]);
});
