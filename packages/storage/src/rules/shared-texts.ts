/**
 * Memory for texts on their way to the thread that stores them: outside of V8's heaps, where nobody copies them while they wait,
 * and shared by both threads, so that neither copies them on the way. It goes round: to make it anew each time would have V8 look
 * for garbage in all of its heap as often as before. A piece that isn't given back is garbage like any other.
 */

/** Of a piece. */
export const PIECE_BYTES = 32_768;
/** Pieces that nobody needs are kept for the next, up to 4 MiB. */
const MOST_FREE = 128;

const free: Uint8Array[] = [];

export function takePiece(): Uint8Array {
  return free.pop() ?? new Uint8Array(new SharedArrayBuffer(PIECE_BYTES));
}

/** Nobody may read it any more. */
export function giveBack(piece: Uint8Array): void {
  if (free.length < MOST_FREE) free.push(piece);
}
