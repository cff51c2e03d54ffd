/** Links that set a new password, once. */

import type { DatabaseSync } from "node:sqlite";

export function passwordResetTables(database: DatabaseSync): void {
  database.exec(TABLES);
}

const TABLES = `
  CREATE TABLE password_resets (
    user INTEGER PRIMARY KEY REFERENCES users,
    token_hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
  );
`;
