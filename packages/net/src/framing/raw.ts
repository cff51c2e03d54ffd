import type { Frame, Framer } from "./framer.ts";

/** No framing: a packet is what the network delivered at once. */
export class RawFramer implements Framer {
  maxBytes = Number.POSITIVE_INFINITY;
  #chunks: Buffer[] = [];

  get heldBytes(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  next(): Frame | undefined {
    return this.#chunks.shift();
  }
}
