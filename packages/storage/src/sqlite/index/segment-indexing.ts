/** Bringing the index of one segment up to date, by steps. */

import { existsSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import {
  indexFile,
  openSegmentToRead,
  removeIndex,
  segmentFile,
  type SegmentName,
} from "../segments/segment-file.ts";
import { toLogRows, type LogBlockRow, type LogRow } from "../segments/log-blocks.ts";
import { isDamage, setAside } from "../damage.ts";
import { StaleSnapshotError } from "../open-to-read.ts";
import { inTransaction, orClose, prepare, type PrepareOnce } from "../statement.ts";
import { dropFreePages, dropLogs, textMerging } from "./finishing.ts";
import { openIndex } from "./index-file.ts";
import { logIndexing } from "./log-indexing.ts";
import { sampleIndexing } from "./sample-indexing.ts";
import { SamplesByVariable, type SampleToIndex } from "./samples-by-variable.ts";

export interface SegmentIndexing {
  /** Whether there is nothing left that could ever be added, and nothing to be tidied up. */
  readonly isComplete: boolean;
  /**
   * Indexes some of what isn't yet, and gives whether there may be more to do at once. `isClosed`: nothing is added any more.
   */
  step(isClosed: boolean): boolean;
  close(): void;
}

/** The samples of a step; one for all segments, which take their steps in turn. */
const waiting = new SamplesByVariable();

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
  const segment = openSegmentToRead(folder, name);
  const index = orClose(segment.database, () => {
    const opened = openOrRemake(folder, name);
    // The writer drops a segment before its index, and doesn't look again.
    if (!existsSync(segmentFile(folder, name))) throw dropped(folder, name, opened);
    return opened;
  });
  const statements = prepareAll(segment.prepared, index);
  const addLogs = logIndexing(index);
  const samples = sampleIndexing(index);
  const mergeTexts = textMerging(index);
  let isTidy = false;
  let { entry, sample, complete } = statements.through.get() ?? { entry: 0, sample: 0, complete: 0 };

  /** Whole blocks, so that the next step begins with one. */
  function readLogs(): readonly LogRow[] {
    const logs: LogRow[] = [];
    for (const block of statements.blocks.iterate(entry)) {
      const rows = segment.tell(() => toLogRows(block, { low: entry + 1, high: Infinity }));
      for (const log of rows) logs.push(log);
      if (logs.length >= LOGS_A_STEP) break;
    }
    return logs;
  }

  function stepLogs(): boolean {
    const logs = readLogs();
    const last = logs.at(-1)?.id;
    if (last === undefined) return false;
    inTransaction(index, () => {
      addLogs(logs);
      statements.saveEntry.run(last);
    });
    entry = last;
    return logs.length >= LOGS_A_STEP;
  }

  function stepSamples(): boolean {
    waiting.clear();
    let last = sample;
    // One by one: as a list they would take ten times as much memory, and the thread keeps what it took once.
    for (const row of statements.samples.iterate(sample, SAMPLES_A_STEP)) {
      waiting.add(row);
      last = row.number;
    }
    if (waiting.count === 0) return false;
    inTransaction(index, () => {
      samples.add(waiting);
      statements.saveSample.run(last);
    });
    sample = last;
    return waiting.count === SAMPLES_A_STEP;
  }

  function finish(): void {
    if (mergeTexts()) return;
    inTransaction(index, () => {
      samples.mergeAll();
      statements.complete.run();
    });
    complete = 1;
  }

  function tidyUp(): void {
    dropFreePages(index);
    isTidy = dropLogs(index, folder, name);
  }

  return {
    get isComplete() {
      return complete !== 0 && isTidy;
    },
    step(isClosed) {
      const hasMoreLogs = stepLogs();
      const hasMore = stepSamples() || hasMoreLogs;
      if (hasMore || !isClosed) return hasMore;
      if (complete === 0) {
        finish();
        return true;
      }
      tidyUp();
      return false;
    },
    close() {
      segment.database.close();
      index.close();
    },
  };
}

function dropped(folder: string, name: SegmentName, index: DatabaseSync): StaleSnapshotError {
  index.close();
  removeIndex(folder, name);
  return new StaleSnapshotError("a file is gone");
}

function openOrRemake(folder: string, name: SegmentName): DatabaseSync {
  try {
    return openIndex(indexFile(folder, name));
  } catch (error) {
    if (isDamage(error)) setAside(indexFile(folder, name));
    removeIndex(folder, name);
    return openIndex(indexFile(folder, name));
  }
}

function prepareAll(segment: PrepareOnce, index: DatabaseSync) {
  return {
    through: prepare<Through>(index, "SELECT entry, sample, complete FROM through"),
    saveEntry: prepare(index, "UPDATE through SET entry = ?"),
    saveSample: prepare(index, "UPDATE through SET sample = ?"),
    complete: prepare(index, "UPDATE through SET complete = 1"),
    blocks: segment<LogBlockRow>(
      "SELECT id, device, session, at, entries FROM log_blocks WHERE id > ? ORDER BY id",
    ),
    samples: segment<SampleToIndex & { readonly number: number }>(
      "SELECT number, variable, at, value FROM samples WHERE number > ? ORDER BY number LIMIT ?",
    ),
  };
}
