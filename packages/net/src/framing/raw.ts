/** No framing: packets are what the network delivered at once, or so many bytes as are asked for. */

import { toLargerBlock } from "./block.ts";
import { ChunkQueue } from "./chunk-queue.ts";
import type { Framer } from "./framer.ts";

const NOTHING = Buffer.alloc(0);

export class RawFramer implements Framer {
  maxBytes = Number.POSITIVE_INFINITY;
  readonly fault = undefined;
  readonly #chunks = new ChunkQueue();
  /** What has come of the bytes that `take` was asked for. */
  #gathered: Buffer = NOTHING;
  /** The memory of `#gathered`, with room behind it. */
  #block: Buffer = NOTHING;

  get heldBytes(): number {
    return this.#gathered.length + this.#chunks.bytes;
  }

  get isAtRest(): boolean {
    return this.heldBytes === 0;
  }

  push(chunk: Buffer): void {
    if (chunk.length > 0) this.#chunks.push(chunk);
  }

  next(): Buffer | undefined {
    return this.#gathered.length > 0 ? this.#takeGathered() : this.#chunks.shift();
  }

  take(bytes: number): Buffer | undefined {
    if (this.#gathered.length > bytes) this.#chunks.unshift(this.#takeGathered());
    for (;;) {
      if (this.#gathered.length === bytes) return this.#takeGathered();
      const chunk = this.#chunks.shift();
      if (chunk === undefined) return undefined;
      const missingBytes = bytes - this.#gathered.length;
      if (chunk.length > missingBytes) this.#chunks.unshift(chunk.subarray(missingBytes));
      const part = chunk.length > missingBytes ? chunk.subarray(0, missingBytes) : chunk;
      if (part.length === bytes) return part;
      this.#gather(part, bytes);
    }
  }

  takeRest(): readonly Buffer[] {
    const chunks = this.#chunks.takeAll();
    return this.#gathered.length > 0 ? [this.#takeGathered(), ...chunks] : chunks;
  }

  /** Put together in one block as it comes: chunks of a byte each would take a hundred times their size. */
  #gather(part: Buffer, wantedBytes: number): void {
    const end = this.#gathered.length + part.length;
    if (end > this.#block.length) this.#block = toLargerBlock(this.#gathered, 0, part.length, wantedBytes);
    part.copy(this.#block, this.#gathered.length);
    this.#gathered = this.#block.subarray(0, end);
  }

  #takeGathered(): Buffer {
    const gathered = this.#gathered;
    this.#gathered = NOTHING;
    this.#block = NOTHING;
    return gathered;
  }
}
