/** Finds the sessions that haven't ended among all there were. */

import type { DatabaseSync } from "node:sqlite";

export function openSessions(database: DatabaseSync): void {
  database.exec("CREATE INDEX sessions_that_are_open ON sessions (device) WHERE ended_at IS NULL");
}
