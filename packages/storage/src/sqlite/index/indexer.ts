/** Keeps the indexes of all segments up to date, behind the writer and in a thread of its own. */

import type { DatabaseSync } from "node:sqlite";
import { removeIndex, segmentKey } from "../segments/segment-file.ts";
import { segmentList, type SegmentRow } from "../segments/segment-list.ts";
import { openSegmentIndexing, type SegmentIndexing } from "./segment-indexing.ts";

export interface Indexer {
  /** There may be something new, or something was dropped. */
  wake(): void;
  close(): void;
}

export function startIndexer(main: DatabaseSync, folder: string): Indexer {
  const list = segmentList(main);
  const open = new Map<string, SegmentIndexing>();
  const complete = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

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
    return rows
      .filter((row) => !complete.has(segmentKey(row)))
      .map(stepSegment)
      .includes(true);
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
      if (isBroken(error)) removeIndex(folder, row);
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
    wake: schedule,
    close() {
      clearTimeout(timer);
      for (const key of open.keys()) forget(key);
    },
  };
}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function isBroken(error: unknown): boolean {
  const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff;
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}
