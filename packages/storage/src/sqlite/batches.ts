/** Storing what a device said: declarations, samples, log entries, markers and answers to writes, with the `seq` they end at. */

import type { DatabaseSync } from "node:sqlite";
import type { DeviceBatch, WriteRecord, WriteUpdate } from "../ports.ts";
import { toMarkerRecords } from "../rules/markers.ts";
import { visitSamples } from "../rules/new-samples.ts";
import { visitBlocks } from "../rules/packed-logs.ts";
import type { EntryCounter } from "./entries.ts";
import type { KnownRows, SessionRows } from "./known-rows.ts";
import { newestReports } from "./newest-reports.ts";
import type { Parcel } from "./parcel.ts";
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

  const newest = newestReports();

  function addDeclarations(device: number, declarations: DeviceBatch["declarations"]): void {
    if (declarations.length > 0) join(main);
    for (const { declaration, type } of declarations) {
      const declared = declare.get(device, declaration.name, JSON.stringify(declaration), type);
      if (declared !== undefined) rows.addVariable(device, declaration.name, declared.row);
    }
  }

  function addSamples(to: SegmentWriter, device: number, parcel: Parcel): void {
    newest.clear();
    visitSamples(parcel.samples, (name, value, at, delay, backlog) => {
      const variable = rows.variable(device, name);
      to.addSample(variable, at, delay, value);
      if (!backlog) newest.set(variable, value, at, at + delay);
    });
    newest.forEach((variable, value, at, receivedAt) => to.report(variable, value, at, receivedAt));
  }

  function addEntries(to: SegmentWriter, origin: SessionRows, parcel: Parcel): number {
    const markers = parcel.rest?.markers ?? [];
    const first = entries.take(parcel.logCount + markers.length);
    let id = first;
    visitBlocks(parcel.logs, (block) => {
      to.addLogs(id, origin, block);
      id += block.count;
    });
    if (markers.length > 0)
      for (const marker of toMarkerRecords({ ...parcel, markers }, id)) to.addMarker(marker, origin);
    return first;
  }

  return {
    append(parcel: Parcel): AppendedBatch {
      const { session, seq, missed, receivedAt, rest } = parcel;
      const origin = rows.session(session, parcel);
      const to = segment(origin.project);
      to.see(origin, seq, missed, receivedAt);
      addDeclarations(origin.device, rest?.declarations ?? []);
      addSamples(to, origin.device, parcel);
      const firstEntry = addEntries(to, origin, parcel);
      if (rest === undefined || rest.writes.length === 0) return { firstEntry, writes: [] };
      join(main);
      return { firstEntry, writes: updateWrites(rest.writes) };
    },
  };
}
