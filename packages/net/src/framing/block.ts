/** Memory in which the parts of a packet are put together. */

/** The smallest block: parts that come byte by byte don't each need a new one. */
const MIN_BLOCK_BYTES = 64;

/**
 * A new block that begins with `bytes` from `begin` on and has room for `moreBytes`. It is twice as large as what it
 * holds, so that each byte is moved a bounded number of times, but not beyond `maxBytes` unless it must.
 */
export function toLargerBlock(bytes: Buffer, begin: number, moreBytes: number, maxBytes: number): Buffer {
  const heldBytes = bytes.length - begin;
  const wishedBytes = Math.min(Math.max(2 * heldBytes, MIN_BLOCK_BYTES), maxBytes);
  const block = Buffer.allocUnsafe(Math.max(heldBytes + moreBytes, wishedBytes));
  bytes.copy(block, 0, begin);
  return block;
}
