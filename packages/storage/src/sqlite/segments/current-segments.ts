/** The segment of each project that is written to: made when it is needed, closed when it is too big or too old. */

import type { DatabaseSync } from "node:sqlite";
import type { Time } from "../../ports.ts";
import { inTransaction, prepare } from "../statement.ts";
import { closeSegmentRow } from "./close-segment.ts";
import { createSegment, segmentFile } from "./segment-file.ts";
import { segmentList } from "./segment-list.ts";
import { openSegmentWriter, type SegmentWriter } from "./segment-writer.ts";

/** When a segment is full. */
export interface SegmentLimits {
  readonly maxBytes: number;
  /** Between the first and the last receipt. */
  readonly maxAgeMs: number;
}

export interface CurrentSegments {
  /** The project's, or undefined while it has none. Opens it if need be. */
  existing(project: number): SegmentWriter | undefined;
  /** To be called between groups: makes the project's segment if it has none, and closes one that is too old for `at`, or of an earlier version. */
  provide(project: number, at: Time): SegmentWriter;
  /** To be called between groups: closes those that are too big. */
  closeFull(): void;
  /** To be called between groups: closes the project's, if it has one. */
  closeCurrent(project: number): void;
  /** To be called within a group: puts what was added into the files. */
  flush(): void;
  /** To be called when something was undone. */
  forget(): void;
  close(): void;
}

export function currentSegments(
  main: DatabaseSync,
  folder: string,
  limits: SegmentLimits,
  lastEntry: () => number,
): CurrentSegments {
  const list = segmentList(main);
  const open = new Map<number, SegmentWriter>();
  const counters = prepare<{ lastSegment: number; lastSample: number }>(
    main,
    "SELECT last_segment AS lastSegment, last_sample AS lastSample FROM projects WHERE row = ?",
  );
  const addRow = prepare(
    main,
    "INSERT INTO segments (project, number, state, first_entry, first_sample) VALUES (?, ?, 'current', ?, ?)",
  );
  const countRow = prepare(main, "UPDATE projects SET last_segment = ?2 WHERE row = ?1");

  function openWriter(project: number, number: number, lastSample: number): SegmentWriter {
    const segment = openSegmentWriter(segmentFile(folder, { project, number }), lastSample);
    open.set(project, segment);
    return segment;
  }

  function existing(project: number): SegmentWriter | undefined {
    const known = open.get(project);
    if (known !== undefined) return known;
    const row = list.current(project);
    return row === undefined ? undefined : openWriter(project, row.number, row.firstSample - 1);
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
    closeSegmentRow(main, segment.database, row, lastEntry());
    open.delete(project);
    segment.close();
  }

  return {
    existing,
    provide(project, at) {
      const segment = existing(project);
      const first = segment?.firstReceivedAt ?? at;
      if (segment !== undefined && !segment.isOld && at - first < limits.maxAgeMs) return segment;
      closeCurrent(project);
      return create(project);
    },
    closeFull() {
      for (const [project, segment] of open) if (segment.bytes() >= limits.maxBytes) closeCurrent(project);
    },
    closeCurrent,
    flush() {
      for (const segment of open.values()) segment.flush();
    },
    forget() {
      for (const segment of open.values()) segment.forget();
    },
    close() {
      for (const segment of open.values()) segment.close();
      open.clear();
    },
  };
}
