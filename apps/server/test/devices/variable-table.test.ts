/** A device's variables: what is declared, inferred, reported, and what a person may want of them. */

import {
  MAX_LINE_BYTES,
  formatMessage,
  formatPush,
  type DeclaredVariable,
  type JsonObject,
  type JsonValue,
  type KindName,
  type VariableDeclaration,
} from "@wheelhouse/protocol";
import type { StoredVariable } from "@wheelhouse/storage";
import { describe, expect, test } from "vitest";
import { VariableTable, type Report } from "../../src/devices/variable-table.ts";

const TIMES = { at: 100, receivedAt: 105, backlog: false };
const TIMES_SHOWN = { at: 100, receivedAt: 105 };
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

  test("null is reported where it is a value", () => {
    const table = new VariableTable([]);
    const { reading } = table.declare([{ ...declared("state", "json"), value: null }], TIMES);
    expect(reading).toMatchObject({ names: ["state"], values: [null] });
    expect(table.get("state")?.reported).toEqual({ value: null, at: 100, receivedAt: 105 });
  });

  test("one without a value keeps what was reported", () => {
    const table = new VariableTable([stored({ name: "lives", kind: "integer", writable: false }, 7)]);
    expect(table.declare([declared("lives", "float")], TIMES)).toMatchObject({ reading: { names: [] } });
    expect(table.get("lives")).toMatchObject({ declaration: { kind: "float" }, reported: { value: 7 } });
  });
});

/** What is shown of a variable of that kind, of which that was reported under another. */
describe.each<readonly [before: KindName, value: JsonValue, kind: KindName, shown: JsonValue | undefined]>([
  ["integer", 99, "string", undefined],
  ["integer", 99, "float", 99],
  ["float", 1.5, "integer", undefined],
  ["string", "99", "integer", 99],
  ["string", "on", "boolean", undefined],
  ["string", "True", "boolean", true],
  ["json", { a: 1 }, "vector", undefined],
  ["vector", [1, 2], "json", [1, 2]],
])("of a variable of the kind %s that was %j and is %s now", (before, value, kind, shown) => {
  const reported = shown === undefined ? null : { value: shown, ...TIMES_SHOWN };

  test("what doesn't fit is forgotten, and what does is read as what it is now", () => {
    const table = new VariableTable([]);
    table.declare(
      [
        { ...declared("it", before), value },
        { ...declared("other", before), value },
      ],
      TIMES,
    );
    table.declare([declared("it", kind)], TIMES);
    expect(table.get("it")?.reported).toEqual(reported);
    expect(table.get("other")?.reported?.value).toEqual(value);
  });

  test("so it is when all is read from the storage, which has the value as it came", () => {
    const { declaration } = declared("it", kind);
    const table = new VariableTable([{ declaration, type: null, reported: { value, ...TIMES_SHOWN } }]);
    expect(table.get("it")?.reported).toEqual(reported);
  });
});

test("a value of dialect 1 that is none of its kind stays text", () => {
  const declaration = { name: "lives", kind: "integer", writable: true } as const;
  const reported = { value: "many", ...TIMES_SHOWN };
  const table = new VariableTable([{ declaration, type: "integer", reported }]);
  expect(table.get("lives")?.reported).toEqual(reported);
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
    const around = `{"name":"note-1","type":"","value":""}`.length;
    expect(check({ "note-1": "x".repeat(32_768 - around) })).not.toHaveProperty("code");
    expect(check({ "note-1": "x".repeat(32_769 - around) })).toEqual({ ...refused, field: "note-1" });
    expect(check({ "note-1": "\u0001".repeat(6_000) })).toEqual({ ...refused, field: "note-1" });
    expect(check({ "note-1": "語".repeat(11_000) })).toEqual({ ...refused, field: "note-1" });
    const many = (text: string) => Object.fromEntries(names.map((name) => [name, text]));
    expect(check(many("s"))).toMatchObject(refused);
  });

  test.each(["n", "語".repeat(10), "x".repeat(190)])(
    "as many variables called %s… as a change may have fit the lines of both dialects",
    (prefix) => {
      const names = Array.from({ length: 2_000 }, (_, index) => `${prefix}${index}`);
      const tables = { 1: new VariableTable([]), 2: new VariableTable([]) };
      tables[1].reportTypedValues(
        names.map((name) => typed(name, "integer", "integer", 1)),
        TIMES,
      );
      tables[2].declare(
        names.map((name) => declared(name, "integer")),
        TIMES,
      );
      for (const dialect of [1, 2] as const) {
        const values = Object.fromEntries(names.map((name) => [name, 1]));
        const refused = tables[dialect].checkChange(values, { online: true });
        const most = "field" in refused ? names.indexOf(refused.field) : -1;
        expect(most).toBeGreaterThan(100);
        const fitting = names.slice(0, most).map((name) => ({ name, type: "integer", value: 1 }));
        const lines = {
          1: formatPush(
            "Ab0123456789",
            fitting.map((one) => ({ ...one, kind: "integer" })),
          ),
          2: formatMessage({
            type: "applied",
            id: Number.MAX_SAFE_INTEGER,
            results: Object.fromEntries(fitting.map(({ name, value }) => [name, { value }])),
          }),
        };
        expect(Buffer.byteLength(lines[dialect])).toBeLessThanOrEqual(MAX_LINE_BYTES);
      }
    },
  );

  test("changes nothing by being checked", () => {
    const checked = table();
    checked.checkChange({ speed: 4 }, { online: true });
    expect(checked.get("speed")?.reported?.value).toBe(3);
  });
});
