/** Framing: where one packet ends and the next begins, whatever the chunks the network made of them. */

/** What a framer finds: a packet, or the notice that one was longer than allowed and is skipped. */
export type Frame = Buffer | typeof OVERLONG;

/** A packet over the limit began; what follows of it is skipped, and the packets behind it come. */
export const OVERLONG: unique symbol = Symbol("overlong");

/** Why nobody can tell any more where the next packet begins. */
export type FramingFault =
  /** A packet is over the limit. `declaredBytes` is its size where the peer said one. */
  | { readonly code: "too_large"; readonly maxBytes: number; readonly declaredBytes: number | undefined }
  /** The bytes don't follow the framing. */
  | { readonly code: "malformed" };

/**
 * Cuts a stream into packets, incrementally. From `push` on a chunk belongs to the framer and to the packets that are
 * views into it: whoever pushes it doesn't write to it again, and whoever keeps a packet for long copies it. A packet
 * that was handed out never changes.
 */
export interface Framer {
  push(chunk: Buffer): void;
  /** The next packet; `undefined` when more bytes are needed, or none will help: then there is a `fault`. */
  next(): Frame | undefined;
  /** The stream is at its end: what is held was dropped, and what is pushed from here on is too. */
  readonly fault: FramingFault | undefined;
  /** Most bytes of one packet; a change holds from the next one on, at the latest. */
  maxBytes: number;
  /** What the packet that `next` gave last is a view into, where it is one: packets that are sent on leave in one piece. */
  readonly memory?: ArrayBufferLike | undefined;
  /** Bytes that are held, whole packets and a partial one. */
  readonly heldBytes: number;
  /**
   * Whether it is as it was when it was made, but for its `maxBytes`, so that another connection of the same settings may go
   * on with it. Default: never.
   */
  readonly isAtRest?: boolean;
  /**
   * Gives up all bytes that weren't handed out, in order, so that another framer can go on with them.
   * `undefined` amid a packet that is skipped and after a fault: what follows is no packet's beginning.
   */
  takeRest(): readonly Buffer[] | undefined;
  /** Exactly so many bytes (at least 1), whatever their chunks; `undefined` until there are. Raw framers only. */
  take?(bytes: number): Buffer | undefined;
}

/** What becomes of a line or a delimited packet over the limit: a fault, or it is reported once and skipped. */
export type Overlong = "error" | "skip";

export interface FramerOptions {
  /** Most bytes of one packet; what is counted is the kind's to say (`Packet`). */
  readonly maxPacketBytes: number;
  /** Lengths that were declared and framers of one's own always fault. */
  readonly overlong: Overlong;
}

/** Makes a framer for one connection. */
export type FramerFactory = (options: FramerOptions) => Framer;
