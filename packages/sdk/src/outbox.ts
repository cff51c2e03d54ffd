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

import { byteLength } from "./byte-length.ts";
import { Queue } from "./queue.ts";

/** A line that has no number yet: JSON text of its fields, without the braces. */
export interface Draft {
  readonly type: "variables" | "logs" | "marker";
  readonly body: string;
  /** The variables it has values of. */
  readonly names?: readonly string[];
}

/** Lines to write, and what became of the others. */
export interface TakenLines {
  readonly lines: readonly string[];
  /** Lines dropped because they were too long. */
  readonly oversized: number;
  /** Values left out because they aren't of the kind that was declared since. */
  readonly unfit: number;
}

/** A `variables` line without the values that aren't of their declared kinds; `undefined` when none is left. */
export type Refit = (draft: Draft) => Draft | undefined;

/** The bytes of a line beside its body, at their most. */
export const FRAME_BYTES = toLine({ type: "variables", body: "" }, Number.MAX_SAFE_INTEGER, true).length;

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
  /** Held and written on this connection. */
  readonly #written = new Queue<Held>();
  /** Held and not written yet; all of them are newer. */
  #waiting = new Queue<Held>();
  /** Numbers written on this connection and not acknowledged: their lines may have been dropped here since. */
  readonly #inFlight = new Queue<number>();
  /** How often something was declared. A line made before that may not fit it, and is looked at when it is written. */
  #declarations = 0;
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
      buffered: this.#buffered,
    };
  }

  /** Bytes held, each line's frame at its most. */
  get bufferedBytes(): number {
    return this.#bytes;
  }

  get #buffered(): number {
    return this.#written.size + this.#waiting.size;
  }

  get #oldest(): Held | undefined {
    return this.#written.first ?? this.#waiting.first;
  }

  /** Holds a line under the next number. Returns how many older ones had to go for it. */
  put(draft: Draft): number {
    const bytes = toBytes(draft);
    this.#sent++;
    this.#lastSeq++;
    this.#waiting.push({
      draft,
      bytes,
      declarations: this.#declarations,
      ordinal: this.#sent,
      seq: this.#lastSeq,
      isBacklog: false,
    });
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
    const oldest = this.#oldest;
    return oldest === undefined || oldest.ordinal > ordinal;
  }

  /** Lets go of everything up to `seq`; a number that was never written acknowledges nothing beyond those that were. */
  acknowledge(seq: number): void {
    const upTo = Math.min(seq, this.#lastWrittenSeq);
    for (let oldest = this.#oldest; oldest !== undefined && oldest.seq <= upTo; oldest = this.#oldest) {
      this.#removeOldest();
      this.#acknowledged++;
    }
    for (
      let landed = this.#inFlight.first;
      landed !== undefined && landed <= upTo;
      landed = this.#inFlight.first
    )
      this.#inFlight.shift();
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

  /** Something is declared now, and will have been when the lines are written that are held. */
  declare(): void {
    this.#declarations++;
  }

  /** The next lines to write while fewer than `window` are unacknowledged. Those longer than `maxLineBytes` are dropped. */
  take(window: number, maxLineBytes: number, refit: Refit): TakenLines {
    const lines: string[] = [];
    let oversized = 0;
    let unfit = 0;
    while (this.#inFlight.size < window) {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) break;
      const held = this.#fit(waiting, refit);
      unfit += valuesIn(waiting) - valuesIn(held);
      if (held === undefined || held.bytes > maxLineBytes) {
        this.#bytes -= held?.bytes ?? waiting.bytes;
        this.#dropped++;
        oversized += held === undefined ? 0 : 1;
        continue;
      }
      lines.push(toLine(held.draft, held.seq, held.isBacklog));
      this.#written.push(held);
      this.#inFlight.push(held.seq);
      this.#lastWrittenSeq = Math.max(this.#lastWrittenSeq, held.seq);
    }
    return { lines, oversized, unfit };
  }

  /** Gives everything up. */
  clear(): void {
    this.#dropped += this.#buffered;
    this.#bytes = 0;
    this.#written.clear();
    this.#waiting.clear();
  }

  /** The line as it fits what has been declared since it was made; `undefined` when nothing of it does. */
  #fit(held: Held, refit: Refit): Held | undefined {
    if (held.declarations === this.#declarations) return held;
    const draft = refit(held.draft);
    if (draft === undefined) return undefined;
    const bytes = draft === held.draft ? held.bytes : toBytes(draft);
    this.#bytes += bytes - held.bytes;
    return { ...held, draft, bytes, declarations: this.#declarations };
  }

  #dropBeyondLimits(): number {
    const { maxLines, maxBytes } = this.#limits;
    let count = 0;
    while (this.#buffered > maxLines || (this.#bytes > maxBytes && this.#buffered > 0)) {
      this.#removeOldest();
      count++;
    }
    this.#dropped += count;
    return count;
  }

  #removeOldest(): void {
    const oldest = this.#written.shift() ?? this.#waiting.shift();
    this.#bytes -= oldest?.bytes ?? 0;
  }

  #rewind(): void {
    this.#inFlight.clear();
    const written = this.#written.toArray();
    if (written.length === 0) return;
    const all = [...written, ...this.#waiting.toArray()];
    this.#written.clear();
    this.#waiting = new Queue(all);
  }

  #renumberAfter(seq: number): void {
    const waiting = this.#waiting.toArray();
    for (const [index, held] of waiting.entries()) held.seq = seq + index + 1;
    this.#lastWrittenSeq = seq;
    this.#lastSeq = seq + waiting.length;
  }

  #markBacklog(): void {
    const later = new Set<string>();
    for (const held of this.#waiting.toArray().toReversed()) {
      const { names } = held.draft;
      if (names === undefined) continue;
      held.isBacklog = names.every((name) => later.has(name));
      for (const name of names) later.add(name);
    }
  }
}

interface Held {
  readonly draft: Draft;
  readonly bytes: number;
  /** How often something had been declared when it was made, or looked at last. */
  readonly declarations: number;
  /** The how-manieth line of this run it is, whatever its number in the session. */
  readonly ordinal: number;
  seq: number;
  isBacklog: boolean;
}

function valuesIn(held: Held | undefined): number {
  return held?.draft.names?.length ?? 0;
}

function toBytes({ body }: Draft): number {
  return byteLength(body) + FRAME_BYTES;
}

function toLine({ type, body }: Draft, seq: number, isBacklog: boolean): string {
  return `{"type":"${type}","seq":${seq},${body}${isBacklog ? ',"backlog":true' : ""}}\n`;
}
