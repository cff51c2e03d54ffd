/** Files in a folder's segments that its main file doesn't list. */

import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StorageUnusableError } from "../../ports.ts";
import { prepare } from "../statement.ts";
import { filesOf, isIndexFile, type SegmentName } from "./segment-file.ts";

/**
 * Removes what crashes left behind: segments that were just made, indexes, logs.
 *
 * @throws StorageUnusableError when a segment holds something: the main file is listing those of another time, and nothing is removed.
 */
export function removeOrphans(folder: string, names: readonly SegmentName[]): void {
  const wanted = new Set(names.flatMap((name) => filesOf(folder, name)));
  const root = join(folder, "segments");
  if (!existsSync(root)) return;
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).map((file) => join(root, file));
  const orphans = files.filter((file) => basename(file).includes(".db") && !wanted.has(file));
  const full = orphans.filter((file) => isSegmentFile(file) && holdsSomething(file));
  if (full.length > 0) throw unlisted(folder, full);
  for (const file of orphans) rmSync(file, { force: true });
}

function isSegmentFile(file: string): boolean {
  return file.endsWith(".db") && !isIndexFile(file);
}

/** What can't be read may. */
function holdsSomething(file: string): boolean {
  try {
    const database = new DatabaseSync(file);
    try {
      return hasRows(database);
    } finally {
      database.close();
    }
  } catch {
    return statSync(file).size > 0;
  }
}

function hasRows(database: DatabaseSync): boolean {
  const tables = prepare<{ name: string }>(
    database,
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'span'",
  );
  return tables
    .all()
    .some(({ name }) => prepare(database, `SELECT 1 FROM ${name} LIMIT 1`).get() !== undefined);
}

function unlisted(folder: string, files: readonly string[]): StorageUnusableError {
  const [first = "", ...others] = files.map((file) => relative(folder, file));
  const which = others.length === 0 ? first : `${first} and ${others.length} more`;
  return new StorageUnusableError(
    `the data folder ${folder} holds data that its main file doesn't list (${which}): wheelhouse.db is new, or older than ` +
      "that data. Put the right one back, or move those files away",
  );
}
