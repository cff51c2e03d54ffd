/** Folders as released versions left them. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

export function fixture(name: string): Buffer {
  return gunzipSync(readFileSync(fileURLToPath(new URL(`../fixtures/${name}.gz`, import.meta.url))));
}

interface OldCounts {
  readonly logs: number;
  readonly ofRocket: { readonly logs: number; readonly samples: number };
}

/** Writes the data of version 1 into a folder, its log entries and samples so many times over, and tells how many there are. */
export function writeOldFolder(folder: string, copies = 1): OldCounts {
  const file = join(folder, "wheelhouse.db");
  writeFileSync(file, fixture("version-1.db"));
  const database = new DatabaseSync(file);
  const count = (sql: string) =>
    Number(database.prepare(`SELECT count(*) AS count FROM ${sql}`).get()?.["count"]);
  database.exec(`
    CREATE TEMP TABLE copies AS
      WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < ${copies})
      SELECT number FROM numbers WHERE number < ${copies};
    INSERT INTO logs
      SELECT logs.id + number * 100000, project, device, session, at, received_at, level, message, fields
      FROM logs, copies;
    INSERT INTO samples
      SELECT variable, at, tie + number * 100, received_at + number, value FROM samples, copies;`);
  const counts = {
    logs: count("logs"),
    ofRocket: { logs: count("logs WHERE project = 1"), samples: count("samples") },
  };
  database.close();
  return counts;
}
