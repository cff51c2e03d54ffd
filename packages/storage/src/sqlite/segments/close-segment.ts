/** Closing a segment: what it says about sessions, devices and variables goes into the main file, in one transaction with its end. */

import type { DatabaseSync } from "node:sqlite";
import type { Time } from "../../ports.ts";
import { inTransaction, prepare, type PrepareOnce } from "../statement.ts";
import type { StoredValue } from "../../rules/values.ts";
import type { SegmentName } from "./segment-file.ts";
import type { SegmentRow } from "./segment-list.ts";

interface ProgressRow {
  readonly session: number;
  readonly device: number;
  readonly acknowledged: number;
  readonly missed: number;
  readonly seenAt: Time;
}

interface ReportedRow {
  readonly variable: number;
  readonly value: StoredValue;
  readonly at: Time;
  readonly receivedAt: Time;
}

interface Span {
  readonly first: Time | null;
  readonly last: Time | null;
}

interface SegmentEnd extends Span {
  readonly lastSample: number | null;
}

export function closeSegmentRow(
  main: DatabaseSync,
  segment: PrepareOnce,
  { project, number, firstSample }: SegmentRow,
  lastEntry: number,
): void {
  const end = readEnd(segment);
  const lastSample = end.lastSample ?? firstSample - 1;
  inTransaction(main, () => {
    foldProgress(main, segment);
    foldReported(main, segment);
    closeRow(main, { project, number, lastEntry, lastSample, first: end.first, last: end.last });
  });
}

/** What is known of it all the same. */
interface LostEnd {
  readonly lastEntry: number;
  readonly lastSample?: number;
  readonly last: Time | null;
}

/** More samples than any segment holds. */
const MOST_SAMPLES = 20_000_000;

/** Closes one whose file is gone or damaged: what it said can't be told any more, but should the file come back, it is read. */
export function closeLostRow(
  main: DatabaseSync,
  { project, number, firstSample }: SegmentRow,
  { lastSample = firstSample + MOST_SAMPLES, ...end }: LostEnd,
): void {
  inTransaction(main, () => closeRow(main, { project, number, lastSample, first: null, ...end }));
}

interface ClosedRow extends SegmentName, Span {
  readonly lastEntry: number;
  readonly lastSample: number;
}

function closeRow(main: DatabaseSync, row: ClosedRow): void {
  const { project, number, lastEntry, lastSample, first, last } = row;
  prepare(
    main,
    `UPDATE segments SET state = 'closed', last_entry = ?3, last_sample = ?4, first_received_at = ?5,
       last_received_at = ?6
     WHERE project = ?1 AND number = ?2`,
  ).run(project, number, lastEntry, lastSample, first, last);
  prepare(main, "UPDATE projects SET last_sample = ?2 WHERE row = ?1").run(project, lastSample);
}

function readEnd(segment: PrepareOnce): SegmentEnd {
  const read = segment<SegmentEnd>(
    `SELECT first_received_at AS first, last_received_at AS last,
       (SELECT max(number) FROM samples) AS lastSample FROM span`,
  );
  return read.get() ?? { first: null, last: null, lastSample: null };
}

function foldProgress(main: DatabaseSync, segment: PrepareOnce): void {
  const seeSession = prepare(
    main,
    `UPDATE sessions SET acknowledged = max(acknowledged, ?2), missed = missed + ?3, seen_at = max(seen_at, ?4)
     WHERE row = ?1`,
  );
  const seeDevice = prepare(main, "UPDATE devices SET last_seen = max(last_seen, ?2) WHERE row = ?1");
  const rows = segment<ProgressRow>(
    "SELECT session, device, acknowledged, missed, seen_at AS seenAt FROM progress",
  );
  for (const { session, device, acknowledged, missed, seenAt } of rows.iterate()) {
    seeSession.run(session, acknowledged, missed, seenAt);
    seeDevice.run(device, seenAt);
  }
}

function foldReported(main: DatabaseSync, segment: PrepareOnce): void {
  const report = prepare(main, "UPDATE variables SET value = ?2, at = ?3, received_at = ?4 WHERE row = ?1");
  const rows = segment<ReportedRow>("SELECT variable, value, at, received_at AS receivedAt FROM reported");
  for (const { variable, value, at, receivedAt } of rows.iterate())
    report.run(variable, value, at, receivedAt);
}
