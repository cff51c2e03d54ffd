/**
 * Accounts, devices, variables with their history, log entries and writes.
 *
 * `row` is a row's number inside the file, `id` the name the rest of the world uses. Times are milliseconds since
 * 1970. `logs` and `samples` name their parents without REFERENCES: they are written by the hundred thousand, in a
 * transaction that has just read those parents.
 */

import { randomUUID } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";

export function firstTables(database: DatabaseSync): void {
  database.exec(TABLES);
  database.prepare("INSERT INTO data (epoch) VALUES (?)").run(randomUUID());
}

const TABLES = `
  CREATE TABLE data (epoch TEXT NOT NULL);

  CREATE TABLE users (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL
  );

  CREATE TABLE projects (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
  );

  CREATE TABLE members (
    user INTEGER NOT NULL REFERENCES users,
    project INTEGER NOT NULL REFERENCES projects,
    role TEXT NOT NULL,
    PRIMARY KEY (user, project)
  ) WITHOUT ROWID;

  CREATE TABLE web_sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    user INTEGER NOT NULL REFERENCES users,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE device_keys (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    project INTEGER NOT NULL REFERENCES projects,
    key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
  );
  CREATE INDEX device_keys_by_project ON device_keys (project);

  CREATE TABLE devices (
    row INTEGER PRIMARY KEY,
    project INTEGER NOT NULL REFERENCES projects,
    id TEXT NOT NULL,
    name TEXT,
    app TEXT,
    build TEXT,
    tags TEXT NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    last_set INTEGER NOT NULL DEFAULT 0,
    UNIQUE (project, id)
  );

  CREATE TABLE sessions (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    device INTEGER NOT NULL REFERENCES devices,
    started_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    ended_at INTEGER,
    end_reason TEXT,
    ended_for_good INTEGER NOT NULL DEFAULT 0,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    missed INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX sessions_by_device ON sessions (device);

  CREATE TABLE variables (
    row INTEGER PRIMARY KEY,
    device INTEGER NOT NULL REFERENCES devices,
    name TEXT NOT NULL,
    declaration TEXT NOT NULL,
    type TEXT,
    value,
    at INTEGER,
    received_at INTEGER,
    UNIQUE (device, name)
  );

  CREATE TABLE samples (
    variable INTEGER NOT NULL,
    at INTEGER NOT NULL,
    tie INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    value NOT NULL,
    PRIMARY KEY (variable, at, tie)
  ) WITHOUT ROWID;

  CREATE TABLE logs (
    id INTEGER PRIMARY KEY,
    project INTEGER NOT NULL,
    device INTEGER NOT NULL,
    session INTEGER,
    at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    level INTEGER NOT NULL,
    message TEXT NOT NULL,
    fields TEXT
  );
  -- An index ends in its row's number, so these two serve ORDER BY id as well.
  CREATE INDEX logs_by_project ON logs (project);
  CREATE INDEX logs_by_device ON logs (device);
  -- Warnings and above are few among many, and asked for often.
  CREATE INDEX logs_of_note_by_project ON logs (project) WHERE level >= 2;
  CREATE INDEX logs_of_note_by_device ON logs (device) WHERE level >= 2;

  CREATE TABLE writes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    project INTEGER NOT NULL REFERENCES projects,
    device INTEGER NOT NULL REFERENCES devices,
    variable INTEGER NOT NULL REFERENCES variables,
    set_id INTEGER NOT NULL,
    from_value NOT NULL,
    value NOT NULL,
    state TEXT NOT NULL,
    applied NOT NULL,
    reason TEXT,
    by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    entry INTEGER NOT NULL
  );
  CREATE INDEX writes_by_project ON writes (project);
  CREATE INDEX writes_by_device ON writes (device);
  CREATE INDEX writes_by_variable ON writes (variable);
  CREATE INDEX writes_by_entry ON writes (project, entry);
  CREATE INDEX writes_that_are_open ON writes (device) WHERE state IN ('pending', 'sent');
`;
