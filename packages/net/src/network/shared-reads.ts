/**
 * Has sockets of `node:net` read into one piece of memory that all of them share, out of which each chunk is copied. By
 * itself Node.js takes 64 KiB of new memory for each read. It has an option for this (`onread` of `net.Socket`), but not for
 * sockets that a server accepts: for them what the option would set is set here.
 */

import { Socket } from "node:net";

/**
 * More than the 64 KiB that much of a program's traffic comes in at a time: libuv reads again, in vain, when a read was full. And
 * less than the 128 KiB from which on the C library maps memory for each chunk anew (mallopt(3), M_MMAP_THRESHOLD).
 */
const READ_BYTES = 98_304;
const shared = Buffer.allocUnsafeSlow(READ_BYTES);

/** The fields that the option sets, as far as this Node.js has them. */
const [MEMORY, ON_READ] = ["kBuffer", "kBufferCb"].map((name) =>
  Object.getOwnPropertySymbols(new Socket()).find(({ description }) => description === name),
);

/** The kernel's socket. */
const HANDLE = "_handle";

interface Inside {
  [field: symbol]: unknown;
  readonly [HANDLE]?: { useUserBuffer?(memory: Buffer): void } | null;
}

/** Called with the socket and how many bytes were read; `false` would stop the reading. */
type OnRead = (this: Socket, bytes: number) => boolean;

/**
 * The socket mustn't be reading yet. `onRead` has to take what was read by {@link takeRead} before it returns. Answers `false`
 * where this Node.js knows no such way: then `data` tells of the chunks.
 */
export function readShared(socket: Socket, onRead: OnRead): boolean {
  const inside = socket as unknown as Inside;
  const { [HANDLE]: handle } = inside;
  if (MEMORY === undefined || ON_READ === undefined || handle?.useUserBuffer === undefined) return false;
  inside[MEMORY] = shared;
  inside[ON_READ] = onRead;
  handle.useUserBuffer(shared);
  return true;
}

/** What was read last, in memory that is its receiver's alone. */
export function takeRead(bytes: number): Buffer {
  const chunk = Buffer.allocUnsafe(bytes);
  shared.copy(chunk, 0, 0, bytes);
  return chunk;
}
