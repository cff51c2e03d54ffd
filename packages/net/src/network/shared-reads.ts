/**
 * Has sockets of `node:net` read into one piece of memory that all of them share, out of which each chunk is copied. By
 * itself Node.js takes 64 KiB of new memory for each read. Only a socket that brings much at a time has memory of its own, as
 * long as it does, so that nothing needs to be copied. Node.js has an option for this (`onread` of `net.Socket`), but not for
 * sockets that a server accepts: for them what the option would set is set here.
 */

import { Socket } from "node:net";

/**
 * More than the 64 KiB that much of a program's traffic comes in at a time: libuv reads again, in vain, when a read was full. Not
 * much more, since what of a socket's own memory isn't read into waits for V8's collection all the same.
 */
const READ_BYTES = 66_560;
/** To copy so many bytes costs more than new memory does. */
const MUCH_BYTES = 32_768;
/** Sockets that may have memory of their own: 4 MiB, also where all of them fall silent just then. */
const MOST_OWNERS = 64;

const shared = Buffer.allocUnsafeSlow(READ_BYTES);
const owners = new Set<Socket>();
/** What the socket that was read last goes on with, if not with what it had. */
let next: Buffer | undefined = undefined;

/** The fields that the option sets, as far as this Node.js has them. */
const [MEMORY, ON_READ, NEXT_MEMORY] = ["kBuffer", "kBufferCb", "kBufferGen"].map((name) =>
  Object.getOwnPropertySymbols(new Socket()).find(({ description }) => description === name),
);

/** The kernel's socket. */
const HANDLE = "_handle";

interface Inside {
  [field: symbol]: unknown;
  readonly [HANDLE]?: { useUserBuffer?(memory: Buffer): void } | null;
}

/** Called with the socket, how many bytes were read and where to; `false` would stop the reading. */
type OnRead = (this: Socket, bytes: number, memory: Buffer) => boolean;

/**
 * The socket mustn't be reading yet. `onRead` takes what was read by {@link takeRead} before it returns, if it wants it, and
 * mustn't throw; at the socket's end {@link endReads} is due. Answers `false` where this Node.js knows no such way: then
 * `data` tells of the chunks.
 */
export function readShared(socket: Socket, onRead: OnRead): boolean {
  const inside = socket as unknown as Inside;
  const { [HANDLE]: handle } = inside;
  const hasFields = MEMORY !== undefined && ON_READ !== undefined && NEXT_MEMORY !== undefined;
  if (!hasFields || handle?.useUserBuffer === undefined) return false;
  inside[MEMORY] = shared;
  inside[ON_READ] = onRead;
  inside[NEXT_MEMORY] = takeNext;
  handle.useUserBuffer(shared);
  return true;
}

/** Reads on: at once, where `resume` would have its stream wait for the end of this tick. */
export function readOn(socket: Socket): void {
  const isShared = MEMORY !== undefined && (socket as unknown as Inside)[MEMORY] instanceof Buffer;
  if (isShared) socket.read(0);
  else socket.resume();
}

/** What was read last, in memory that is its receiver's alone. */
export function takeRead(socket: Socket, bytes: number, memory: Buffer): Buffer {
  next = undefined;
  const isOwn = memory !== shared;
  if (bytes >= MUCH_BYTES && (isOwn || owners.size < MOST_OWNERS)) {
    owners.add(socket);
    next = Buffer.allocUnsafeSlow(READ_BYTES);
    if (isOwn) return memory.subarray(0, bytes);
  } else if (isOwn) {
    owners.delete(socket);
    next = shared;
  }
  const chunk = Buffer.allocUnsafe(bytes);
  memory.copy(chunk, 0, 0, bytes);
  return chunk;
}

/** Node.js asks for it after each read. */
function takeNext(): Buffer | undefined {
  const taken = next;
  next = undefined;
  return taken;
}

/** The socket reads no more. */
export function endReads(socket: Socket): void {
  owners.delete(socket);
}
