/** All that is asked about devices. */

import type { JsonValue } from "@wheelhouse/protocol";
import type { DeviceBatch, StoredBatch } from "./batches.ts";
import type {
  DeviceAddress,
  DeviceRecord,
  DeviceUpdate,
  LogEntryRecord,
  MarkerRecord,
  OpenedSession,
  PersonMarker,
  SessionClosing,
  SessionOpening,
  SessionRecord,
  StoredVariable,
} from "./devices.ts";
import type {
  HistoryQuery,
  LogQuery,
  MarkerQuery,
  SamplePage,
  SampleQuery,
  SessionQuery,
  StoredEntries,
  WriteQuery,
} from "./reading.ts";
import type { Time } from "./time.ts";
import type { Dropped, StorageStatus } from "./upkeep.ts";
import type { NewChange, StoredChange, WriteRecord, WriteUpdate } from "./writes.ts";

/** All a device's process needs to begin. */
export interface DeviceState {
  readonly record: DeviceRecord;
  /** In the order of their first declaration. */
  readonly variables: readonly StoredVariable[];
  /** The newest write of each variable, and every open one, by rising id. */
  readonly writes: readonly WriteRecord[];
}

/**
 * What stores entries (log entries, markers, changes of writes) is answered for in the order of their ids: whoever passes
 * each answer on at once passes the entries on in order.
 */
export interface DeviceStorage {
  /** Durable before it resolves; the session is known from then on, also after a crash. */
  openSession(opening: SessionOpening): Promise<OpenedSession>;
  closeSession(closing: SessionClosing): Promise<void>;
  /** All or nothing, and synced. */
  append(batch: DeviceBatch): Promise<StoredBatch>;
  change(change: NewChange): Promise<StoredChange>;
  /** The writes as they now are, in order; one that isn't stored is left out. */
  updateWrites(updates: readonly WriteUpdate[]): Promise<readonly WriteRecord[]>;
  /** Makes each open write `expired` whose `expiresAt` isn't after `at`, and gives them by rising id. Cheap when there are none. */
  expireWrites(at: Time): Promise<readonly WriteRecord[]>;
  addMarker(marker: PersonMarker): Promise<MarkerRecord>;
  /** The device as it now is; `undefined` for one that isn't stored. */
  updateDevice(update: DeviceUpdate): Promise<DeviceRecord | undefined>;

  /** By rising id. */
  devices(project: string): Promise<readonly DeviceRecord[]>;
  /**
   * With all that was asked to be stored before, whoever asked: a process that begins may follow one that was killed while what
   * it had sent was on its way.
   */
  deviceState(address: DeviceAddress): Promise<DeviceState | undefined>;
  sessions(query: SessionQuery): Promise<readonly SessionRecord[]>;
  /**
   * Oldest first, by `at`. Numbers come as the lowest and highest of each of `points / 2` equal buckets of time when
   * there are more than `points`, and what isn't a number is left out; other kinds come as the newest `points`
   * changes, without the samples that repeat the value before.
   */
  history(query: HistoryQuery): Promise<readonly (readonly [Time, JsonValue])[]>;
  samples(query: SampleQuery): Promise<SamplePage>;
  logs(query: LogQuery): Promise<readonly LogEntryRecord[]>;
  markers(query: MarkerQuery): Promise<readonly MarkerRecord[]>;
  /** Fewer than `limit` only at the end. */
  writes(query: WriteQuery): Promise<readonly WriteRecord[]>;
  write(project: string, id: number): Promise<WriteRecord | undefined>;
  /** The highest entry id given out so far; 0 for none. */
  lastEntry(): Promise<number>;
  /**
   * What was stored after an entry id, by rising id: new log entries and markers, and writes whose state changed.
   * `undefined` when that is more than `limit` entries in all.
   */
  entriesAfter(project: string, entry: number, limit: number): Promise<StoredEntries | undefined>;

  /**
   * Drops log entries, markers and samples that the projects' retention no longer keeps: the oldest segments as a
   * whole, so what is younger than a limit stays, and some of what is older may stay for a while: a segment has at the most a
   * quarter of what is kept. Reported values, sessions and writes stay, and no id is given out again.
   */
  retain(now: Time): Promise<Dropped>;
  status(): Promise<StorageStatus>;
}
