/** The segment of each project that is written to: made when it is needed, closed when it is too big or too old. */

import { existsSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { KEEP_ALL, type Retention, type Time } from "../../ports.ts";
import { DamagedSegmentError } from "../damage.ts";
import { inTransaction, prepare } from "../statement.ts";
import { closeLostRow, closeSegmentRow } from "./close-segment.ts";
import { createSegment, segmentFile, type SegmentName } from "./segment-file.ts";
import { limitsWithin, type SegmentLimits } from "./segment-limits.ts";
import { segmentList } from "./segment-list.ts";
import { openSegmentWriter, type SegmentWriter } from "./segment-writer.ts";

export interface CurrentSegments {
  /** The project's, or undefined while it has none, or its file is gone or damaged. Opens it if need be. */
  existing(project: number): SegmentWriter | undefined;
  /** When the project's segments end. */
  limitsOf(project: number): SegmentLimits;
  /** To be called between groups: makes the project's segment if it has none, and closes one that is too old for `at`, or spent. */
  provide(project: number, at: Time): SegmentWriter;
  /** To be called between groups: closes those that are too big, and gives whose they were. */
  closeFull(): readonly number[];
  /** Those that had grown, when `closeFull` looked, by {@link CHECKPOINT_BYTES} since they were opened or given. */
  takeGrown(): readonly SegmentName[];
  /** To be called between groups: closes the project's, if it has one. */
  closeCurrent(project: number): void;
  /** To be called between groups, once in a while: what the projects keep may have changed, and files may be gone. */
  lookAgain(): void;
  /** To be called within a group: puts what was added into the files. */
  flush(): void;
  /** To be called when something was undone. */
  forget(): void;
  close(): void;
}

/** What a segment grows by until its write-ahead log is copied into it; half of what makes the writer do that itself. */
const CHECKPOINT_BYTES = 16 * 1_024 * 1_024;

export function currentSegments(
  main: DatabaseSync,
  folder: string,
  limits: SegmentLimits,
  lastEntry: () => number,
): CurrentSegments {
  const list = segmentList(main);
  const open = new Map<number, OpenSegment>();
  const counters = prepare<{ lastSegment: number; lastSample: number }>(
    main,
    "SELECT last_segment AS lastSegment, last_sample AS lastSample FROM projects WHERE row = ?",
  );
  const addRow = prepare(
    main,
    "INSERT INTO segments (project, number, state, first_entry, first_sample) VALUES (?, ?, 'current', ?, ?)",
  );
  const countRow = prepare(main, "UPDATE projects SET last_segment = ?2 WHERE row = ?1");
  const retention = prepare<Retention>(
    main,
    "SELECT max_age_ms AS maxAgeMs, max_bytes AS maxBytes FROM projects WHERE row = ?",
  );

  const readLimits = (project: number) => limitsWithin(limits, retention.get(project) ?? KEEP_ALL);

  function openWriter(project: number, number: number, lastSample: number): SegmentWriter {
    const file = segmentFile(folder, { project, number });
    const writer = openSegmentWriter(folder, { project, number }, lastSample);
    const own = readLimits(project);
    writer.limitLog(own.maxBytes);
    const bytes = writer.bytes();
    open.set(project, { number, writer, file, limits: own, bytes, checkpointed: bytes });
    return writer;
  }

  function existing(project: number): SegmentWriter | undefined {
    const known = open.get(project);
    if (known !== undefined) return known.writer;
    const row = list.current(project);
    if (row === undefined || !existsSync(segmentFile(folder, row))) return undefined;
    try {
      return openWriter(project, row.number, row.firstSample - 1);
    } catch (error) {
      if (error instanceof DamagedSegmentError) return undefined;
      throw error;
    }
  }

  function create(project: number): SegmentWriter {
    const { lastSegment = 0, lastSample = 0 } = counters.get(project) ?? {};
    const number = lastSegment + 1;
    createSegment(folder, { project, number });
    inTransaction(main, () => {
      addRow.run(project, number, lastEntry() + 1, lastSample + 1);
      countRow.run(project, number);
    });
    return openWriter(project, number, lastSample);
  }

  function closeCurrent(project: number): void {
    const segment = existing(project);
    const row = list.current(project);
    if (segment === undefined || row === undefined) return;
    try {
      closeSegmentRow(main, segment.prepared, row, lastEntry());
    } catch (error) {
      if (!(error instanceof DamagedSegmentError)) throw error;
      closeLostRow(main, row, {
        lastEntry: lastEntry(),
        lastSample: segment.lastSample,
        last: segment.lastReceivedAt,
      });
    }
    open.delete(project);
    segment.close();
  }

  return {
    existing,
    limitsOf: (project) => open.get(project)?.limits ?? readLimits(project),
    provide(project, at) {
      const segment = existing(project);
      const first = segment?.firstReceivedAt ?? at;
      const { maxAgeMs } = open.get(project)?.limits ?? limits;
      if (segment !== undefined && !segment.isSpent && at - first < maxAgeMs) return segment;
      closeCurrent(project);
      const lost = list.current(project);
      if (lost !== undefined) closeLostRow(main, lost, { lastEntry: lastEntry(), last: at });
      return create(project);
    },
    closeFull() {
      const closed: number[] = [];
      for (const [project, segment] of open) {
        segment.bytes = segment.writer.bytes();
        if (segment.bytes < segment.limits.maxBytes) continue;
        closeCurrent(project);
        closed.push(project);
      }
      return closed;
    },
    takeGrown() {
      const grown: SegmentName[] = [];
      for (const [project, segment] of open) {
        if (segment.bytes - segment.checkpointed < CHECKPOINT_BYTES) continue;
        segment.checkpointed = segment.bytes;
        grown.push({ project, number: segment.number });
      }
      return grown;
    },
    closeCurrent,
    lookAgain() {
      for (const [project, segment] of open) {
        segment.limits = readLimits(project);
        // What goes into a file without a name is lost when it is closed, but not yet.
        if (!existsSync(segment.file)) closeCurrent(project);
      }
    },
    flush() {
      for (const { writer } of open.values()) writer.flush();
    },
    forget() {
      for (const { writer } of open.values()) writer.forget();
    },
    close() {
      for (const { writer } of open.values()) writer.close();
      open.clear();
    },
  };
}

interface OpenSegment {
  readonly number: number;
  readonly writer: SegmentWriter;
  readonly file: string;
  limits: SegmentLimits;
  /** After the last group. */
  bytes: number;
  /** Its bytes when it was last time to checkpoint it. */
  checkpointed: number;
}
