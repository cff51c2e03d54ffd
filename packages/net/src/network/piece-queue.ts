/** Bytes that wait to be written, taken from the front in pieces of a bounded size. */

export class PieceQueue {
  bytes = 0;
  /** To be called when it is empty, or dropped. */
  whenEmpty: (() => void) | undefined = undefined;
  #chunks: Uint8Array[] = [];
  /** How many chunks at the front are gone. */
  #head = 0;

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.bytes += chunk.length;
  }

  /** Up to so many bytes, as views into what was pushed. Call it only while there are `bytes`. */
  take(mostBytes: number): readonly Uint8Array[] {
    const piece: Uint8Array[] = [];
    let room = mostBytes;
    while (room > 0 && this.bytes > 0) {
      const part = this.#takePart(room);
      piece.push(part);
      room -= part.length;
    }
    return piece;
  }

  #takePart(mostBytes: number): Uint8Array {
    const chunk = this.#chunks[this.#head] as Uint8Array;
    const part = chunk.length > mostBytes ? chunk.subarray(0, mostBytes) : chunk;
    if (part === chunk) this.#dropFirst();
    else this.#chunks[this.#head] = chunk.subarray(mostBytes);
    this.bytes -= part.length;
    return part;
  }

  /** What was taken is let go in whole batches, so that each chunk is moved a bounded number of times. */
  #dropFirst(): void {
    this.#head += 1;
    if (this.#head * 2 < this.#chunks.length) return;
    this.#chunks = this.#chunks.slice(this.#head);
    this.#head = 0;
  }
}
