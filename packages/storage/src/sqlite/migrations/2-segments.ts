/**
 * Log entries, markers and samples move out of the file into segments (see ../segments/segment-file.ts); what they are
 * about stays. `logs` and `samples` are left behind with what they hold: move-old-rows.ts drops them.
 */

import type { DatabaseSync } from "node:sqlite";

export function segmentTables(database: DatabaseSync): void {
  database.exec(TABLES);
}

const TABLES = `
  -- The highest entry id that may have been given out.
  ALTER TABLE data ADD COLUMN reserved_entry INTEGER NOT NULL DEFAULT 0;
  UPDATE data SET reserved_entry = max(
    coalesce((SELECT max(id) FROM logs), 0), coalesce((SELECT max(entry) FROM writes), 0));

  ALTER TABLE projects ADD COLUMN max_age_ms INTEGER;
  ALTER TABLE projects ADD COLUMN max_bytes INTEGER;
  ALTER TABLE projects ADD COLUMN last_segment INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE projects ADD COLUMN last_sample INTEGER NOT NULL DEFAULT 0;

  -- The files there are. What is null is known only once the segment is closed.
  CREATE TABLE segments (
    project INTEGER NOT NULL REFERENCES projects,
    number INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('current', 'closed', 'dropped')),
    first_entry INTEGER NOT NULL,
    last_entry INTEGER,
    first_sample INTEGER NOT NULL,
    last_sample INTEGER,
    first_received_at INTEGER,
    last_received_at INTEGER,
    PRIMARY KEY (project, number)
  ) WITHOUT ROWID;

  ALTER TABLE sessions ADD COLUMN project INTEGER REFERENCES projects;
  UPDATE sessions SET project = (SELECT project FROM devices WHERE devices.row = sessions.device);
  CREATE INDEX sessions_by_project ON sessions (project);

  ALTER TABLE writes ADD COLUMN expires_at INTEGER;
  CREATE INDEX writes_that_expire ON writes (expires_at)
    WHERE expires_at IS NOT NULL AND state IN ('pending', 'sent');
`;
