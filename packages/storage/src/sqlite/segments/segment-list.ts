/** The segments there are, as the main file lists them. */

import type { DatabaseSync } from "node:sqlite";
import type { Time } from "../../ports.ts";
import { prepare } from "../statement.ts";
import type { SegmentName } from "./segment-file.ts";

export interface SegmentRow extends SegmentName {
  /** To one that is current things are added. One that is dropped only waits for its files to go. */
  readonly state: "current" | "closed" | "dropped";
  /** Ids and samples in it are between these; the last are null, like the times, until it is closed. */
  readonly firstEntry: number;
  readonly lastEntry: number | null;
  readonly firstSample: number;
  readonly lastSample: number | null;
  readonly firstReceivedAt: Time | null;
  readonly lastReceivedAt: Time | null;
}

export interface SegmentList {
  /** Those of a project that hold something, oldest first. */
  of(project: number): readonly SegmentRow[];
  current(project: number): SegmentRow | undefined;
  /** Those of all projects, dropped ones too. */
  all(): readonly SegmentRow[];
}

export function segmentList(main: DatabaseSync): SegmentList {
  const of = prepare<SegmentRow>(main, `${SELECT} WHERE project = ? AND state <> 'dropped' ORDER BY number`);
  const current = prepare<SegmentRow>(main, `${SELECT} WHERE project = ? AND state = 'current'`);
  const all = prepare<SegmentRow>(main, `${SELECT} ORDER BY project, number`);
  return {
    of: (project) => of.all(project),
    current: (project) => current.get(project),
    all: () => all.all(),
  };
}

const SELECT = `
  SELECT project, number, state, first_entry AS firstEntry, last_entry AS lastEntry, first_sample AS firstSample,
    last_sample AS lastSample, first_received_at AS firstReceivedAt, last_received_at AS lastReceivedAt
  FROM segments`;
