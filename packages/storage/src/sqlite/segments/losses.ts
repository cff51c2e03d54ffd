/** What is lost in a folder though nobody dropped it: told of once, and left as it is, since a file may come back. */

import { existsSync, readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import type { Losses } from "../../ports.ts";
import { DAMAGED_SUFFIX } from "../damage.ts";
import { isIndexFile, segmentFile } from "./segment-file.ts";
import type { SegmentRow } from "./segment-list.ts";

export interface SegmentLosses {
  /** Those that weren't told before. */
  find(rows: readonly SegmentRow[]): Losses;
}

export function segmentLosses(folder: string): SegmentLosses {
  let missing: ReadonlySet<string> = new Set();
  const damaged = new Set<string>();

  function newlyMissing(rows: readonly SegmentRow[]): readonly string[] {
    const before = missing;
    const files = rows.filter(({ state }) => state !== "dropped").map((row) => segmentFile(folder, row));
    missing = new Set(files.filter((file) => !existsSync(file)));
    return [...missing].filter((file) => !before.has(file));
  }

  function newlyDamaged(files: readonly string[]): readonly string[] {
    const news = files.filter((file) => !damaged.has(file));
    for (const file of news) damaged.add(file);
    return news;
  }

  return {
    find(rows) {
      const noted = takeNotes(folder);
      const inFolder = (file: string) => relative(folder, file);
      return {
        missing: newlyMissing(rows).map(inFolder),
        damaged: newlyDamaged(noted.filter((file) => !isIndexFile(file))).map(inFolder),
        damagedIndexes: noted.filter(isIndexFile).length,
      };
    },
  };
}

/** Whoever meets damage notes it, and sets an index aside. Gives whose notes there were. */
function takeNotes(folder: string): readonly string[] {
  const root = join(folder, "segments");
  if (!existsSync(root)) return [];
  const notes = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(DAMAGED_SUFFIX))
    .map((name) => join(root, name));
  for (const note of notes) rmSync(note, { force: true });
  return notes.map((note) => note.slice(0, -DAMAGED_SUFFIX.length));
}
