/** Bringing the index of one segment up to date, by steps. */

import type { DatabaseSync } from "node:sqlite";
import { openToRead } from "../open-to-read.ts";
import {
  openSegment,
  indexFile,
  segmentFile,
  sizeOfFile,
  removeIndex,
  type SegmentName,
} from "../segments/segment-file.ts";
import { inTransaction, prepare } from "../statement.ts";
import { openIndex } from "./index-file.ts";
import { logIndexing, type LogToIndex } from "./log-indexing.ts";
import { sampleIndexing, type SampleToIndex } from "./sample-indexing.ts";

export interface SegmentIndexing {
  /** Whether there is nothing left that could ever be added. */
  readonly isComplete: boolean;
  /** Indexes some of what isn't yet, and gives whether there may be more. `isClosed`: nothing is added any more. */
  step(isClosed: boolean): boolean;
  close(): void;
}

/** What is taken on in one step, and committed with it. */
const LOGS_A_STEP = 8_192;
const SAMPLES_A_STEP = 262_144;

interface Through {
  readonly entry: number;
  readonly sample: number;
  readonly complete: number;
}

/** Opens the index beside the segment; one that can't be read is made anew. */
export function openSegmentIndexing(folder: string, name: SegmentName): SegmentIndexing {
  const segment = openToRead(segmentFile(folder, name));
  let index: DatabaseSync;
  try {
    index = openOrRemake(folder, name);
  } catch (error) {
    segment.close();
    throw error;
  }
  const statements = prepareAll(segment, index);
  const addLogs = logIndexing(index);
  const samples = sampleIndexing(index);
  let { entry, sample, complete } = statements.through.get() ?? { entry: 0, sample: 0, complete: 0 };

  function stepLogs(): boolean {
    const logs = statements.logs.all(entry, LOGS_A_STEP);
    const last = logs.at(-1)?.id;
    if (last === undefined) return false;
    inTransaction(index, () => {
      addLogs(logs);
      statements.saveEntry.run(last);
    });
    entry = last;
    return logs.length === LOGS_A_STEP;
  }

  function stepSamples(): boolean {
    const rows = statements.samples.all(sample, SAMPLES_A_STEP);
    const last = rows.at(-1)?.number;
    if (last === undefined) return false;
    inTransaction(index, () => {
      samples.add(rows);
      statements.saveSample.run(last);
    });
    sample = last;
    return rows.length === SAMPLES_A_STEP;
  }

  function finish(): void {
    inTransaction(index, () => {
      samples.mergeAll();
      index.exec("INSERT INTO texts (texts) VALUES ('optimize'); UPDATE through SET complete = 1");
    });
    complete = 1;
  }

  return {
    get isComplete() {
      return complete !== 0;
    },
    step(isClosed) {
      const hasMoreLogs = stepLogs();
      const hasMore = stepSamples() || hasMoreLogs;
      if (!hasMore && isClosed && complete === 0) finish();
      return hasMore;
    },
    close() {
      segment.close();
      index.close();
      const file = segmentFile(folder, name);
      if (complete !== 0 && sizeOfFile(`${file}-wal`) > 0) putLogBack(file);
    },
  };
}

function openOrRemake(folder: string, name: SegmentName): DatabaseSync {
  try {
    return openIndex(indexFile(folder, name));
  } catch {
    removeIndex(folder, name);
    return openIndex(indexFile(folder, name));
  }
}

/** Nothing is added to a closed segment any more, so its write-ahead log needn't stay. */
function putLogBack(file: string): void {
  const database = openSegment(file);
  try {
    database.exec("PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint (TRUNCATE)");
  } finally {
    database.close();
  }
}

function prepareAll(segment: DatabaseSync, index: DatabaseSync) {
  return {
    through: prepare<Through>(index, "SELECT entry, sample, complete FROM through"),
    saveEntry: prepare(index, "UPDATE through SET entry = ?"),
    saveSample: prepare(index, "UPDATE through SET sample = ?"),
    logs: prepare<LogToIndex>(
      segment,
      "SELECT id, device, session, at, level, message FROM logs WHERE id > ? ORDER BY id LIMIT ?",
    ),
    samples: prepare<SampleToIndex & { readonly number: number }>(
      segment,
      "SELECT number, variable, at, value FROM samples WHERE number > ? ORDER BY number LIMIT ?",
    ),
  };
}
