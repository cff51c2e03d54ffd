/** Segments as a reader opens them: each with its index, on one snapshot from its first use in a request to the request's end. */

import { statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { indexReading, type ReadIndex } from "../index/read-index.ts";
import { openToRead } from "../open-to-read.ts";
import { prepareOnce, type PrepareOnce } from "../statement.ts";
import { segmentOverlay, type SegmentOverlay } from "./overlay.ts";
import { indexFile, openSegmentToRead, segmentFile, segmentKey } from "./segment-file.ts";
import { segmentList, type SegmentRow } from "./segment-list.ts";

export interface ReadSegment {
  readonly row: SegmentRow;
  readonly prepared: PrepareOnce;
  readonly overlay: SegmentOverlay;
  /** Undefined while the indexer has made none. */
  readonly index: ReadIndex | undefined;
}

export interface ReadSegments {
  /** Those of a project, oldest first. */
  of(project: number): readonly SegmentRow[];
  all(): readonly SegmentRow[];
  current(project: number): SegmentRow | undefined;
  open(row: SegmentRow): ReadSegment;
  /** Ends the snapshots of a request. */
  release(): void;
  /** Closes what was dropped, so that its room on the disk is free. */
  closeDropped(): void;
  close(): void;
}

/** Segments that stay open between requests. */
const MOST_OPEN = 64;

interface OpenFile {
  readonly database: DatabaseSync;
  readonly prepared: PrepareOnce;
}

interface OpenPair {
  readonly segment: OpenFile;
  readonly overlay: SegmentOverlay;
  index: OpenFile | undefined;
  /** Which file was opened under that name. */
  indexInode: number | undefined;
  /** Such a one stays as it is. */
  isIndexComplete: boolean;
  inUse: ReadSegment | undefined;
}

/** `main` has to be in a transaction during a request. */
export function readSegments(main: DatabaseSync, folder: string): ReadSegments {
  const list = segmentList(main);
  /** The least recently used first. */
  const pairs = new Map<string, OpenPair>();

  function pairOf(row: SegmentRow): OpenPair {
    const key = segmentKey(row);
    const pair = pairs.get(key) ?? openPair(folder, row);
    pairs.delete(key);
    pairs.set(key, pair);
    refreshIndex(pair, indexFile(folder, row));
    return pair;
  }

  /** Opens an index that is new, and one that was made anew in the place of the one that is open. */
  function refreshIndex(pair: OpenPair, file: string): void {
    if (pair.inUse !== undefined || pair.isIndexComplete) return;
    const inode = inodeOf(file);
    if (pair.index !== undefined && pair.indexInode === inode) return;
    pair.index?.database.close();
    pair.index = inode === undefined ? undefined : openIfThere(file);
    pair.indexInode = inode;
  }

  function use(pair: OpenPair, row: SegmentRow): ReadSegment {
    // The index first: what it doesn't have yet is then in the segment's snapshot for certain.
    const index = pair.index === undefined ? undefined : snapshotOfIndex(pair.index);
    pair.isIndexComplete = index?.isComplete === true;
    pair.segment.prepared("BEGIN").run();
    return { row, prepared: pair.segment.prepared, overlay: pair.overlay, index };
  }

  function closePair(key: string, { segment, index }: OpenPair): void {
    segment.database.close();
    index?.database.close();
    pairs.delete(key);
  }

  function closeUnless(isKept: (key: string) => boolean): void {
    for (const [key, pair] of pairs) if (!isKept(key)) closePair(key, pair);
  }

  return {
    of: (project) => list.of(project),
    all: () => list.all().filter(({ state }) => state !== "dropped"),
    current: (project) => list.current(project),
    open(row) {
      const pair = pairOf(row);
      pair.inUse ??= use(pair, row);
      return pair.inUse;
    },
    release() {
      for (const pair of pairs.values()) {
        if (pair.inUse === undefined) continue;
        pair.inUse = undefined;
        for (const file of [pair.segment, pair.index])
          if (file?.database.isTransaction === true) file.prepared("COMMIT").run();
      }
      for (const [key, pair] of [...pairs].slice(0, Math.max(0, pairs.size - MOST_OPEN)))
        closePair(key, pair);
    },
    closeDropped() {
      const kept = new Set(list.all().flatMap((row) => (row.state === "dropped" ? [] : [segmentKey(row)])));
      closeUnless((key) => kept.has(key));
    },
    close: () => closeUnless(() => false),
  };
}

function openPair(folder: string, row: SegmentRow): OpenPair {
  const segment = toOpenFile(openSegmentToRead(segmentFile(folder, row)));
  const noIndex = { index: undefined, indexInode: undefined, isIndexComplete: false };
  return { segment, overlay: segmentOverlay(segment.database), ...noIndex, inUse: undefined };
}

function inodeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ino;
}

function toOpenFile(database: DatabaseSync): OpenFile {
  return { database, prepared: prepareOnce(database) };
}

/** The indexer may be making it, or making it anew. */
function openIfThere(file: string): OpenFile | undefined {
  try {
    return toOpenFile(openToRead(file));
  } catch {
    return undefined;
  }
}

/** What can't be read is as if it weren't there: the segment holds everything. */
function snapshotOfIndex({ prepared }: OpenFile): ReadIndex | undefined {
  prepared("BEGIN").run();
  return indexReading(prepared);
}
