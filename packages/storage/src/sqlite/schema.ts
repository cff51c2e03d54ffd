/** The tables, as an ordered list of steps; a data file's `user_version` counts the steps it has behind it. */

import type { DatabaseSync } from "node:sqlite";
import { StorageUnusableError } from "../ports.ts";
import { firstTables } from "./migrations/1-first-tables.ts";
import { segmentTables } from "./migrations/2-segments.ts";
import { accountTables } from "./migrations/3-accounts.ts";
import { passwordResetTables } from "./migrations/4-password-resets.ts";
import { writeFilters } from "./migrations/5-write-filters.ts";
import { givenNames } from "./migrations/6-given-names.ts";
import { logBlocks } from "./migrations/7-log-blocks.ts";
import { openSessions } from "./migrations/8-open-sessions.ts";
import { inTransaction } from "./statement.ts";

type Migration = (database: DatabaseSync) => void;

/** Only ever added to: what a released version has run can't change any more. */
const MIGRATIONS: readonly Migration[] = [
  firstTables,
  segmentTables,
  accountTables,
  passwordResetTables,
  writeFilters,
  givenNames,
  logBlocks,
  openSessions,
];

/** Whether a data file lists segments: a new one doesn't, nor one of the first version. */
export function listsSegments(database: DatabaseSync): boolean {
  return versionOf(database) > MIGRATIONS.indexOf(segmentTables);
}

function versionOf(database: DatabaseSync): number {
  return (database.prepare("PRAGMA user_version").get() as { user_version: number }).user_version;
}

/**
 * Brings a data file to this version, each step as a transaction of its own.
 *
 * @throws StorageUnusableError when the file is of a newer version.
 */
export function migrate(database: DatabaseSync, file: string): void {
  const version = versionOf(database);
  if (version > MIGRATIONS.length) {
    throw new StorageUnusableError(
      `${file} was made by a newer Wheelhouse: its data has version ${version}, this one knows up to ${MIGRATIONS.length}`,
    );
  }
  for (const [index, step] of MIGRATIONS.entries()) {
    if (index >= version) runStep(database, step, index + 1);
  }
}

function runStep(database: DatabaseSync, step: Migration, version: number): void {
  inTransaction(database, () => {
    step(database);
    database.exec(`PRAGMA user_version = ${version}`);
  });
}
