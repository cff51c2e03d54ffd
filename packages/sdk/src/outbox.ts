/**
 * The lines a game made that the server hasn't acknowledged: numbered, in order, bounded. Pure: it holds and hands
 * out text. At any moment `sent = acknowledged + dropped + buffered`.
 *
 * **Backlog.** When a connection begins, what is held is old news. A `variables` line all of whose variables stand
 * again in later held lines is marked `backlog`: it goes to history only. A line that has the newest value of at
 * least one variable isn't marked, so that what the server shows live afterwards is the newest of everything,
 * without a value that the game never sent. Log entries and markers carry their own times and have no live value: never
 * marked.
 */

import { formatMessage, type JsonObject, type LogEntryLine } from "@wheelhouse/protocol";

import { byteLength } from "./byte-length.ts";

/** A line that has no number yet. */
export type Draft =
  | { readonly type: "variables"; readonly at: number; readonly values: JsonObject }
  | { readonly type: "logs"; readonly entries: readonly LogEntryLine[] }
  | ({ readonly type: "marker" } & Marker);

/** A moment, as the game names it. */
export interface Marker {
  readonly at: number;
  readonly name: string;
  readonly fields?: JsonObject;
}

export interface OutboxLimits {
  readonly maxLines: number;
  readonly maxBytes: number;
}

export interface OutboxStats {
  /** Lines made so far, those refused here for their size included. */
  readonly sent: number;
  readonly acknowledged: number;
  /**
   * Lines given up because the buffer was full, the line too large, or the game stopped for good. One that was on
   * its way when it was given up may have arrived nevertheless.
   */
  readonly dropped: number;
  /** Lines held now. */
  readonly buffered: number;
}

export class Outbox {
  readonly #limits: OutboxLimits;
  readonly #held: Held[] = [];
  /** Numbers written on this connection and not acknowledged: their lines may have been dropped here since. */
  readonly #inFlight: number[] = [];
  /** How many of the held lines were written on this connection. They are the first ones. */
  #written = 0;
  #lastSeq = 0;
  #lastWrittenSeq = 0;
  #bytes = 0;
  #sent = 0;
  #acknowledged = 0;
  #dropped = 0;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  get stats(): OutboxStats {
    return {
      sent: this.#sent,
      acknowledged: this.#acknowledged,
      dropped: this.#dropped,
      buffered: this.#held.length,
    };
  }

  /** Bytes held, as they were when the lines were made. */
  get bufferedBytes(): number {
    return this.#bytes;
  }

  /** Holds a line under the next number. Returns how many older ones had to go for it. */
  put(draft: Draft): number {
    const seq = ++this.#lastSeq;
    const text = formatDraft(draft, seq);
    const bytes = byteLength(text);
    const names = draft.type === "variables" ? Object.keys(draft.values) : undefined;
    this.#sent++;
    this.#held.push({ ordinal: this.#sent, seq, text, bytes, names, isBacklog: false, isStale: false });
    this.#bytes += bytes;
    return this.#dropBeyondLimits();
  }

  /** Counts a line that was never held, because no server would take one of its size. */
  refuse(): void {
    this.#sent++;
    this.#dropped++;
  }

  /** Whether the first `ordinal` lines made are all acknowledged or given up. */
  isSettled(ordinal: number): boolean {
    const oldest = this.#held[0];
    return oldest === undefined || oldest.ordinal > ordinal;
  }

  /** Lets go of everything up to `seq`; a number that was never written acknowledges nothing beyond those that were. */
  acknowledge(seq: number): void {
    const upTo = Math.min(seq, this.#lastWrittenSeq);
    const count = countUpTo(this.#held, upTo);
    this.#acknowledged += count;
    this.#removeOldest(count);
    const landed = this.#inFlight.findIndex((number) => number > upTo);
    this.#inFlight.splice(0, landed === -1 ? this.#inFlight.length : landed);
  }

  /** A connection began and the session goes on: what is higher than `acknowledged` is written again, in order. */
  resume(acknowledged: number): void {
    this.#rewind();
    this.acknowledge(acknowledged);
    // A server that knows higher numbers than were ever written would take the next lines for duplicates.
    if (acknowledged > this.#lastWrittenSeq) this.#renumberAfter(acknowledged);
    this.#markBacklog();
  }

  /** A connection began with a new session: what is held is numbered from 1. */
  restart(): void {
    this.#rewind();
    this.#renumberAfter(0);
    this.#markBacklog();
  }

  /** The next lines to write while fewer than `window` are unacknowledged. Those longer than `maxLineBytes` are dropped. */
  take(window: number, maxLineBytes: number): { readonly lines: string[]; readonly oversized: number } {
    const lines: string[] = [];
    let oversized = 0;
    while (this.#written < this.#held.length && this.#inFlight.length < window) {
      const held = this.#held[this.#written] as Held;
      relabel(held);
      if (byteLength(held.text) > maxLineBytes) {
        this.#removeAt(this.#written);
        oversized++;
        continue;
      }
      lines.push(held.text);
      this.#inFlight.push(held.seq);
      this.#lastWrittenSeq = Math.max(this.#lastWrittenSeq, held.seq);
      this.#written++;
    }
    return { lines, oversized };
  }

  /** Gives everything up. */
  clear(): void {
    this.#dropped += this.#held.length;
    this.#removeOldest(this.#held.length);
  }

  #dropBeyondLimits(): number {
    const { maxLines, maxBytes } = this.#limits;
    let count = 0;
    while (this.#held.length > maxLines || (this.#bytes > maxBytes && this.#held.length > 0)) {
      this.#dropped++;
      count++;
      this.#removeOldest(1);
    }
    return count;
  }

  #removeOldest(count: number): void {
    for (const { bytes } of this.#held.splice(0, count)) this.#bytes -= bytes;
    this.#written = Math.max(0, this.#written - count);
  }

  #removeAt(index: number): void {
    for (const { bytes } of this.#held.splice(index, 1)) this.#bytes -= bytes;
    this.#dropped++;
  }

  #rewind(): void {
    this.#inFlight.length = 0;
    this.#written = 0;
  }

  #renumberAfter(seq: number): void {
    for (const [index, held] of this.#held.entries()) {
      held.seq = seq + index + 1;
      held.isStale = true;
    }
    this.#lastWrittenSeq = seq;
    this.#lastSeq = seq + this.#held.length;
  }

  #markBacklog(): void {
    const later = new Set<string>();
    for (const held of this.#held.toReversed()) {
      if (held.names === undefined) continue;
      const isBacklog = held.names.every((name) => later.has(name));
      if (isBacklog !== held.isBacklog) held.isStale = true;
      held.isBacklog = isBacklog;
      for (const name of held.names) later.add(name);
    }
  }
}

interface Held {
  /** The how-manieth line of this run it is, whatever its number in the session. */
  readonly ordinal: number;
  readonly bytes: number;
  readonly names: readonly string[] | undefined;
  seq: number;
  isBacklog: boolean;
  text: string;
  /** Whether `text` still has the number and mark from before. It is made anew only when written, a window at a time. */
  isStale: boolean;
}

function formatDraft(draft: Draft, seq: number): string {
  switch (draft.type) {
    case "variables":
      return formatMessage({ type: "variables", seq, at: draft.at, values: draft.values });
    case "logs":
      return formatMessage({ type: "logs", seq, entries: draft.entries });
    case "marker": {
      const { type, ...marker } = draft;
      return formatMessage({ type, seq, ...marker });
    }
  }
}

function relabel(held: Held): void {
  if (!held.isStale) return;
  // Read back rather than kept as an object beside the text: the game may have changed that object since.
  const { backlog: _, ...message } = JSON.parse(held.text);
  const mark = held.isBacklog ? { backlog: true } : {};
  held.text = formatMessage({ ...message, seq: held.seq, ...mark });
  held.isStale = false;
}

function countUpTo(held: readonly Held[], seq: number): number {
  const index = held.findIndex((line) => line.seq > seq);
  return index === -1 ? held.length : index;
}
