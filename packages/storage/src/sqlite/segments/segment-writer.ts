/**
 * Adding to a segment. Everything here runs inside a group's transaction. What is added waits in memory for the others of the
 * group, and is in the file after `flush`.
 */

import type { DatabaseSync } from "node:sqlite";
import type { MarkerRecord, Time } from "../../ports.ts";
import type { LogBlock } from "../../rules/log-blocks.ts";
import { toFieldsText, type StoredValue } from "../../rules/values.ts";
import { rowAdder } from "../row-adder.ts";
import { orClose, type PrepareOnce } from "../statement.ts";
import { isOfRows, LOG_BLOCKS_TABLE } from "./log-blocks.ts";
import { segmentOverlay, type SegmentOverlay } from "./overlay.ts";
import { openSegmentToWrite, type OpenSegment, type SegmentName } from "./segment-file.ts";

/** The rows that tell whose an entry is. */
export interface Origin {
  readonly session: number | null;
  readonly device: number;
}

export interface SegmentWriter {
  readonly database: DatabaseSync;
  readonly prepared: PrepareOnce;
  /** It has to be closed before anything is added: it is of an earlier version, or damaged. */
  readonly isSpent: boolean;
  /** What it says so far, also what the running group does. */
  readonly overlay: SegmentOverlay;
  /** When the first entry was received; null while there is none. */
  readonly firstReceivedAt: Time | null;
  readonly lastReceivedAt: Time | null;
  /** The number of the last sample; the one before its first while there is none. */
  readonly lastSample: number;
  see(
    origin: { readonly session: number; readonly device: number },
    seq: number,
    missed: number,
    at: Time,
  ): void;
  /** The first one has that id, and the others those that follow. */
  addLogs(id: number, origin: Origin, block: LogBlock<string | Uint8Array>): void;
  addMarker(
    marker: MarkerRecord,
    origin: { readonly session: number | null; readonly device: number | null },
  ): void;
  /** History only: see `report`. */
  addSample(variable: number, at: Time, delay: number, value: StoredValue): void;
  report(variable: number, value: StoredValue, at: Time, receivedAt: Time): void;
  /** Puts what was added into the file, within the running transaction. */
  flush(): void;
  bytes(): number;
  /** Has its write-ahead log copied into the file once that is as big as the half of so many bytes. */
  limitLog(bytes: number): void;
  /** To be called when something was undone. */
  forget(): void;
  close(): void;
}

interface Span {
  readonly first: Time | null;
  readonly last: Time | null;
}

/** What a group says of a session. */
interface Seen {
  readonly device: number;
  seq: number;
  missed: number;
  at: Time;
}

/** The sample after `lastSample` is the first that is added, if there is none yet. */
export function openSegmentWriter(folder: string, name: SegmentName, lastSample: number): SegmentWriter {
  const segment = openSegmentToWrite(folder, name);
  return orClose(segment.database, () => writerOf(segment, lastSample));
}

function writerOf(segment: OpenSegment, lastSample: number): SegmentWriter {
  const { database, prepared } = segment;
  const isOld = isOfRows(prepared);
  if (isOld) database.exec(LOG_BLOCKS_TABLE);
  const statements = prepareAll(prepared);
  const { logs, samples, progress, reports } = statements;
  const overlay = segmentOverlay(prepared);
  const readSpan = (): Span => statements.span.get() ?? { first: null, last: null };
  const readLastSample = () => statements.lastSample.get()?.number ?? lastSample;
  const seen = new Map<number, Seen>();
  let span = readSpan();
  let isWider = false;
  let sample = readLastSample();

  /** Takes a time of receipt into the span of the segment. */
  function widen(at: Time): void {
    const first = Math.min(span.first ?? at, at);
    const last = Math.max(span.last ?? at, at);
    if (first === span.first && last === span.last) return;
    span = { first, last };
    isWider = true;
  }

  function flush(): void {
    for (const [session, { device, seq, missed, at }] of seen) progress.add(session, device, seq, missed, at);
    seen.clear();
    for (const rows of [progress, samples, reports, logs]) rows.flush();
    if (isWider) statements.saveSpan.run(span.first, span.last);
    isWider = false;
  }

  return {
    database,
    prepared,
    get isSpent() {
      return isOld || segment.isDamaged;
    },
    get overlay() {
      flush();
      return overlay;
    },
    get firstReceivedAt() {
      return span.first;
    },
    get lastReceivedAt() {
      return span.last;
    },
    get lastSample() {
      return sample;
    },
    see({ session, device }, seq, missed, at) {
      const before = seen.get(session);
      if (before === undefined) return void seen.set(session, { device, seq, missed, at });
      before.seq = Math.max(before.seq, seq);
      before.missed += missed;
      before.at = Math.max(before.at, at);
    },
    addLogs(id, { session, device }, { count, at, firstReceivedAt, lastReceivedAt, entries }) {
      widen(firstReceivedAt);
      widen(lastReceivedAt);
      logs.add(id, count, device, session, at, entries);
    },
    addMarker({ id, at, receivedAt, name, fields, by }, { session, device }) {
      widen(receivedAt);
      statements.addMarker.run(id, device, session, at, receivedAt - at, name, toFieldsText(fields), by);
    },
    addSample(variable, at, delay, value) {
      widen(at + delay);
      sample += 1;
      samples.add(sample, variable, at, delay, value);
    },
    report: (variable, value, at, receivedAt) => reports.add(variable, value, at, receivedAt),
    flush,
    bytes: () => statements.bytes.get()?.bytes ?? 0,
    limitLog(bytes) {
      const most = statements.logPages.get()?.wal_autocheckpoint ?? 0;
      const pageBytes = statements.pageBytes.get()?.page_size ?? 1;
      const pages = Math.min(most, Math.ceil(bytes / 2 / pageBytes));
      database.exec(`PRAGMA wal_autocheckpoint = ${pages}`);
    },
    forget() {
      for (const rows of [progress, samples, reports, logs]) rows.forget();
      seen.clear();
      isWider = false;
      try {
        span = readSpan();
        sample = readLastSample();
      } catch (error) {
        // Nothing more is added to one that is damaged.
        if (!segment.isDamaged) throw error;
      }
    },
    close: () => database.close(),
  };
}

function prepareAll(prepared: PrepareOnce) {
  return {
    progress: rowAdder(prepared, {
      insert: "INSERT INTO progress (session, device, acknowledged, missed, seen_at)",
      columns: 5,
      onConflict: `ON CONFLICT (session) DO UPDATE SET acknowledged = max(acknowledged, excluded.acknowledged),
        missed = missed + excluded.missed, seen_at = max(seen_at, excluded.seen_at)`,
    }),
    logs: rowAdder(prepared, {
      insert: "INSERT INTO log_blocks (id, count, device, session, at, entries)",
      // Bytes become the text that they are.
      row: "?, ?, ?, ?, ?, CAST(? AS TEXT)",
      columns: 6,
    }),
    samples: rowAdder(prepared, {
      insert: "INSERT INTO samples (number, variable, at, delay, value)",
      columns: 5,
    }),
    reports: rowAdder(prepared, {
      insert: "INSERT OR REPLACE INTO reported (variable, value, at, received_at)",
      columns: 4,
    }),
    addMarker: prepared(
      `INSERT INTO markers (id, device, session, at, delay, name, fields, by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    span: prepared<Span>("SELECT first_received_at AS first, last_received_at AS last FROM span"),
    saveSpan: prepared("UPDATE span SET first_received_at = ?, last_received_at = ?"),
    lastSample: prepared<{ number: number | null }>("SELECT max(number) AS number FROM samples"),
    logPages: prepared<{ wal_autocheckpoint: number }>("PRAGMA wal_autocheckpoint"),
    pageBytes: prepared<{ page_size: number }>("PRAGMA page_size"),
    bytes: prepared<{ bytes: number }>(
      "SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size",
    ),
  };
}
