/** The ends of the short packets that lie in one stretch of bytes, found in one go: to look for each alone costs more. */

import { ByteFinder, STRETCH_BYTES } from "./byte-finder.ts";

/** Of longer packets there are too few in a stretch. */
const SHORT_BYTES = 256;

/** One for all framers whose packets end with the same byte: it knows one stretch at a time, and others find nothing. */
export class EndsAhead {
  /** What the ends are positions in, while there are any. */
  bytes: Buffer | undefined = undefined;
  readonly #last: number;
  readonly #finder: ByteFinder;
  /** Behind the first byte of the stretch: a packet ends behind its last byte. */
  #behind = 0;
  /** Where the next packet begins. */
  #begin = 0;
  #next = 0;
  #count = 0;

  /** `undefined` where nothing can be found so. */
  static of(last: number): EndsAhead | undefined {
    const finder = ByteFinder.open();
    return finder === undefined ? undefined : new EndsAhead(last, finder);
  }

  private constructor(last: number, finder: ByteFinder) {
    this.#last = last;
    this.#finder = finder;
  }

  /** Where the packet of `bytes` ends that begins there, once; 0 where that isn't known. */
  take(begin: number): number {
    if (this.#begin !== begin) return 0;
    const end = this.#behind + (this.#finder.places[this.#next] as number);
    this.#begin = end;
    this.#next += 1;
    if (this.#next === this.#count) this.bytes = undefined;
    return end;
  }

  /** Looks ahead from the end of a packet, whose size tells what to expect. */
  look(bytes: Buffer, from: number, packetBytes: number): void {
    if (packetBytes > SHORT_BYTES || from === bytes.length) return;
    this.#count = this.#finder.find(this.#last, bytes, from, Math.min(from + STRETCH_BYTES, bytes.length));
    this.#begin = from;
    this.#behind = from + 1;
    this.#next = 0;
    this.bytes = this.#count > 0 ? bytes : undefined;
  }
}
