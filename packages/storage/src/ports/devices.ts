/** Devices, their runs, and what they say. */

import type { JsonObject, JsonValue, LogLevel, VariableDeclaration } from "@wheelhouse/protocol";
import type { Time } from "./time.ts";

/** A device's id within its project. */
export interface DeviceAddress {
  readonly project: string;
  readonly device: string;
}

export interface DeviceRecord extends DeviceAddress {
  /** What it says of itself. */
  readonly reported: { readonly name: string | null; readonly tags: readonly string[] };
  /** What people gave it, which stands over what it says; null for what nobody gave. */
  readonly given: { readonly name: string | null; readonly tags: readonly string[] | null };
  readonly app: string | null;
  readonly build: string | null;
  readonly firstSeen: Time;
  readonly lastSeen: Time;
}

/** What a person gives a device; null takes it away again. Fields that are absent keep what is stored. */
export interface DeviceUpdate extends DeviceAddress {
  readonly name?: string | null;
  readonly tags?: readonly string[] | null;
}

/** A device that begins or resumes a run. Fields that are absent keep what is stored. */
export interface SessionOpening extends DeviceAddress {
  readonly name?: string;
  readonly app?: string;
  readonly build?: string;
  readonly tags?: readonly string[];
  readonly at: Time;
  /** The id a new session gets. */
  readonly newSession: string;
  /** The session to go on with, resumed only if it is this device's, not ended for good, and not silent since before `resumeAfter`. */
  readonly resume?: string;
  readonly resumeAfter: Time;
}

export interface OpenedSession {
  readonly session: string;
  readonly resumed: boolean;
  /** Highest `seq` of the session whose line is durable or was refused; 0 for a new one. */
  readonly acknowledged: number;
  /** Sequence numbers of the session that were skipped so far. */
  readonly missed: number;
}

/** A session of which no more is expected (`bye`), or one that only lost its connection and may be resumed. */
export interface SessionClosing {
  readonly session: string;
  readonly at: Time;
  readonly reason: string;
  readonly resumable: boolean;
}

/** One run of a device. */
export interface SessionRecord extends DeviceAddress {
  readonly id: string;
  /** Its place among the sessions, rising in the order they began: the `before` of the page after it. */
  readonly cursor: number;
  readonly startedAt: Time;
  /** When it was last opened, stored to or closed. */
  readonly seenAt: Time;
  /** Null while it is open, and again once it is resumed. */
  readonly endedAt: Time | null;
  readonly reason: string | null;
  readonly missed: number;
  readonly acknowledged: number;
}

export interface StoredVariable {
  readonly declaration: VariableDeclaration;
  /** The type name a dialect-1 device sent last; null for dialect 2. */
  readonly type: string | null;
  readonly reported: { readonly value: JsonValue; readonly at: Time; readonly receivedAt: Time } | null;
}

/** Values that came at one time: names and values in the same order. */
export interface Reading {
  readonly at: Time;
  readonly receivedAt: Time;
  /** History only; the reported values stay as they are. */
  readonly backlog: boolean;
  readonly names: readonly string[];
  readonly values: readonly JsonValue[];
}

export interface NewLogEntry {
  readonly at: Time;
  readonly receivedAt: Time;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: JsonObject | null;
}

export interface LogEntryRecord extends NewLogEntry, DeviceAddress {
  /** Rises in order of storing, over the whole data, shared with writes and markers: see `DeviceStorage.entriesAfter`. */
  readonly id: number;
  readonly session: string | null;
}

/** A moment worth finding again. */
export interface NewMarker {
  readonly name: string;
  readonly fields: JsonObject | null;
  readonly at: Time;
  readonly receivedAt: Time;
}

/** A marker that a person sets, on one device or on the whole project. */
export interface PersonMarker extends NewMarker {
  readonly project: string;
  readonly device: string | null;
  readonly by: string;
}

export interface MarkerRecord extends NewMarker {
  /** One of the ids that log entries have. */
  readonly id: number;
  readonly project: string;
  /** Null for one of the whole project. */
  readonly device: string | null;
  /** Null for a person's. */
  readonly session: string | null;
  /** The person who set it; null for a device's own. */
  readonly by: string | null;
}
