/** A process that opens a folder, closes it, and prints how that went. */

import { StorageUnusableError } from "../../src/index.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";

try {
  const storage = await openSqliteStorage({ folder: process.argv[2] ?? "" });
  await storage.close();
  console.log("opened and closed");
} catch (error) {
  if (!(error instanceof StorageUnusableError)) throw error;
  console.log(`${error.code}: ${error.message}`);
}
