/**
 * Log entries as they are stored: some at a time, as one text. A row and its statement cost ten times what an entry costs
 * within one, and most entries are read together with their neighbours. Pure.
 */

import type { Time } from "../ports.ts";

/**
 * Five values stand for each entry: how long after its block's `at` it was, how long after that it was received, its level,
 * its message, and its fields as JSON. Small numbers take less room and time than times do.
 */
type Plain = number | string | null;
const VALUES_OF_EACH = 5;

/** So that to read one entry means to read no more than these. */
export const MOST_IN_BLOCK = 16;

/** Entries one after the other, of one device and session. Its text is a string, or that in UTF-8. */
export interface LogBlock<Text extends string | Uint8Array = string> {
  readonly count: number;
  /** That of the first entry. */
  readonly at: Time;
  readonly firstReceivedAt: Time;
  readonly lastReceivedAt: Time;
  /** JSON: a list of {@link Plain}, five of each entry. */
  readonly entries: Text;
}

/** Makes blocks of entries that come one by one. */
export class LogPacker {
  readonly #take: (block: LogBlock) => void;
  #plain: Plain[] = [];
  #at: Time = 0;
  #firstReceivedAt: Time = Infinity;
  #lastReceivedAt: Time = -Infinity;

  /** `take` is given each block that is full. */
  constructor(take: (block: LogBlock) => void) {
    this.#take = take;
  }

  /** `level` is a rank, `fields` are JSON. */
  add(at: Time, receivedAt: Time, level: number, message: string, fields: string | null): void {
    const plain = this.#plain;
    if (plain.length === 0) this.#at = at;
    if (receivedAt < this.#firstReceivedAt) this.#firstReceivedAt = receivedAt;
    if (receivedAt > this.#lastReceivedAt) this.#lastReceivedAt = receivedAt;
    plain.push(at - this.#at, receivedAt - at, level, message, fields);
    if (plain.length === MOST_IN_BLOCK * VALUES_OF_EACH) this.flush();
  }

  /** Has what there is so far taken; what comes later begins a block of its own. */
  flush(): void {
    if (this.#plain.length === 0) return;
    this.#take({
      count: this.#plain.length / VALUES_OF_EACH,
      at: this.#at,
      firstReceivedAt: this.#firstReceivedAt,
      lastReceivedAt: this.#lastReceivedAt,
      entries: JSON.stringify(this.#plain),
    });
    this.#plain = [];
    this.#firstReceivedAt = Infinity;
    this.#lastReceivedAt = -Infinity;
  }
}

/** What is made of an entry; it was received `delay` after `at`. */
export type MakeOfLog<T> = (
  place: number,
  at: Time,
  delay: number,
  level: number,
  message: string,
  fields: string | null,
) => T;

/** Of a block's entries those from one place to another, as far as there are any. */
export function unpackLogs<T>(
  { at, entries }: Pick<LogBlock, "at" | "entries">,
  make: MakeOfLog<T>,
  from = 0,
  to = Infinity,
): readonly T[] {
  const made: T[] = [];
  const plain = JSON.parse(entries) as readonly Plain[];
  const last = Math.min(to, plain.length / VALUES_OF_EACH - 1);
  for (let place = from; place <= last; place += 1) {
    const first = place * VALUES_OF_EACH;
    made.push(
      make(
        place,
        at + (plain[first] as number),
        plain[first + 1] as number,
        plain[first + 2] as number,
        plain[first + 3] as string,
        plain[first + 4] as string | null,
      ),
    );
  }
  return made;
}
