/** What commands print: tables for people, tab-separated fields for pipes, a line of JSON each for `--json`. */

import { styleText } from "node:util";
import Table from "cli-table3";
import type { Terminal } from "./terminal.ts";
import { formatIso, formatLocal, formatSpan } from "./times.ts";
import { toJsonLine, toVisible } from "./visible.ts";

export type Style = "bold" | "dim" | "green" | "yellow" | "red";

/** What a cell is made for. */
export interface View {
  readonly isTerminal: boolean;
  readonly now: number;
}

export interface Column<Row> {
  readonly title: string;
  /** Any text: what could steer a terminal is taken out of it. */
  readonly cell: (row: Row, view: View) => string;
  readonly style?: (row: Row) => Style | undefined;
  readonly isNumeric?: true;
}

export interface Listing<Row> {
  readonly columns: readonly Column<Row>[];
  /** What a person is told where there is nothing. */
  readonly empty: string;
  /** What `--json` prints of a row; the row itself unless given. */
  readonly toJson?: (row: Row) => unknown;
}

/** Prints rows in the way that whoever reads them wants. */
export async function printRows<Row>(
  terminal: Terminal,
  asJson: boolean,
  rows: readonly Row[],
  { columns, empty, toJson = (row) => row }: Listing<Row>,
): Promise<void> {
  if (asJson) return terminal.print(rows.map((row) => `${toJsonLine(toJson(row))}\n`).join(""));
  const view = viewOf(terminal);
  if (!terminal.isTerminal) return terminal.print(rows.map((row) => toFields(row, columns, view)).join(""));
  if (rows.length === 0) return terminal.say(empty);
  return terminal.print(formatTable(terminal, rows, columns, view));
}

/** One row by itself, as it comes. */
export async function printLine<Row>(
  terminal: Terminal,
  asJson: boolean,
  row: Row,
  { columns, toJson = (each) => each }: Omit<Listing<Row>, "empty">,
): Promise<void> {
  if (asJson) return terminal.print(`${toJsonLine(toJson(row))}\n`);
  const view = viewOf(terminal);
  if (!terminal.isTerminal) return terminal.print(toFields(row, columns, view));
  const cells = columns.map((column) => toCell(terminal, row, column, view));
  return terminal.print(`${cells.join("  ").trimEnd()}\n`);
}

/** What was just made: the one part of it that is used from now on, alone on its line. */
export function printMade(terminal: Terminal, asJson: boolean, made: object, used: string): Promise<void> {
  return terminal.print(`${asJson ? toJsonLine(made) : used}\n`);
}

/** A table with longer cells can't be read; the other forms have them whole. */
const LONGEST_CELL = 64;

function paint(terminal: Terminal, style: Style | undefined, text: string): string {
  if (!terminal.hasColour || style === undefined || text === "") return text;
  return styleText(style, text, { validateStream: false });
}

/** A moment: long ago or just now for people, the exact time for programs. */
export function showAge(at: number | null, { isTerminal, now }: View): string {
  if (at === null) return "";
  return isTerminal ? formatSpan(now - at) : formatIso(at);
}

/** A moment: by the clock on the wall for people, the exact time for programs. */
export function showTime(at: number | null, { isTerminal }: View): string {
  if (at === null) return "";
  return isTerminal ? formatLocal(at) : formatIso(at);
}

function viewOf(terminal: Terminal): View {
  return { isTerminal: terminal.isTerminal, now: terminal.now() };
}

function toFields<Row>(row: Row, columns: readonly Column<Row>[], view: View): string {
  return `${columns.map(({ cell }) => toVisible(cell(row, view))).join("\t")}\n`;
}

function toCell<Row>(
  terminal: Terminal,
  row: Row,
  { cell, style }: Column<Row>,
  view: View,
  longest = Infinity,
): string {
  const text = toVisible(cell(row, view));
  const shown = text.length > longest ? `${text.slice(0, longest - 1)}…` : text;
  return paint(terminal, style?.(row), shown);
}

function formatTable<Row>(
  terminal: Terminal,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  view: View,
): string {
  const table = new Table({
    head: columns.map(({ title }) => paint(terminal, "dim", title)),
    chars: WITHOUT_LINES,
    colAligns: columns.map(({ isNumeric }) => (isNumeric === true ? "right" : "left")),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
  });
  for (const row of rows)
    table.push(columns.map((column) => toCell(terminal, row, column, view, LONGEST_CELL)));
  return `${table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")}\n`;
}

const LINES = ["top", "bottom", "left", "mid", "right"];

const WITHOUT_LINES = Object.fromEntries(
  [
    "middle",
    ...LINES,
    ...LINES.flatMap((line) => ["mid", "left", "right"].map((end) => `${line}-${end}`)),
  ].map((part) => [part, ""]),
);
