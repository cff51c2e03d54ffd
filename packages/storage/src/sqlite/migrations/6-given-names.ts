/** Names and tags that people give, beside those that devices say; those there are count as the devices' own. */

import type { DatabaseSync } from "node:sqlite";

export function givenNames(database: DatabaseSync): void {
  database.exec(`
    ALTER TABLE devices ADD COLUMN given_name TEXT;
    ALTER TABLE devices ADD COLUMN given_tags TEXT;
  `);
}
