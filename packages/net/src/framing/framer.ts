/** Framing: where one packet ends and the next begins, whatever the chunks the network made of them. */

/** What a framer finds: a packet, or the notice that one was longer than allowed. */
export type Frame = Buffer | typeof OVERLONG;

/** A packet over the limit began; what follows of it is skipped. */
export const OVERLONG: unique symbol = Symbol("overlong");

/**
 * Cuts a stream into packets, incrementally. A framer owns each chunk from `push` until its last packet was taken;
 * a packet is a view into its chunk where it lies within one, so whoever keeps it long copies it.
 */
export interface Framer {
  push(chunk: Buffer): void;
  /** The next packet; `undefined` when more bytes are needed. */
  next(): Frame | undefined;
  /** Most bytes of one packet, its delimiter included; a change holds from the next packet on. */
  maxBytes: number;
  /** Bytes that are held, whole packets and a partial one. */
  readonly heldBytes: number;
}

export type Packet = "raw" | "line";
