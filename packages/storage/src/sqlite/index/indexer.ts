/** Keeps the indexes of all segments up to date, behind the writer and in a thread of its own. */

import { existsSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { indexFile, segmentKey } from "../segments/segment-file.ts";
import { segmentList, type SegmentRow } from "../segments/segment-list.ts";
import { DamagedSegmentError, isDamage, setAside } from "../damage.ts";
import { openSegmentIndexing, type SegmentIndexing } from "./segment-indexing.ts";

export interface Indexer {
  /** There may be something new, or something was dropped. */
  wake(): void;
  close(): void;
}

export function startIndexer(main: DatabaseSync, folder: string): Indexer {
  const list = segmentList(main);
  const open = new Map<string, SegmentIndexing>();
  /** There is nothing left to do for them. */
  const complete = new Set<string>();
  /** They can't be read to their end, now and ever. */
  const damaged = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  /** Whether somebody may have removed an index since it was complete. */
  let looksAgain = false;

  /** Between two steps messages are heard. */
  function schedule(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      if (takeStep()) schedule();
    }, 0);
  }

  /** One step of each segment; gives whether there may be more to do. */
  function takeStep(): boolean {
    const rows = list.all().filter(({ state }) => state !== "dropped");
    closeAllBut(new Set(rows.map(segmentKey)));
    if (looksAgain) beginLostAnew(rows);
    looksAgain = false;
    return rows
      .filter((row) => !complete.has(segmentKey(row)) && !damaged.has(segmentKey(row)))
      .map(stepSegment)
      .includes(true);
  }

  /** A reader that finds an index damaged takes it away. */
  function beginLostAnew(rows: readonly SegmentRow[]): void {
    for (const row of rows) {
      const key = segmentKey(row);
      if ((!open.has(key) && !complete.has(key)) || existsSync(indexFile(folder, row))) continue;
      complete.delete(key);
      forget(key);
    }
  }

  function stepSegment(row: SegmentRow): boolean {
    const key = segmentKey(row);
    try {
      const indexing = open.get(key) ?? openSegmentIndexing(folder, row);
      open.set(key, indexing);
      const hasMore = indexing.step(row.state === "closed");
      if (indexing.isComplete) {
        complete.add(key);
        forget(key);
      }
      return hasMore;
    } catch (error) {
      // The disk is full, the segment was dropped just now, the index is broken: what is stored can be read without it.
      forget(key);
      if (error instanceof DamagedSegmentError) damaged.add(key);
      else if (isDamage(error)) setAside(indexFile(folder, row));
      return false;
    }
  }

  function closeAllBut(kept: ReadonlySet<string>): void {
    for (const key of open.keys()) if (!kept.has(key)) forget(key);
    for (const key of complete) if (!kept.has(key)) complete.delete(key);
  }

  function forget(key: string): void {
    const indexing = open.get(key);
    open.delete(key);
    try {
      indexing?.close();
    } catch {
      // Its log stays as it is, which does no harm.
    }
  }

  schedule();
  return {
    wake() {
      looksAgain = true;
      schedule();
    },
    close() {
      clearTimeout(timer);
      for (const key of open.keys()) forget(key);
    },
  };
}
