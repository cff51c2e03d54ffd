/** Collects what a game says within one tick, as JSON text, and makes lines of it that no server finds too long. Pure. */

import { byteLength } from "./byte-length.ts";
import { FRAME_BYTES, type Draft } from "./outbox.ts";
import { joinTexts, toField, toVariables, type NamedText } from "./variables-line.ts";

export interface BatchedLines {
  readonly drafts: readonly Draft[];
  /** What can't be sent because it alone is longer than a line may be, in words. */
  readonly oversized: readonly string[];
}

export class Batch {
  readonly #values = new Map<string, string>();
  #entries: NamedText[] = [];
  #markers: NamedText[] = [];
  #valuesAt = 0;

  /** How many values, log entries and markers are collected. */
  get size(): number {
    return this.#values.size + this.#entries.length + this.#markers.length;
  }

  /** The last value of a variable within a tick is the one that counts. */
  addValue(name: string, json: string, at: number): void {
    this.#values.set(name, json);
    this.#valuesAt = at;
  }

  /** Whether a value of this variable waits for the end of the tick. */
  hasValue(name: string): boolean {
    return this.#values.has(name);
  }

  /** `entry` is an object; its name is its message. */
  addEntry(entry: NamedText): void {
    this.#entries.push(entry);
  }

  /** `marker` is an object. */
  addMarker(marker: NamedText): void {
    this.#markers.push(marker);
  }

  /**
   * Empties it: the values as one `variables` line and the entries as one `logs` line, or as few more as they need, and
   * a line for each marker.
   */
  take(maxLineBytes: number): BatchedLines {
    const fields = Array.from(this.#values, ([name, json]) => toField(name, json));
    const values = pack(fields, maxLineBytes - VARIABLES_FRAME_BYTES);
    const entries = pack(this.#entries, maxLineBytes - LOGS_FRAME_BYTES);
    const markers = pack(this.#markers, maxLineBytes - FRAME_BYTES);
    const at = this.#valuesAt;
    this.#values.clear();
    this.#entries = [];
    this.#markers = [];
    return {
      drafts: [
        ...values.groups.map((group) => toVariables(at, group)),
        ...entries.groups.map(toLogs),
        ...markers.groups.flat().map(toMarker),
      ],
      oversized: [
        ...values.oversized.map(({ name }) => `the value of ${name} is longer than a line may be`),
        ...entries.oversized.map(
          ({ name }) => `a log entry is longer than a line may be: ${name.slice(0, 60)}…`,
        ),
        ...markers.oversized.map(({ name }) => `the marker ${name} is longer than a line may be`),
      ],
    };
  }
}

function toLogs(entries: readonly NamedText[]): Draft {
  return { type: "logs", body: `"entries":[${joinTexts(entries)}]` };
}

function toMarker({ json }: NamedText): Draft {
  return { type: "marker", body: json.slice(1, -1) };
}

/** A line's bytes without its values or entries, at their most. */
const VARIABLES_FRAME_BYTES = FRAME_BYTES + toVariables(Number.MAX_SAFE_INTEGER, []).body.length;
const LOGS_FRAME_BYTES = FRAME_BYTES + toLogs([]).body.length;

interface Packed {
  readonly groups: readonly (readonly NamedText[])[];
  readonly oversized: readonly NamedText[];
}

/** Fills one group after another, in order, each up to `maxBytes` with its commas. */
function pack(texts: readonly NamedText[], maxBytes: number): Packed {
  const groups: NamedText[][] = [];
  const oversized: NamedText[] = [];
  let room = 0;
  for (const text of texts) {
    const bytes = byteLength(text.json) + 1;
    if (bytes > maxBytes) {
      oversized.push(text);
      continue;
    }
    if (bytes > room) {
      groups.push([]);
      room = maxBytes;
    }
    groups.at(-1)?.push(text);
    room -= bytes;
  }
  return { groups, oversized };
}
