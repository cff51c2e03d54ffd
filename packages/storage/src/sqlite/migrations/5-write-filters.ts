/** What writes are found by. Rows have the name of their variable too: of many devices, an index finds it only so. */

import type { DatabaseSync } from "node:sqlite";

export function writeFilters(database: DatabaseSync): void {
  database.exec(CHANGES);
}

// An index ends in its row's number, so these serve ORDER BY id as well, but for the one by time.
const CHANGES = `
  ALTER TABLE writes ADD COLUMN name TEXT NOT NULL DEFAULT '';
  UPDATE writes SET name = (SELECT name FROM variables WHERE variables.row = writes.variable);
  CREATE INDEX writes_by_name ON writes (project, name);
  CREATE INDEX writes_by_state ON writes (project, state);
  CREATE INDEX writes_by_person ON writes (project, by);
  CREATE INDEX writes_by_time ON writes (project, created_at);
`;
