/** Tokens, invitations, known browsers, the installation's admin; and what a list of sessions shows. */

import type { DatabaseSync } from "node:sqlite";

export function accountTables(database: DatabaseSync): void {
  database.exec(TABLES);
}

// Sessions from before are without a name to list them by: whoever has one logs in again.
const TABLES = `
  ALTER TABLE users ADD COLUMN admin INTEGER NOT NULL DEFAULT 0;
  UPDATE users SET admin = 1 WHERE row = (SELECT min(row) FROM users);

  -- Members had no place in an order.
  CREATE TABLE project_members (
    row INTEGER PRIMARY KEY,
    user INTEGER NOT NULL REFERENCES users,
    project INTEGER NOT NULL REFERENCES projects,
    role TEXT NOT NULL,
    UNIQUE (user, project)
  );
  INSERT INTO project_members (user, project, role) SELECT user, project, role FROM members;
  DROP TABLE members;
  ALTER TABLE project_members RENAME TO members;
  CREATE INDEX members_by_project ON members (project);

  DROP TABLE web_sessions;
  CREATE TABLE web_sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    user INTEGER NOT NULL REFERENCES users,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    client TEXT
  ) WITHOUT ROWID;
  CREATE INDEX web_sessions_by_user ON web_sessions (user);

  CREATE TABLE known_devices (
    token_hash TEXT NOT NULL PRIMARY KEY,
    user INTEGER NOT NULL REFERENCES users,
    created_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX known_devices_by_user ON known_devices (user);

  CREATE TABLE tokens (
    row INTEGER PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    id TEXT NOT NULL UNIQUE,
    user INTEGER NOT NULL REFERENCES users,
    name TEXT NOT NULL,
    role TEXT,
    project INTEGER REFERENCES projects,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER
  );
  CREATE INDEX tokens_by_user ON tokens (user);

  CREATE TABLE invitations (
    row INTEGER PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    id TEXT NOT NULL UNIQUE,
    project INTEGER REFERENCES projects,
    role TEXT NOT NULL,
    by INTEGER NOT NULL REFERENCES users,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  );
  CREATE INDEX invitations_by_project ON invitations (project);
`;
