/** Counts the commits in SQLite's write-ahead log (https://sqlite.org/fileformat2.html#the_write_ahead_log). */

import { readFileSync } from "node:fs";
import { join } from "node:path";

const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

/** In the main file, or in another of the folder. */
export function countCommits(folder: string, file = "wheelhouse.db"): number {
  const log = readFileSync(join(folder, `${file}-wal`));
  const frameBytes = FRAME_HEADER_BYTES + log.readUInt32BE(8);
  let commits = 0;
  for (let frame = LOG_HEADER_BYTES; frame + frameBytes <= log.length; frame += frameBytes) {
    // A commit's last frame has the size of the database in its second word, the others have 0.
    if (log.readUInt32BE(frame + 4) !== 0) commits += 1;
  }
  return commits;
}
