/** Tables of a page, as text. */

export interface NameTable {
  /** Whose names it has in its first column, as the comment above says. */
  readonly type: string;
  readonly rows: readonly NamedRow[];
}

export interface NamedRow {
  readonly names: readonly string[];
  readonly text: string;
}

/** The tables that are to have all of a type. */
export function tablesOf(page: string): readonly NameTable[] {
  const found = page.matchAll(/^<!-- all of: (\w+) -->\n\n\|.*\n\| ---.*\n((?:\|.*\n)+)/gm);
  return Array.from(found, ([, type = "", body = ""]) => {
    const rows = body.split("\n").filter((line) => line !== "");
    return { type, rows: rows.map((text) => ({ names: namesIn(cellsOf(text)[0] ?? ""), text })) };
  });
}

/** The cells of the table that begins with that header. */
export function rowsBelow(page: string, header: string): readonly (readonly string[])[] {
  const lines = page.split("\n");
  const begin = lines.findIndex((line) => line.startsWith(header));
  if (begin < 0) throw new Error(`expected a table that begins with ${header}`);
  const rest = lines.slice(begin + 2);
  return rest
    .slice(
      0,
      rest.findIndex((line) => !line.startsWith("|")),
    )
    .map(cellsOf);
}

function cellsOf(row: string): readonly string[] {
  return row
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** A name, or a call of it. */
function namesIn(cell: string): readonly string[] {
  return Array.from(cell.matchAll(/`([\w:]+)(?:\([^`]*)?`/g), ([, name = ""]) => name);
}
