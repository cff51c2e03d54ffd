/** Chunks in the order they came, taken from the front in constant time. */

/** So many places at the front may be empty before the rest moves up. */
const EMPTY_PLACES = 64;

export class ChunkQueue {
  /** Bytes of all chunks. */
  bytes = 0;
  #chunks: (Buffer | undefined)[] = [];
  #head = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.bytes += chunk.length;
  }

  shift(): Buffer | undefined {
    const chunk = this.#chunks[this.#head];
    if (chunk === undefined) return undefined;
    this.#chunks[this.#head] = undefined;
    this.#head += 1;
    this.bytes -= chunk.length;
    this.#closeUp();
    return chunk;
  }

  /** Puts a chunk back in front of all others. */
  unshift(chunk: Buffer): void {
    if (this.#head === 0) this.#chunks.unshift(chunk);
    else this.#chunks[(this.#head -= 1)] = chunk;
    this.bytes += chunk.length;
  }

  /** All of them; none is left. */
  takeAll(): Buffer[] {
    const chunks = this.#chunks.slice(this.#head) as Buffer[];
    this.#chunks = [];
    this.#head = 0;
    this.bytes = 0;
    return chunks;
  }

  /** Moves what is left once more than half is empty, so that each chunk is moved a bounded number of times. */
  #closeUp(): void {
    if (this.#head === this.#chunks.length) {
      this.#chunks.length = 0;
    } else if (this.#head > EMPTY_PLACES && this.#head * 2 > this.#chunks.length) {
      this.#chunks.splice(0, this.#head);
    } else {
      return;
    }
    this.#head = 0;
  }
}
