/** What is sent in one burst, in order, until it leaves in one system call. */

export class Burst {
  bytes = 0;
  /** All but the last; mostly there are none. */
  #pieces: Uint8Array[] | undefined = undefined;
  /** The piece at the end, which may grow: what is cut out of one chunk and sent on leaves as one piece, uncopied. */
  #last: Uint8Array | undefined = undefined;
  /** What the last piece is a view into, and where it ends there. */
  #memory: ArrayBufferLike | undefined = undefined;
  #end = 0;

  /** `memory` is what the piece is a view into, where one knows: to ask the piece itself costs more than to send it. */
  add(piece: Uint8Array, memory: ArrayBufferLike | undefined): void {
    const { length } = piece;
    this.bytes += length;
    if (memory !== undefined && memory === this.#memory && piece.byteOffset === this.#end) {
      this.#end += length;
      return;
    }
    if (this.#last !== undefined) this.#pieces = this.takePieces();
    this.#last = piece;
    this.#memory = memory;
    this.#end = piece.byteOffset + length;
  }

  /** All of it; nothing is added any more. */
  takePieces(): Uint8Array[] {
    if (this.#last === undefined) return [];
    const last = this.#grown(this.#last);
    if (this.#pieces === undefined) return [last];
    this.#pieces.push(last);
    return this.#pieces;
  }

  /** As far as it has grown: a Buffer, since Node.js makes one of whatever else is written. */
  #grown(last: Uint8Array): Uint8Array {
    const length = this.#end - last.byteOffset;
    if (length === last.length || this.#memory === undefined) return last;
    return Buffer.from(this.#memory as ArrayBuffer, last.byteOffset, length);
  }
}
