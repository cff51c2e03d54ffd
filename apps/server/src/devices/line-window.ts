/** The lines of a connection that were passed on and aren't stored yet: how many there may be, by number and by bytes. Pure. */

import { WINDOW_LINES } from "@wheelhouse/protocol";

/** Bytes of long lines that may be on their way: few of them hold as much as a window of short ones. */
export const WINDOW_BYTES = 1_048_576;
/** Lines that are no longer fill a window by their number before they do by their bytes, so these needn't be counted. */
const LONG_LINE_BYTES = WINDOW_BYTES / WINDOW_LINES;

export class LineWindow {
  #passed = 0;
  #stored = 0;
  /** The long ones among those on their way, oldest first, and their bytes. */
  readonly #long: { readonly line: number; readonly bytes: number }[] = [];
  #longBytes = 0;

  /** Takes in a line of so many bytes; gives its number, from 1. */
  pass(bytes: number): number {
    this.#passed += 1;
    if (bytes > LONG_LINE_BYTES) {
      this.#long.push({ line: this.#passed, bytes });
      this.#longBytes += bytes;
    }
    return this.#passed;
  }

  /** All up to that line are stored. */
  storedUpTo(line: number): void {
    this.#stored = Math.max(this.#stored, line);
    while ((this.#long[0]?.line ?? Infinity) <= this.#stored)
      this.#longBytes -= this.#long.shift()?.bytes ?? 0;
  }

  /** Whether one more may come. */
  get hasRoom(): boolean {
    return this.#passed - this.#stored < WINDOW_LINES && this.#longBytes < WINDOW_BYTES;
  }

  /** Whether all are stored. */
  get isEmpty(): boolean {
    return this.#passed === this.#stored;
  }
}
