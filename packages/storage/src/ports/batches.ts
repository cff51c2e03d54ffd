/** What a device says at once, stored as one. */

import type { VariableDeclaration } from "@wheelhouse/protocol";
import type { NewLogs } from "../rules/new-logs.ts";
import type { NewSamples } from "../rules/new-samples.ts";
import type { DeviceAddress, LogEntryRecord, MarkerRecord, NewMarker } from "./devices.ts";
import type { Time } from "./time.ts";
import type { WriteRecord, WriteUpdate } from "./writes.ts";

/** What one device said, to be stored as a whole together with the `seq` that covers it. */
export interface DeviceBatch extends DeviceAddress {
  readonly session: string;
  /** The session's highest `seq` that this batch covers; absent for dialect 1. */
  readonly seq?: number;
  /** Sequence numbers that were skipped, to be added to the session's count. */
  readonly missed: number;
  readonly receivedAt: Time;
  /** Declarations that are new or changed. They keep the variable's reported value. */
  readonly declarations: readonly {
    readonly declaration: VariableDeclaration;
    readonly type: string | null;
  }[];
  readonly samples: NewSamples;
  readonly logs: NewLogs;
  readonly markers: readonly NewMarker[];
  /** Writes whose state changed. */
  readonly writes: readonly WriteUpdate[];
}

export interface StoredBatch {
  /** The batch's log entries with their ids, in order. */
  readonly logs: readonly LogEntryRecord[];
  /** Its markers, likewise; their ids follow those of its log entries. */
  readonly markers: readonly MarkerRecord[];
  /** The batch's writes as they now are, in order, also those that the update did nothing to. */
  readonly writes: readonly WriteRecord[];
}
