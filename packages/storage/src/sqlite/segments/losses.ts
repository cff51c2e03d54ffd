/** What is lost in a folder though nobody dropped it: told of once, and left as it is, since a file may come back. */

import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Dropped } from "../../ports.ts";
import { DAMAGED_SUFFIX } from "../index/damage.ts";
import { segmentFile, segmentKey } from "./segment-file.ts";
import type { SegmentRow } from "./segment-list.ts";

export interface SegmentLosses {
  /** Those that weren't told before. */
  find(rows: readonly SegmentRow[]): Pick<Dropped, "missing" | "damaged">;
}

export function segmentLosses(folder: string): SegmentLosses {
  const told = new Set<string>();

  function countMissing(rows: readonly SegmentRow[]): number {
    const missing = rows
      .filter((row) => row.state !== "dropped" && !existsSync(segmentFile(folder, row)))
      .map(segmentKey);
    const news = missing.filter((key) => !told.has(key));
    told.clear();
    for (const key of missing) told.add(key);
    return news.length;
  }

  return { find: (rows) => ({ missing: countMissing(rows), damaged: removeDamaged(folder) }) };
}

/** Readers have set them aside. */
function removeDamaged(folder: string): number {
  const root = join(folder, "segments");
  if (!existsSync(root)) return 0;
  const damaged = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(DAMAGED_SUFFIX),
  );
  for (const name of damaged) rmSync(join(root, name), { force: true });
  return damaged.length;
}
