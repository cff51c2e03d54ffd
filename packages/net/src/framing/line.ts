import { OVERLONG, type Frame, type Framer } from "./framer.ts";

const LINE_FEED = 10;

/**
 * Lines, each with its `\n` as it came. Every byte is looked at once, and of a line over the limit nothing is kept:
 * it is reported once and skipped to its end, never cut into lines that weren't sent.
 */
export class LineFramer implements Framer {
  maxBytes: number;
  #chunks: Buffer[] = [];
  /** Where in the first chunk the next line begins. */
  #offset = 0;
  /** What came so far of a line that isn't whole yet. */
  #partial: Buffer[] = [];
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
      // A small rest is copied: a view would hold the whole chunk.
      this.#partial.push(rest.length * 2 < chunk.length ? Buffer.from(rest) : rest);
      this.#partialBytes += rest.length;
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
    const line = Buffer.concat([...this.#partial, rest], bytes);
    this.#dropPartial();
    return line;
  }

  #dropChunk(): void {
    this.#chunks.shift();
    this.#offset = 0;
  }

  #dropPartial(): void {
    this.#partial = [];
    this.#partialBytes = 0;
  }
}
