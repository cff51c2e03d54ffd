/** Pieces of memory that lie one behind the other: what was cut from one chunk and sent on leaves as one piece, uncopied. */
export function joinNeighbours(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
  if (pieces.length === 1) return pieces;
  const joined: Uint8Array[] = [];
  let first = 0;
  for (let next = 1; next <= pieces.length; next += 1) {
    if (next < pieces.length && isBehind(pieces[next] as Uint8Array, pieces[next - 1] as Uint8Array))
      continue;
    joined.push(span(pieces[first] as Uint8Array, pieces[next - 1] as Uint8Array));
    first = next;
  }
  return joined;
}

function isBehind(piece: Uint8Array, before: Uint8Array): boolean {
  return piece.buffer === before.buffer && piece.byteOffset === before.byteOffset + before.byteLength;
}

function span(first: Uint8Array, last: Uint8Array): Uint8Array {
  if (first === last) return first;
  return new Uint8Array(first.buffer, first.byteOffset, last.byteOffset + last.byteLength - first.byteOffset);
}
