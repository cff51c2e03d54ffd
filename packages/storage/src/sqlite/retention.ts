/** Dropping segments that a project's retention no longer keeps: a file at a time, oldest first, never the current one. */

import type { DatabaseSync } from "node:sqlite";
import type { Dropped, Retention, Time } from "../ports.ts";
import type { CurrentSegments } from "./segments/current-segments.ts";
import { removeSegment, sizeOfSegment, type SegmentName } from "./segments/segment-file.ts";
import { segmentList, type SegmentRow } from "./segments/segment-list.ts";
import { prepare } from "./statement.ts";

export interface Retaining {
  /** Drops by steps; between two of them a group may be committed. */
  retain(now: Time): Iterator<void, Dropped>;
}

interface ProjectRow extends Retention {
  readonly row: number;
}

export function retention(main: DatabaseSync, folder: string, segments: CurrentSegments): Retaining {
  const list = segmentList(main);
  const projects = prepare<ProjectRow>(
    main,
    `SELECT row, max_age_ms AS maxAgeMs, max_bytes AS maxBytes FROM projects
     WHERE max_age_ms IS NOT NULL OR max_bytes IS NOT NULL`,
  );
  const mark = prepare(main, "UPDATE segments SET state = 'dropped' WHERE project = ? AND number = ?");
  const forgetRow = prepare(main, "DELETE FROM segments WHERE project = ? AND number = ?");

  /** Marked before its files go, so that a crash in between leaves nothing that is half there. */
  function drop(name: SegmentName): number {
    const bytes = sizeOfSegment(folder, name);
    mark.run(name.project, name.number);
    removeFiles(name);
    return bytes;
  }

  function removeFiles(name: SegmentName): void {
    try {
      removeSegment(folder, name);
    } catch {
      // Where an open file can't be removed, the next time will do.
      return;
    }
    forgetRow.run(name.project, name.number);
  }

  /** A current segment that is too old or too big alone is closed, to be dropped like the others. */
  function closeOverdue({ row, maxAgeMs, maxBytes }: ProjectRow, now: Time): void {
    const current = list.current(row);
    const lastReceivedAt = segments.existing(row)?.lastReceivedAt ?? null;
    if (current === undefined || lastReceivedAt === null) return;
    const isTooOld = maxAgeMs !== null && lastReceivedAt < now - maxAgeMs;
    const isTooBig = maxBytes !== null && sizeOfSegment(folder, current) > maxBytes;
    if (isTooOld || isTooBig) segments.closeCurrent(row);
  }

  function overdue({ row, maxAgeMs, maxBytes }: ProjectRow, now: Time): readonly SegmentRow[] {
    const all = list.of(row);
    let bytes = all.reduce((sum, segment) => sum + sizeOfSegment(folder, segment), 0);
    return all.filter((segment) => {
      if (segment.state !== "closed") return false;
      const isTooOld = maxAgeMs !== null && (segment.lastReceivedAt ?? 0) < now - maxAgeMs;
      const isTooMuch = maxBytes !== null && bytes > maxBytes;
      if (!isTooOld && !isTooMuch) return false;
      bytes -= sizeOfSegment(folder, segment);
      return true;
    });
  }

  return {
    *retain(now) {
      for (const row of list.all()) if (row.state === "dropped") removeFiles(row);
      let dropped: Dropped = { segments: 0, bytes: 0 };
      for (const project of projects.all()) {
        closeOverdue(project, now);
        for (const segment of overdue(project, now)) {
          const bytes = drop(segment);
          dropped = { segments: dropped.segments + 1, bytes: dropped.bytes + bytes };
          yield;
        }
      }
      return dropped;
    },
  };
}
