/** Adding to a segment. Everything here runs inside a group's transaction. */

import type { JsonObject } from "@wheelhouse/protocol";
import type { DatabaseSync } from "node:sqlite";
import type { DeviceBatch, MarkerRecord, Sample, Time } from "../../ports.ts";
import { levelRank } from "../../rules/logs.ts";
import { prepare } from "../statement.ts";
import { toStored } from "../values.ts";
import { segmentOverlay, type SegmentOverlay } from "./overlay.ts";
import { openSegment } from "./segment-file.ts";

/** The rows that tell whose an entry is. */
export interface Origin {
  readonly session: number | null;
  readonly device: number;
}

export interface SegmentWriter {
  readonly database: DatabaseSync;
  /** What it says so far, also what the running group does. */
  readonly overlay: SegmentOverlay;
  /** When the first entry was received; null while there is none. */
  readonly firstReceivedAt: Time | null;
  readonly lastReceivedAt: Time | null;
  see(
    origin: { readonly session: number; readonly device: number },
    seq: number,
    missed: number,
    at: Time,
  ): void;
  addLogs(origin: Origin, firstId: number, logs: DeviceBatch["logs"]): void;
  addMarker(
    marker: MarkerRecord,
    origin: { readonly session: number | null; readonly device: number | null },
  ): void;
  /** History only: see `report`. */
  addSample(variable: number, sample: Sample): void;
  report(variable: number, sample: Sample): void;
  bytes(): number;
  /** To be called when something was undone. */
  forget(): void;
  close(): void;
}

interface Span {
  readonly first: Time | null;
  readonly last: Time | null;
}

/** The sample after `lastSample` is the first that is added, if there is none yet. */
export function openSegmentWriter(file: string, lastSample: number): SegmentWriter {
  const database = openSegment(file);
  const statements = prepareAll(database);
  const readSpan = (): Span => statements.span.get() ?? { first: null, last: null };
  const readLastSample = () => statements.lastSample.get()?.number ?? lastSample;
  let span = readSpan();
  let sample = readLastSample();

  /** Takes a time of receipt into the span of the segment. */
  function widen(at: Time): void {
    const first = Math.min(span.first ?? at, at);
    const last = Math.max(span.last ?? at, at);
    if (first === span.first && last === span.last) return;
    span = { first, last };
    statements.saveSpan.run(first, last);
  }

  return {
    database,
    overlay: segmentOverlay(database),
    get firstReceivedAt() {
      return span.first;
    },
    get lastReceivedAt() {
      return span.last;
    },
    see({ session, device }, seq, missed, at) {
      statements.see.run(session, device, seq, missed, at);
    },
    addLogs({ session, device }, firstId, logs) {
      let id = firstId;
      for (const { at, receivedAt, level, message, fields } of logs) {
        widen(receivedAt);
        statements.addLog.run(
          id,
          device,
          session,
          at,
          receivedAt - at,
          levelRank(level),
          message,
          toFields(fields),
        );
        id += 1;
      }
    },
    addMarker({ id, at, receivedAt, name, fields, by }, { session, device }) {
      widen(receivedAt);
      statements.addMarker.run(id, device, session, at, receivedAt - at, name, toFields(fields), by);
    },
    addSample(variable, { at, receivedAt, value }) {
      widen(receivedAt);
      sample += 1;
      statements.addSample.run(sample, variable, at, receivedAt - at, toStored(value));
    },
    report(variable, { at, receivedAt, value }) {
      statements.report.run(variable, toStored(value), at, receivedAt);
    },
    bytes: () => statements.bytes.get()?.bytes ?? 0,
    forget() {
      span = readSpan();
      sample = readLastSample();
    },
    close: () => database.close(),
  };
}

function prepareAll(database: DatabaseSync) {
  return {
    see: prepare(
      database,
      `INSERT INTO progress (session, device, acknowledged, missed, seen_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (session) DO UPDATE SET acknowledged = max(acknowledged, excluded.acknowledged),
         missed = missed + excluded.missed, seen_at = max(seen_at, excluded.seen_at)`,
    ),
    addLog: prepare(
      database,
      `INSERT INTO logs (id, device, session, at, delay, level, message, fields) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    addMarker: prepare(
      database,
      `INSERT INTO markers (id, device, session, at, delay, name, fields, by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    addSample: prepare(
      database,
      "INSERT INTO samples (number, variable, at, delay, value) VALUES (?, ?, ?, ?, ?)",
    ),
    report: prepare(
      database,
      "INSERT OR REPLACE INTO reported (variable, value, at, received_at) VALUES (?, ?, ?, ?)",
    ),
    span: prepare<Span>(database, "SELECT first_received_at AS first, last_received_at AS last FROM span"),
    saveSpan: prepare(database, "UPDATE span SET first_received_at = ?, last_received_at = ?"),
    lastSample: prepare<{ number: number | null }>(database, "SELECT max(number) AS number FROM samples"),
    bytes: prepare<{ bytes: number }>(
      database,
      "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size",
    ),
  };
}

function toFields(fields: JsonObject | null): string | null {
  return fields === null ? null : JSON.stringify(fields);
}
