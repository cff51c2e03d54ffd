/**
 * Dropping segments that a project's retention no longer keeps: a file at a time, oldest first, never the current one.
 * What doesn't find room on the disk for what it notes is lent the reserve's.
 */

import type { DatabaseSync } from "node:sqlite";
import type { Dropped, Retention, Time } from "../ports.ts";
import type { Reserve } from "./reserve.ts";
import type { CurrentSegments } from "./segments/current-segments.ts";
import { segmentLosses } from "./segments/losses.ts";
import { removeSegment, sizeOfSegment, type SegmentName } from "./segments/segment-file.ts";
import { segmentList, type SegmentRow } from "./segments/segment-list.ts";
import { prepare } from "./statement.ts";

/** Drops by steps; between two of them a group may be committed. */
export type RetainSteps<Result> = Iterator<void, Result>;

export interface Retaining {
  retain(now: Time): RetainSteps<Dropped>;
  /** To be called when a segment of a project has ended: what is too much by its size goes at once. */
  trim(project: number): RetainSteps<unknown>;
}

interface ProjectRow extends Retention {
  readonly row: number;
}

export function retention(
  main: DatabaseSync,
  folder: string,
  segments: CurrentSegments,
  reserve: Reserve,
): Retaining {
  const list = segmentList(main);
  const projects = prepare<ProjectRow>(
    main,
    `${SELECT_PROJECT} WHERE max_age_ms IS NOT NULL OR max_bytes IS NOT NULL`,
  );
  const limited = prepare<ProjectRow>(main, `${SELECT_PROJECT} WHERE row = ? AND max_bytes IS NOT NULL`);
  const mark = prepare(main, "UPDATE segments SET state = 'dropped' WHERE project = ? AND number = ?");
  const losses = segmentLosses(folder);
  const forgetRow = prepare(main, "DELETE FROM segments WHERE project = ? AND number = ?");

  /** Marked before its files go, so that a crash in between leaves nothing that is half there. */
  function drop(name: SegmentName): number {
    const bytes = sizeOfSegment(folder, name);
    reserve.lend(() => mark.run(name.project, name.number));
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
    reserve.lend(() => forgetRow.run(name.project, name.number));
  }

  /** A current segment is closed when it is old enough for the project, or too big alone: it can be dropped like the others then. */
  function closeOverdue({ row, maxBytes }: ProjectRow, now: Time): void {
    const current = list.current(row);
    const firstReceivedAt = segments.existing(row)?.firstReceivedAt ?? null;
    if (current === undefined || firstReceivedAt === null) return;
    const isTooOld = firstReceivedAt <= now - segments.limitsOf(row).maxAgeMs;
    const isTooBig = maxBytes !== null && sizeOfSegment(folder, current) > maxBytes;
    if (isTooOld || isTooBig) reserve.lend(() => segments.closeCurrent(row));
  }

  /** Without `now`, only what is too much. */
  function overdue({ row, maxAgeMs, maxBytes }: ProjectRow, now?: Time): readonly SegmentRow[] {
    const all = list.of(row);
    let bytes = all.reduce((sum, segment) => sum + sizeOfSegment(folder, segment), 0);
    const oldest = maxAgeMs === null || now === undefined ? -Infinity : now - maxAgeMs;
    return all.filter((segment) => {
      if (segment.state !== "closed") return false;
      const isTooOld = (segment.lastReceivedAt ?? 0) < oldest;
      const isTooMuch = maxBytes !== null && bytes > maxBytes;
      if (!isTooOld && !isTooMuch) return false;
      bytes -= sizeOfSegment(folder, segment);
      return true;
    });
  }

  function* dropAll(rows: readonly SegmentRow[]): Generator<void, Gone> {
    let dropped = NOTHING;
    for (const row of rows) {
      dropped = add(dropped, { segments: 1, bytes: drop(row) });
      yield;
    }
    return dropped;
  }

  return {
    *retain(now) {
      reserve.lend(() => segments.lookAgain());
      for (const row of list.all()) if (row.state === "dropped") removeFiles(row);
      const lost = losses.find(list.all());
      let dropped = NOTHING;
      for (const project of projects.all()) {
        closeOverdue(project, now);
        dropped = add(dropped, yield* dropAll(overdue(project, now)));
      }
      reserve.fill();
      return { ...dropped, ...lost };
    },
    *trim(row) {
      const project = limited.get(row);
      return project === undefined ? NOTHING : yield* dropAll(overdue(project));
    },
  };
}

const SELECT_PROJECT = "SELECT row, max_age_ms AS maxAgeMs, max_bytes AS maxBytes FROM projects";

/** What went, and how much it was. */
type Gone = Pick<Dropped, "segments" | "bytes">;

const NOTHING: Gone = { segments: 0, bytes: 0 };

function add(one: Gone, other: Gone): Gone {
  return { segments: one.segments + other.segments, bytes: one.bytes + other.bytes };
}
