/**
 * Moves log entries and samples of the first version out of the main file into segments.
 *
 * Nothing leaves the main file before everything is in segments, and nobody uses the data until that is done. So a crash
 * anywhere is answered by beginning anew, and the last step is one transaction.
 */

import { rmSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { Time } from "../../ports.ts";
import { LogPacker } from "../../rules/log-blocks.ts";
import { databaseFile } from "../folder.ts";
import { openToRead } from "../open-to-read.ts";
import { currentSegments, type CurrentSegments } from "../segments/current-segments.ts";
import type { SegmentLimits } from "../segments/segment-limits.ts";
import type { Origin, SegmentWriter } from "../segments/segment-writer.ts";
import { giveRoomBack, inTransaction, prepare } from "../statement.ts";
import type { StoredValue } from "../../rules/values.ts";

/** Rows that are committed together. */
const ROWS_A_STEP = 10_000;

interface OldLog extends Origin {
  readonly id: number;
  readonly at: Time;
  readonly receivedAt: Time;
  /** Its rank. */
  readonly level: number;
  readonly message: string;
  /** JSON. */
  readonly fields: string | null;
}

interface OldSample {
  readonly at: Time;
  readonly receivedAt: Time;
  readonly variable: number;
  readonly value: StoredValue;
}

/** Does nothing where it has been done. */
export function moveOldRows(main: DatabaseSync, folder: string, limits: SegmentLimits): void {
  const table = prepare<{ name: string }>(main, "SELECT name FROM sqlite_schema WHERE name = 'logs'").get();
  if (table === undefined) return;
  beginAnew(main, folder);
  const hasMoved = moveProjects(main, folder, limits);
  inTransaction(main, () => main.exec("DROP TABLE logs; DROP TABLE samples"));
  if (hasMoved) giveRoomBack(main);
}

function beginAnew(main: DatabaseSync, folder: string): void {
  inTransaction(main, () =>
    main.exec("DELETE FROM segments; UPDATE projects SET last_segment = 0, last_sample = 0"),
  );
  rmSync(join(folder, "segments"), { recursive: true, force: true });
}

function moveProjects(main: DatabaseSync, folder: string, limits: SegmentLimits): boolean {
  const from = openToRead(databaseFile(folder));
  let lastId = 0;
  const segments = currentSegments(main, folder, limits, () => lastId);
  try {
    const projects = prepare<{ row: number }>(from, "SELECT row FROM projects ORDER BY row").all();
    const moved = projects.map(({ row }) => {
      const logs = prepare<OldLog>(from, SELECT_LOGS).iterate(row);
      const hasLogs = move(segments, row, logs, (segment, log) => {
        addLog(segment, log);
        lastId = log.id;
      });
      // Logs and samples are each in order of receipt; a segment with both would be kept as long as the younger.
      segments.closeCurrent(row);
      const samples = prepare<OldSample>(from, SELECT_SAMPLES).iterate(row);
      const hasSamples = move(segments, row, samples, addSample);
      lastId = 0;
      return hasLogs || hasSamples;
    });
    return moved.includes(true);
  } finally {
    segments.close();
    from.close();
  }
}

/** Moves a project's rows by steps, into as many segments as it takes. */
function move<Row extends { readonly receivedAt: Time }>(
  segments: CurrentSegments,
  project: number,
  rows: Iterable<Row>,
  add: (segment: SegmentWriter, row: Row) => void,
): boolean {
  let step: Row[] = [];
  let hasMoved = false;
  const commitStep = () => {
    const first = step[0];
    if (first === undefined) return;
    const segment = segments.provide(project, first.receivedAt);
    inTransaction(segment.database, () => {
      for (const row of step) add(segment, row);
      segment.flush();
    });
    segments.closeFull();
    step = [];
    hasMoved = true;
  };
  for (const row of rows) {
    step.push(row);
    if (step.length >= ROWS_A_STEP) commitStep();
  }
  commitStep();
  return hasMoved;
}

function addLog(segment: SegmentWriter, log: OldLog): void {
  const packer = new LogPacker((block) => segment.addLogs(log.id, log, block));
  packer.add(log.at, log.receivedAt, log.level, log.message, log.fields);
  packer.flush();
}

function addSample(segment: SegmentWriter, { variable, at, receivedAt, value }: OldSample): void {
  segment.addSample(variable, at, receivedAt - at, value);
}

const SELECT_LOGS = `
  SELECT id, device, session, at, received_at AS receivedAt, level, message, fields FROM logs
  WHERE project = ? ORDER BY id`;

/** SQLite sorts them on the disk, so none of this is in memory. */
const SELECT_SAMPLES = `
  SELECT samples.variable, samples.at, samples.received_at AS receivedAt, samples.value
  FROM samples JOIN variables ON variables.row = samples.variable JOIN devices ON devices.row = variables.device
  WHERE devices.project = ? ORDER BY samples.received_at, samples.variable, samples.at, samples.tie`;
