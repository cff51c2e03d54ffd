/** A device's variables: what is declared, inferred, reported, and what a person may want of them. */

import type { DeclaredVariable, JsonObject, VariableDeclaration } from "@wheelhouse/protocol";
import type { StoredVariable } from "@wheelhouse/storage";
import { describe, expect, test } from "vitest";
import { VariableTable, type Report } from "../../src/devices/variable-table.ts";

const TIMES = { at: 100, receivedAt: 105, backlog: false };
const BACKLOG = { ...TIMES, backlog: true };

const declared = (
  name: string,
  kind: VariableDeclaration["kind"],
  rest: Partial<VariableDeclaration> = {},
): DeclaredVariable => ({
  declaration: { name, kind, writable: true, ...rest },
});
const typed = (name: string, type: string, kind: VariableDeclaration["kind"], value: number | string) => ({
  name,
  type,
  kind,
  value,
});

function reportOf(table: VariableTable, values: JsonObject, times = TIMES): Report {
  const report = table.reportValues(values, times);
  if (typeof report === "string") throw new Error(`expected a report, got: ${report}`);
  return report;
}

function stored(declaration: VariableDeclaration, value: number | null = null): StoredVariable {
  return { declaration, type: null, reported: value === null ? null : { value, at: 1, receivedAt: 2 } };
}

describe("declarations", () => {
  test("new ones and changed ones are news, the same again isn't", () => {
    const table = new VariableTable([]);
    const lives = declared("lives", "integer", { min: 0 });
    expect(table.declare([lives], TIMES).declarations).toEqual([
      { declaration: lives.declaration, type: null },
    ]);
    expect(table.declare([declared("lives", "integer", { min: 0 })], TIMES).declarations).toEqual([]);
    expect(table.declare([declared("lives", "integer", { min: 1 })], TIMES).declarations).toHaveLength(1);
    expect(table.declare([declared("lives", "integer")], TIMES).declarations).toHaveLength(1);
  });

  test("a value that comes with one is reported", () => {
    const table = new VariableTable([]);
    const { reading } = table.declare([{ ...declared("lives", "integer"), value: 3 }], TIMES);
    expect(reading).toEqual({ names: ["lives"], values: [3], ...TIMES });
    expect(table.get("lives")?.reported).toEqual({ value: 3, at: 100, receivedAt: 105 });
  });

  test("one without a value keeps what was reported", () => {
    const table = new VariableTable([stored({ name: "lives", kind: "integer", writable: false }, 7)]);
    expect(table.declare([declared("lives", "float")], TIMES)).toMatchObject({ reading: { names: [] } });
    expect(table.get("lives")).toMatchObject({ declaration: { kind: "float" }, reported: { value: 7 } });
  });
});

describe("values", () => {
  test("of a declared kind are read as that kind", () => {
    const table = new VariableTable([]);
    table.declare([declared("lives", "integer"), declared("night", "boolean")], TIMES);
    const { reading, declarations } = reportOf(table, { lives: "3", night: 1 });
    expect(reading).toMatchObject({ names: ["lives", "night"], values: [3, true] });
    expect(declarations).toEqual([]);
  });

  test("one that isn't of its declared kind refuses all of them", () => {
    const table = new VariableTable([]);
    table.declare([declared("lives", "integer")], TIMES);
    const refusal = table.reportValues({ score: 1, lives: "many" }, TIMES);
    expect(refusal).toBe(`expected values.lives to be a whole number, got: "many"`);
    expect(table.get("score")).toBeUndefined();
    expect(table.get("lives")?.reported).toBeNull();
  });

  test("of an undeclared variable make it, read-only and of the kind they look like", () => {
    const table = new VariableTable([]);
    expect(reportOf(table, { lives: 3 }).declarations).toEqual([
      { declaration: { name: "lives", kind: "integer", writable: false }, type: null },
    ]);
    expect(reportOf(table, { lives: 4 }).declarations).toEqual([]);
    expect(reportOf(table, { lives: 4.5 }).declarations[0]?.declaration.kind).toBe("float");
    expect(reportOf(table, { lives: 4 }).declarations).toEqual([]);
    expect(reportOf(table, { lives: "none" }).declarations[0]?.declaration.kind).toBe("string");
  });

  test("a stored declaration holds for as long as values fit it", () => {
    const table = new VariableTable([stored({ name: "lives", kind: "integer", writable: true, min: 0 })]);
    expect(reportOf(table, { lives: "4" })).toMatchObject({
      declarations: [],
      reading: { values: [4] },
    });
    const changed = reportOf(table, { lives: "none" });
    expect(changed.declarations).toEqual([
      { declaration: { name: "lives", kind: "string", writable: false }, type: null },
    ]);
    expect(changed.reading).toMatchObject({ values: ["none"] });
  });

  test("backlog goes to history and leaves the live value alone", () => {
    const table = new VariableTable([]);
    reportOf(table, { lives: 3 });
    const { reading } = reportOf(table, { lives: 9 }, BACKLOG);
    expect(reading).toEqual({ names: ["lives"], values: [9], ...BACKLOG });
    expect(table.get("lives")?.reported?.value).toBe(3);
  });

  test("backlog of a variable that nobody knew still makes it", () => {
    const table = new VariableTable([]);
    expect(reportOf(table, { lives: 9 }, BACKLOG).declarations).toHaveLength(1);
    expect(table.get("lives")?.reported).toBeNull();
  });

  test.each(["__proto__", "constructor", "toString"])("a variable may be called %s", (name) => {
    const table = new VariableTable([]);
    const values = JSON.parse(`{"${name}":3}`) as JsonObject;
    expect(reportOf(table, values).reading).toMatchObject({ names: [name], values: [3] });
    expect(table.get(name)?.reported?.value).toBe(3);
  });
});

describe("values of dialect 1", () => {
  test("bring their types, and all variables are writable", () => {
    const table = new VariableTable([]);
    const report = table.reportTypedValues([typed("volume", "range", "float", 0.5)], TIMES);
    expect(report).toEqual({
      declarations: [{ declaration: { name: "volume", kind: "float", writable: true }, type: "range" }],
      reading: { names: ["volume"], values: [0.5], ...TIMES },
    });
    expect(table.reportTypedValues([typed("volume", "range", "float", 1)], TIMES).declarations).toEqual([]);
  });

  test("another name of the same kind is news: it is what the device is answered with", () => {
    const table = new VariableTable([]);
    table.reportTypedValues([typed("volume", "range", "float", 0.5)], TIMES);
    expect(
      table.reportTypedValues([typed("volume", "number", "float", 0.5)], TIMES).declarations,
    ).toMatchObject([{ type: "number" }]);
  });

  test("the last of several of one name is the live one", () => {
    const table = new VariableTable([]);
    const { reading } = table.reportTypedValues(
      [typed("n", "integer", "integer", 1), typed("n", "integer", "integer", 2)],
      TIMES,
    );
    expect(reading.values).toEqual([1, 2]);
    expect(table.get("n")?.reported?.value).toBe(2);
  });

  test("one that doesn't parse stays text and harms nothing", () => {
    const table = new VariableTable([]);
    table.reportTypedValues([typed("score", "integer", "integer", "many")], TIMES);
    expect(table.get("score")?.reported?.value).toBe("many");
  });
});

describe("a change by a person", () => {
  function table(): VariableTable {
    const made = new VariableTable([]);
    const speed = { ...declared("speed", "float", { min: 0, max: 9 }), value: 3 };
    made.declare(
      [
        speed,
        declared("mode", "enum", { options: ["easy", "hard"] }),
        declared("score", "integer", { writable: false }),
      ],
      TIMES,
    );
    return made;
  }

  test("is checked and read as its kind, with what the value is now", () => {
    expect(table().checkChange({ speed: "4.5", mode: "hard" }, { online: false })).toEqual({
      pressesTrigger: false,
      values: [
        { name: "speed", from: 3, value: 4.5 },
        { name: "mode", from: null, value: "hard" },
      ],
    });
  });

  test.each([
    [{ ammo: 1 }, "unknown_variable", "ammo"],
    [{ score: 1 }, "read_only", "score"],
    [{ speed: 9.5 }, "out_of_range", "speed"],
    [{ speed: "fast" }, "invalid", "speed"],
    [{ mode: "impossible" }, "invalid", "mode"],
    [{ speed: 1, score: 1, ammo: 1 }, "read_only", "score"],
  ] as const)("%j is refused as %s, naming %s", (values, code, field) => {
    expect(table().checkChange(values, { online: true })).toEqual({
      code,
      field,
      message: expect.any(String),
    });
  });

  test("a change whose answer wouldn't fit a line is refused, whether by one value or by many", () => {
    const names = Array.from({ length: 1_000 }, (_, index) => `note-${index}`);
    const notes = new VariableTable([]);
    notes.declare(
      names.map((name) => ({ declaration: { name, kind: "string", writable: true } })),
      TIMES,
    );
    const check = (values: JsonObject) => notes.checkChange(values, { online: true });
    const refused = { code: "invalid", message: expect.stringContaining("at most 32768 bytes") };
    expect(check({ "note-1": "x".repeat(32_700) })).not.toHaveProperty("code");
    expect(check({ "note-1": "x".repeat(32_768) })).toEqual({ ...refused, field: "note-1" });
    expect(check({ "note-1": "\u0001".repeat(6_000) })).toEqual({ ...refused, field: "note-1" });
    expect(check({ "note-1": "語".repeat(11_000) })).toEqual({ ...refused, field: "note-1" });
    const many = (text: string) => Object.fromEntries(names.map((name) => [name, text]));
    expect(check(many("short"))).not.toHaveProperty("code");
    expect(check(many("not so short as that"))).toMatchObject(refused);
  });

  test("changes nothing by being checked", () => {
    const checked = table();
    checked.checkChange({ speed: 4 }, { online: true });
    expect(checked.get("speed")?.reported?.value).toBe(3);
  });
});
