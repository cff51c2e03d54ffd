/** Rows of an export as text: NDJSON, or CSV that no spreadsheet takes for formulas. Pure. */

import type { ExportFormat } from "@wheelhouse/api";
import type { JsonValue } from "@wheelhouse/protocol";

/** What one kind of export consists of. */
export interface ExportColumns<Row> {
  /** A row as the API shows it. */
  readonly toObject: (row: Row) => object;
  /** The columns of the CSV by name, in order. */
  readonly csv: Readonly<Record<string, (row: Row) => Cell>>;
}

/** A number, a switch and text stand as they are, null as nothing, anything else as JSON. */
export type Cell = JsonValue;

export interface RowFormat<Row> {
  /** What comes before the first row. */
  readonly head: string;
  readonly toLine: (row: Row) => string;
}

export function toRowFormat<Row>(
  { toObject, csv }: ExportColumns<Row>,
  format: ExportFormat,
): RowFormat<Row> {
  if (format === "ndjson") return { head: "", toLine: (row) => `${JSON.stringify(toObject(row))}\n` };
  const columns = Object.values(csv);
  return {
    head: formatCsvLine(Object.keys(csv)),
    toLine: (row) => formatCsvLine(columns.map((toCell) => toCell(row))),
  };
}

/** One record of RFC 4180, with its line break. */
export function formatCsvLine(cells: readonly Cell[]): string {
  return `${cells.map(formatCell).join(",")}\r\n`;
}

function formatCell(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number" || typeof cell === "boolean") return String(cell);
  return quote(disarm(typeof cell === "string" ? cell : JSON.stringify(cell)));
}

/**
 * What a spreadsheet takes for the beginning of a formula, wherever a cell may begin: it may take a semicolon or a tab
 * for what separates cells, and then quotes that stand elsewhere than here for what surrounds one.
 */
const FORMULA = /(?=[=+\-@\t\r＝＋－＠])(?<=^|[;\t\r\n][" ]*)/g;

function disarm(text: string): string {
  return text.replaceAll(FORMULA, "'");
}

function quote(text: string): string {
  return /[",\r\n;\t]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
