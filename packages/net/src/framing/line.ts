import { OVERLONG, type Frame, type Framer } from "./framer.ts";

const LINE_FEED = 10;
const NOTHING = Buffer.alloc(0);

/**
 * Lines, each with its `\n` as it came. Every byte is looked at once, and of a line over the limit nothing is kept:
 * it is reported once and skipped to its end, never cut into lines that weren't sent.
 */
export class LineFramer implements Framer {
  maxBytes: number;
  #chunks: Buffer[] = [];
  /** Where in the first chunk the next line begins. */
  #offset = 0;
  /** Holds what came so far of a line that isn't whole yet: one buffer, since bytes may come one by one. */
  #partial = NOTHING;
  #partialBytes = 0;
  #skipping = false;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get heldBytes(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, this.#partialBytes) - this.#offset;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  next(): Frame | undefined {
    for (let chunk = this.#chunks[0]; chunk !== undefined; chunk = this.#chunks[0]) {
      const end = chunk.indexOf(LINE_FEED, this.#offset);
      const frame = end < 0 ? this.#keepRest(chunk) : this.#take(chunk, end + 1);
      if (frame !== undefined) return frame;
    }
    return undefined;
  }

  #keepRest(chunk: Buffer): Frame | undefined {
    const rest = chunk.subarray(this.#offset);
    this.#dropChunk();
    if (this.#skipping || rest.length === 0) return undefined;
    if (this.#partialBytes + rest.length < this.maxBytes) {
      this.#append(rest);
      return undefined;
    }
    this.#dropPartial();
    this.#skipping = true;
    return OVERLONG;
  }

  #take(chunk: Buffer, end: number): Frame | undefined {
    const rest = chunk.subarray(this.#offset, end);
    if (end === chunk.length) this.#dropChunk();
    else this.#offset = end;
    if (this.#skipping) {
      this.#skipping = false;
      return undefined;
    }
    const bytes = this.#partialBytes + rest.length;
    if (bytes > this.maxBytes) {
      this.#dropPartial();
      return OVERLONG;
    }
    if (this.#partialBytes === 0) return rest;
    this.#append(rest);
    const line = this.#partial.subarray(0, bytes);
    this.#dropPartial();
    return line;
  }

  /** The buffer doubles when it is full, so that each byte is moved a bounded number of times. */
  #append(rest: Buffer): void {
    const bytes = this.#partialBytes + rest.length;
    if (bytes > this.#partial.length) {
      const doubled = Math.min(this.#partial.length * 2, this.maxBytes);
      const grown = Buffer.allocUnsafe(Math.max(bytes, doubled));
      this.#partial.copy(grown, 0, 0, this.#partialBytes);
      this.#partial = grown;
    }
    rest.copy(this.#partial, this.#partialBytes);
    this.#partialBytes = bytes;
  }

  #dropChunk(): void {
    this.#chunks.shift();
    this.#offset = 0;
  }

  #dropPartial(): void {
    this.#partial = NOTHING;
    this.#partialBytes = 0;
  }
}
