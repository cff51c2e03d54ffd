/** The sender's half of one direction: what the program wrote, what its kernel holds, and what the receiver has room for. */

import { ChunkQueue } from "../framing/chunk-queue.ts";

export class Outgoing {
  /** What the kernel hasn't taken. */
  readonly #unsent = new ChunkQueue();
  readonly #kernel = new ChunkQueue();
  readonly #kernelBytes: number;
  readonly #window: number;
  #room: number;

  /** @param kernelBytes what the sender's kernel holds. @param window what the receiver's holds. */
  constructor(kernelBytes: number, window: number) {
    this.#kernelBytes = kernelBytes;
    this.#window = window;
    this.#room = window;
  }

  get unsentBytes(): number {
    return this.#unsent.bytes;
  }

  /** Nothing is left to be put on the wire. */
  get isEmpty(): boolean {
    return this.#unsent.bytes === 0 && this.#kernel.bytes === 0;
  }

  /** What was written and the receiver hasn't read, as far as the sender knows. */
  get unreadBytes(): number {
    return this.#unsent.bytes + this.#kernel.bytes + this.#window - this.#room;
  }

  write(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) if (chunk.length > 0) this.#unsent.push(asBuffer(chunk));
    this.#fillKernel();
  }

  /** What goes on the wire next: of what could go, as much as `choose` says. `undefined` when nothing can. */
  take(choose: (mostBytes: number) => number): Buffer | undefined {
    const most = Math.min(this.#kernel.bytes, this.#room);
    if (most === 0) return undefined;
    const bytes = takeBytes(this.#kernel, choose(most));
    this.#room -= bytes.length;
    this.#fillKernel();
    return bytes;
  }

  /** The receiver has room for so many more. */
  granted(bytes: number): void {
    this.#room += bytes;
  }

  dropUnsent(): void {
    this.#unsent.takeAll();
  }

  drop(): void {
    this.#unsent.takeAll();
    this.#kernel.takeAll();
  }

  #fillKernel(): void {
    const room = Math.min(this.#kernelBytes - this.#kernel.bytes, this.#unsent.bytes);
    if (room > 0) this.#kernel.push(takeBytes(this.#unsent, room));
  }
}

/** Takes so many bytes from the front, at most all; always a copy, for both ends' programs may write into theirs. */
export function takeBytes(queue: ChunkQueue, bytes: number): Buffer {
  const parts: Buffer[] = [];
  let missing = Math.min(bytes, queue.bytes);
  while (missing > 0) {
    const chunk = queue.shift() as Buffer;
    if (chunk.length > missing) queue.unshift(chunk.subarray(missing));
    parts.push(chunk.subarray(0, missing));
    missing -= Math.min(missing, chunk.length);
  }
  return Buffer.concat(parts);
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
