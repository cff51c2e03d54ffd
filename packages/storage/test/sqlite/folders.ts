/** Data folders that a test makes and removes. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TemporaryFolder {
  readonly folder: string;
  remove(): void;
}

export function makeFolder(): TemporaryFolder {
  const folder = mkdtempSync(join(tmpdir(), "wheelhouse-storage-"));
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
