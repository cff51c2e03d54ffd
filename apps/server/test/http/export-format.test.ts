import fc from "fast-check";
import { expect, test } from "vitest";
import { toIsoTime } from "../../src/http/iso-time.ts";
import { formatCsvLine, toRowFormat, type Cell } from "../../src/http/export-format.ts";

/** A reader of RFC 4180, as strict as its grammar. */
function parseCsv(text: string): readonly (readonly string[])[] {
  const records: string[][] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  let record: string[] = [];
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (match === null) throw new Error(`expected a field at ${at} of ${JSON.stringify(text)}`);
    record.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === ",") continue;
    records.push(record);
    record = [];
  }
  return records;
}

test.each<[cell: Cell, text: string]>([
  ["plain", "plain"],
  ["", ""],
  [null, ""],
  [true, "true"],
  [3.25, "3.25"],
  [-3, "-3"],
  ["-3", "'-3"],
  ["a, b", '"a, b"'],
  ['say "hi"', '"say ""hi"""'],
  ["two\nlines", '"two\nlines"'],
  [" space ", '" space "'],
  [{ level: 3 }, '"{""level"":3}"'],
  [[1, 2], '"[1,2]"'],
  ["=1+1", "'=1+1"],
  ["+1", "'+1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "\"'\t'=1\""],
  ["\r=1", "\"'\r'=1\""],
  ["＝1", "'＝1"],
  ["a;=1", '"a;\'=1"'],
  ['a;"=1', '"a;""\'=1"'],
  ["a\n=1", '"a\n\'=1"'],
  ["a=1", "a=1"],
  ["1-1", "1-1"],
])("a cell of %j is %j", (cell, text) => {
  expect(formatCsvLine([cell])).toBe(`${text}\r\n`);
});

test("what was written is read back, but for the apostrophes before what a spreadsheet would take for a formula", () => {
  const cell = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom("=", "+", "-", "@", ";", ",", '"', "\r", "\n", "\t", " ", "a", "'") }),
  );
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 4 }), (records) => {
      const read = parseCsv(records.map(formatCsvLine).join(""));
      const withoutMarks = (text: string) => text.replaceAll("'", "");
      expect(read.map((record) => record.map(withoutMarks))).toEqual(
        records.map((record) => record.map(withoutMarks)),
      );
    }),
  );
});

test("no text begins a formula, whichever of comma, semicolon and tab a spreadsheet takes for what separates cells", () => {
  const text = fc.string({
    unit: fc.constantFrom("=", "+", "-", "@", ";", '"', "\r", "\n", "\t", " ", "a", "＝"),
  });
  fc.assert(
    fc.property(text, (cell) => {
      const line = formatCsvLine([1, cell, cell]);
      const [, own = ""] = parseCsv(line)[0] ?? [];
      expect(own).not.toMatch(/^[=+\-@\t\r＝]/);
      for (const separator of [/[;\r\n]/, /[\t\r\n]/])
        for (const piece of line.split(separator)) expect(piece).not.toMatch(/^[" ]*[=+\-@＝]/);
    }),
  );
});

test("NDJSON is exact, one object a line", () => {
  const { head, toLine } = toRowFormat<{ text: string }>({ toObject: (row) => row, csv: {} }, "ndjson");
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" })), (texts) => {
      const lines = (head + texts.map((text) => toLine({ text })).join("")).split("\n");
      expect(lines.pop()).toBe("");
      expect(lines.map((line) => JSON.parse(line))).toEqual(texts.map((text) => ({ text })));
    }),
  );
});

test("a time is told in words, one that no calendar has as it is", () => {
  expect(toIsoTime(1_764_000_000_123)).toBe("2025-11-24T16:00:00.123Z");
  expect(toIsoTime(0)).toBe("1970-01-01T00:00:00.000Z");
  expect(toIsoTime(9e15)).toBe("9000000000000000");
});
