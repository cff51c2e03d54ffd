/** Collects what a game says within one tick and makes lines of it that no server finds too long. Pure. */

import type { JsonValue, LogEntryLine } from "@wheelhouse/protocol";

import { byteLength } from "./byte-length.ts";
import type { Draft, Marker } from "./outbox.ts";

export interface BatchedLines {
  readonly drafts: readonly Draft[];
  /** What can't be sent because it alone is longer than a line may be, in words. */
  readonly oversized: readonly string[];
}

export class Batch {
  readonly #values = new Map<string, JsonValue>();
  #entries: LogEntryLine[] = [];
  #markers: Marker[] = [];
  #valuesAt = 0;

  /** How many values, log entries and markers are collected. */
  get size(): number {
    return this.#values.size + this.#entries.length + this.#markers.length;
  }

  /** The last value of a variable within a tick is the one that counts. */
  addValue(name: string, value: JsonValue, at: number): void {
    this.#values.set(name, value);
    this.#valuesAt = at;
  }

  addEntry(entry: LogEntryLine): void {
    this.#entries.push(entry);
  }

  addMarker(marker: Marker): void {
    this.#markers.push(marker);
  }

  /**
   * Empties it: the values as one `variables` line and the entries as one `logs` line, or as few more as they need, and
   * a line for each marker.
   */
  take(maxLineBytes: number): BatchedLines {
    const values = pack([...this.#values], maxLineBytes - VARIABLES_FRAME_BYTES, entryBytes);
    const entries = pack(this.#entries, maxLineBytes - LOGS_FRAME_BYTES, (entry) => jsonBytes(entry) + 1);
    const markers = pack(this.#markers, maxLineBytes - MARKER_FRAME_BYTES, jsonBytes);
    const at = this.#valuesAt;
    this.#values.clear();
    this.#entries = [];
    this.#markers = [];
    return {
      drafts: [
        ...values.groups.map(
          (group): Draft => ({ type: "variables", at, values: Object.fromEntries(group) }),
        ),
        ...entries.groups.map((group): Draft => ({ type: "logs", entries: group })),
        ...markers.groups.flat().map((marker): Draft => ({ type: "marker", ...marker })),
      ],
      oversized: [
        ...values.oversized.map(([name]) => `the value of ${name} is longer than a line may be`),
        ...entries.oversized.map(
          ({ message }) => `a log entry is longer than a line may be: ${message.slice(0, 60)}…`,
        ),
        ...markers.oversized.map(({ name }) => `the marker ${name} is longer than a line may be`),
      ],
    };
  }
}

/** A line's bytes without its values or entries, at their most. */
const VARIABLES_FRAME_BYTES =
  jsonBytes({
    type: "variables",
    seq: Number.MAX_SAFE_INTEGER,
    at: Number.MAX_SAFE_INTEGER,
    values: {},
    backlog: true,
  }) + 1;
const LOGS_FRAME_BYTES = jsonBytes({ type: "logs", seq: Number.MAX_SAFE_INTEGER, entries: [] }) + 1;
/** A marker's own braces are counted too, which leaves room for the comma. */
const MARKER_FRAME_BYTES = jsonBytes({ type: "marker", seq: Number.MAX_SAFE_INTEGER }) + 1;

/** A name, a colon, a value and a comma. */
function entryBytes([name, value]: readonly [string, JsonValue]): number {
  return jsonBytes(name) + jsonBytes(value) + 2;
}

function jsonBytes(value: unknown): number {
  return byteLength(JSON.stringify(value));
}

interface Packed<Item> {
  readonly groups: readonly (readonly Item[])[];
  readonly oversized: readonly Item[];
}

/** Fills one group after another, in order, each up to `maxBytes`. */
function pack<Item>(items: readonly Item[], maxBytes: number, bytesOf: (item: Item) => number): Packed<Item> {
  const groups: Item[][] = [];
  const oversized: Item[] = [];
  let room = 0;
  for (const item of items) {
    const bytes = bytesOf(item);
    if (bytes > maxBytes) {
      oversized.push(item);
      continue;
    }
    if (bytes > room) {
      groups.push([]);
      room = maxBytes;
    }
    groups.at(-1)?.push(item);
    room -= bytes;
  }
  return { groups, oversized };
}
