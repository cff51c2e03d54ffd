/** What is asked of what is stored, and how it is answered. */

import type { JsonValue, KindName, LogLevel } from "@wheelhouse/protocol";
import type { DeviceAddress, LogEntryRecord, MarkerRecord } from "./devices.ts";
import type { Time } from "./time.ts";
import type { WriteRecord, WriteStateName } from "./writes.ts";

export interface HistoryQuery extends DeviceAddress {
  readonly name: string;
  readonly kind: KindName;
  readonly from?: Time;
  readonly to?: Time;
  readonly points: number;
}

/** Entries by id. */
export interface PageQuery {
  readonly project: string;
  readonly device?: string;
  /** Only entries with a lower id. */
  readonly before?: number;
  /** Only entries with a higher id. */
  readonly after?: number;
  /** Default: newest first. */
  readonly order?: "newest" | "oldest";
  readonly limit: number;
}

/** For pages that together are to be everything. */
export interface UnbrokenQuery {
  /** With an `after` from the page before: rejects with a `DroppedSinceError` if what followed that was dropped since. */
  readonly unbroken?: boolean;
}

export interface LogQuery extends PageQuery, UnbrokenQuery {
  readonly session?: string;
  /** Entries of this level and above. */
  readonly level?: LogLevel;
  /** Part of the message, whatever the case of its letters. */
  readonly text?: string;
  /** Bounds on `at`, both inclusive. */
  readonly from?: Time;
  readonly to?: Time;
}

/** With `device`, the markers of the whole project are among those found; with `session`, they aren't. */
export interface MarkerQuery extends PageQuery, UnbrokenQuery {
  readonly session?: string;
  /** Bounds on `at`, both inclusive. */
  readonly from?: Time;
  readonly to?: Time;
}

export interface WriteQuery extends PageQuery {
  readonly name?: string;
  readonly state?: WriteStateName;
  readonly by?: string;
  /** Bounds on `createdAt`, both inclusive. */
  readonly from?: Time;
  readonly to?: Time;
}

/** Newest first. */
export interface SessionQuery {
  readonly project: string;
  readonly device?: string;
  /** Only sessions with a lower cursor. */
  readonly before?: number;
  readonly limit: number;
}

/** Samples in the order of their arrival. */
export interface SampleQuery extends UnbrokenQuery {
  readonly project: string;
  readonly device?: string;
  readonly name?: string;
  /** Bounds on `at`, both inclusive. */
  readonly from?: Time;
  readonly to?: Time;
  /** The `next` of the page before. */
  readonly after?: number;
  readonly limit: number;
}

export interface SampleRecord {
  readonly device: string;
  readonly name: string;
  readonly value: JsonValue;
  readonly at: Time;
  readonly receivedAt: Time;
}

/** May hold fewer than `limit`, even none, and yet not be the last: looking for few among many goes by steps. */
export interface SamplePage {
  readonly samples: readonly SampleRecord[];
  /** Null at the end. */
  readonly next: number | null;
}

export interface StoredEntries {
  readonly logs: readonly LogEntryRecord[];
  readonly markers: readonly MarkerRecord[];
  readonly writes: readonly WriteRecord[];
}
