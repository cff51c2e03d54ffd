/** Segments as a reader opens them: each with its index, on one snapshot from its first use in a request to the request's end. */

import { existsSync, statSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { DamagedIndexError, setAside, tellDamageAs, tellingDamage, type TellDamage } from "../damage.ts";
import { indexReading, type ReadIndex } from "../index/read-index.ts";
import { StaleSnapshotError, openToRead } from "../open-to-read.ts";
import { orClose, prepareOnce, type PrepareOnce } from "../statement.ts";
import { segmentOverlay, type SegmentOverlay } from "./overlay.ts";
import { indexFile, openSegmentToRead, segmentFile, segmentKey, type OpenSegment } from "./segment-file.ts";
import { segmentList, type SegmentRow } from "./segment-list.ts";

export interface ReadSegment {
  readonly row: SegmentRow;
  readonly prepared: PrepareOnce;
  readonly overlay: SegmentOverlay;
  /** Guards what is made of its rows. */
  readonly tell: TellDamage;
  /** Undefined while the indexer has made none. */
  readonly index: ReadIndex | undefined;
}

/** What is listed and has no file, or one that is damaged, is left out; what has a damaged index is read without it. */
export interface ReadSegments {
  /** Those of a project, oldest first. */
  of(project: number): readonly SegmentRow[];
  all(): readonly SegmentRow[];
  /** The first that is listed, whether its file is there or not. */
  oldest(project: number): SegmentRow | undefined;
  current(project: number): SegmentRow | undefined;
  open(row: SegmentRow): ReadSegment;
  /** Ends the snapshots of a request. */
  release(): void;
  /** To be called before `release`: reads a segment without its index, which is damaged, until there is another. */
  setIndexAside(key: string): void;
  /** To be called before `release`: for the rest of the request it is as if that segment, which is damaged, weren't there. */
  passOver(key: string): void;
  /** To be called at a request's end: the next one may find what it needs in a damaged segment all the same. */
  passOverNone(): void;
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
  readonly segment: OpenSegment;
  readonly overlay: SegmentOverlay;
  readonly indexFile: string;
  index: OpenFile | undefined;
  /** Which file was opened under that name. */
  indexInode: number | undefined;
  /** Which was found damaged. */
  damagedInode: number | undefined;
  /** Such a one stays as it is. */
  isIndexComplete: boolean;
  inUse: ReadSegment | undefined;
}

/** `main` has to be in a transaction during a request. */
export function readSegments(main: DatabaseSync, folder: string): ReadSegments {
  const list = segmentList(main);
  /** The least recently used first. */
  const pairs = new Map<string, OpenPair>();
  /** Segments whose files weren't there. */
  const missing = new Set<string>();
  /** Those that were damaged in the running request. */
  const passedOver = new Set<string>();
  const isThere = (row: SegmentRow) =>
    missing.size + passedOver.size === 0 ||
    (!missing.has(segmentKey(row)) && !passedOver.has(segmentKey(row)));

  /** One that is gone was dropped a moment ago, and isn't listed any more; or it is lost, and so may others be. */
  function openPairOf(row: SegmentRow): OpenPair {
    try {
      return openPair(folder, row);
    } catch (error) {
      for (const other of error instanceof StaleSnapshotError ? list.all() : [])
        if (!existsSync(segmentFile(folder, other))) missing.add(segmentKey(other));
      throw error;
    }
  }

  function pairOf(row: SegmentRow): OpenPair {
    const key = segmentKey(row);
    const pair = pairs.get(key) ?? openPairOf(row);
    pairs.delete(key);
    pairs.set(key, pair);
    refreshIndex(pair, row);
    return pair;
  }

  /** Opens an index that is new, and one that was made anew in the place of the one that is open. */
  function refreshIndex(pair: OpenPair, row: SegmentRow): void {
    if (pair.inUse !== undefined || pair.isIndexComplete) return;
    const file = pair.indexFile;
    const inode = inodeOf(file);
    if (inode !== undefined && inode === pair.damagedInode) return;
    if (pair.index !== undefined && pair.indexInode === inode) return;
    pair.index?.database.close();
    pair.index = inode === undefined ? undefined : openIfThere(file, segmentKey(row));
    pair.indexInode = inode;
  }

  function use(pair: OpenPair, row: SegmentRow): ReadSegment {
    // The index first: what it doesn't have yet is then in the segment's snapshot for certain.
    const index = pair.index === undefined ? undefined : snapshotOfIndex(pair.index);
    pair.isIndexComplete = index?.isComplete === true;
    pair.segment.prepared("BEGIN").run();
    return { row, prepared: pair.segment.prepared, overlay: pair.overlay, tell: pair.segment.tell, index };
  }

  /** Damage may show even here. */
  function endIndexSnapshot(pair: OpenPair): void {
    if (pair.index?.database.isTransaction !== true) return;
    try {
      pair.index.prepared("ROLLBACK").run();
    } catch {
      pair.index.database.close();
      pair.index = undefined;
      pair.isIndexComplete = false;
    }
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
    of: (project) => list.of(project).filter(isThere),
    all: () => list.all().filter((row) => row.state !== "dropped" && isThere(row)),
    oldest: (project) => list.of(project)[0],
    current(project) {
      const row = list.current(project);
      return row !== undefined && isThere(row) ? row : undefined;
    },
    open(row) {
      const pair = pairOf(row);
      pair.inUse ??= use(pair, row);
      return pair.inUse;
    },
    release() {
      for (const pair of pairs.values()) {
        if (pair.inUse === undefined) continue;
        pair.inUse = undefined;
        if (pair.segment.database.isTransaction) pair.segment.prepared("COMMIT").run();
        endIndexSnapshot(pair);
      }
      for (const [key, pair] of [...pairs].slice(0, Math.max(0, pairs.size - MOST_OPEN)))
        closePair(key, pair);
    },
    setIndexAside(key) {
      const pair = pairs.get(key);
      if (pair === undefined) return;
      const isStillThere = () => inodeOf(pair.indexFile) === pair.indexInode;
      // Another reader may have been quicker, and the indexer too.
      if (isStillThere()) setAside(pair.indexFile);
      pair.damagedInode = isStillThere() ? pair.indexInode : undefined;
      pair.index?.database.close();
      pair.index = undefined;
      pair.isIndexComplete = false;
    },
    passOver(key) {
      passedOver.add(key);
      const pair = pairs.get(key);
      if (pair !== undefined) closePair(key, pair);
    },
    passOverNone: () => passedOver.clear(),
    closeDropped() {
      const kept = new Set(list.all().flatMap((row) => (row.state === "dropped" ? [] : [segmentKey(row)])));
      closeUnless((key) => kept.has(key));
      // It may be there again.
      missing.clear();
    },
    close: () => closeUnless(() => false),
  };
}

function openPair(folder: string, row: SegmentRow): OpenPair {
  const segment = openSegmentToRead(folder, row);
  const noIndex = {
    indexFile: indexFile(folder, row),
    index: undefined,
    indexInode: undefined,
    damagedInode: undefined,
    isIndexComplete: false,
  };
  const overlay = orClose(segment.database, () => segmentOverlay(segment.prepared));
  return { segment, overlay, ...noIndex, inUse: undefined };
}

function inodeOf(file: string): number | undefined {
  return statSync(file, { throwIfNoEntry: false })?.ino;
}

/** The indexer may be making it, or making it anew. */
function openIfThere(file: string, key: string): OpenFile | undefined {
  try {
    const database = openToRead(file);
    const tell = tellDamageAs((cause) => new DamagedIndexError(key, cause));
    return { database, prepared: tellingDamage(prepareOnce(database), tell) };
  } catch {
    return undefined;
  }
}

/** What can't be read is as if it weren't there: the segment holds everything. */
function snapshotOfIndex({ prepared }: OpenFile): ReadIndex | undefined {
  prepared("BEGIN").run();
  return indexReading(prepared);
}
