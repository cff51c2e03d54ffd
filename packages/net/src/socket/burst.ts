/** What is sent in one burst, in order, until it leaves in one system call. */

export class Burst {
  bytes = 0;
  readonly #pieces: Uint8Array[] = [];
  /** The piece at the end, which may grow: what is cut out of one chunk and sent on leaves as one piece, uncopied. */
  #last: Uint8Array | undefined = undefined;
  /** What the last piece is a view into, and where it ends there. */
  #memory: ArrayBufferLike | undefined = undefined;
  #end = 0;

  /** `memory` is what the piece is a view into, where one knows: to ask the piece itself costs more than to send it. */
  add(piece: Uint8Array, memory: ArrayBufferLike | undefined): void {
    this.bytes += piece.length;
    if (memory !== undefined && memory === this.#memory && piece.byteOffset === this.#end) {
      this.#end += piece.length;
      return;
    }
    this.#endLast();
    this.#last = piece;
    this.#memory = memory;
    this.#end = piece.byteOffset + piece.length;
  }

  /** All of it; nothing is added any more. */
  takePieces(): readonly Uint8Array[] {
    this.#endLast();
    return this.#pieces;
  }

  #endLast(): void {
    const last = this.#last;
    if (last === undefined) return;
    const length = this.#end - last.byteOffset;
    // A Buffer, since Node.js makes one of whatever else is written.
    const grown = length > last.length && this.#memory !== undefined;
    this.#pieces.push(grown ? Buffer.from(this.#memory as ArrayBuffer, last.byteOffset, length) : last);
    this.#last = undefined;
  }
}
