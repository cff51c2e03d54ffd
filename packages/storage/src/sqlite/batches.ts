/** Storing what a device said: declarations, samples, log entries, markers and answers to writes, with the `seq` they end at. */

import type { DatabaseSync } from "node:sqlite";
import type { DeviceBatch, Sample, WriteRecord, WriteUpdate } from "../ports.ts";
import { toMarkerRecords } from "../rules/markers.ts";
import type { EntryCounter } from "./entries.ts";
import type { KnownRows, SessionRows } from "./known-rows.ts";
import type { SegmentWriter } from "./segments/segment-writer.ts";
import { prepare } from "./statement.ts";

/** What the caller can't know of its batch; the rest of the answer it has itself, and copies between threads cost. */
export interface AppendedBatch {
  readonly firstEntry: number;
  readonly writes: readonly WriteRecord[];
}

/** What the writing of batches stands on. */
export interface BatchParts {
  readonly main: DatabaseSync;
  readonly rows: KnownRows;
  readonly entries: EntryCounter;
  /** The project's segment, joined to the running group. */
  readonly segment: (project: number) => SegmentWriter;
  readonly join: (database: DatabaseSync) => void;
  readonly updateWrites: (updates: readonly WriteUpdate[]) => readonly WriteRecord[];
}

export function batchWriting({ main, rows, entries, segment, join, updateWrites }: BatchParts) {
  const declare = prepare<{ row: number }>(
    main,
    `INSERT INTO variables (device, name, declaration, type) VALUES (?, ?, ?, ?)
     ON CONFLICT (device, name) DO UPDATE SET declaration = excluded.declaration, type = excluded.type
     RETURNING row`,
  );

  function addDeclarations(device: number, declarations: DeviceBatch["declarations"]): void {
    if (declarations.length > 0) join(main);
    for (const { declaration, type } of declarations) {
      const declared = declare.get(device, declaration.name, JSON.stringify(declaration), type);
      if (declared !== undefined) rows.addVariable(device, declaration.name, declared.row);
    }
  }

  function addSamples(to: SegmentWriter, device: number, samples: readonly Sample[]): void {
    const newest = new Map<number, Sample>();
    for (const sample of samples) {
      const variable = rows.variable(device, sample.name);
      to.addSample(variable, sample);
      if (!sample.backlog) newest.set(variable, sample);
    }
    for (const [variable, sample] of newest) to.report(variable, sample);
  }

  function addEntries(to: SegmentWriter, origin: SessionRows, batch: DeviceBatch): number {
    const { logs, markers } = batch;
    const first = entries.take(logs.length + markers.length);
    to.addLogs(origin, first, logs);
    for (const marker of toMarkerRecords(batch, first + logs.length)) to.addMarker(marker, origin);
    return first;
  }

  return {
    append(batch: DeviceBatch): AppendedBatch {
      const origin = rows.session(batch.session, batch);
      const to = segment(origin.project);
      to.see(origin, batch.seq ?? 0, batch.missed, batch.receivedAt);
      addDeclarations(origin.device, batch.declarations);
      addSamples(to, origin.device, batch.samples);
      const firstEntry = addEntries(to, origin, batch);
      if (batch.writes.length > 0) join(main);
      return { firstEntry, writes: updateWrites(batch.writes) };
    },
  };
}
