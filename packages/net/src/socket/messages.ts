/** What a socket tells its owner, and whoever receives from it. */

import { defineInfo } from "@wheelhouse/actors";
import type { FramingFault } from "../framing/framer.ts";
import type { Socket } from "./socket.ts";

/**
 * How packets are delivered (inet's `active`): `"once"` gives one and waits to be asked again, `true` gives all, a number
 * so many, `false` none but to `recv`.
 */
export type ActiveMode = "once" | boolean | number;

/** What reaches the owner. After `closed` nothing comes any more but `drained`, where this side still sends. */
export type SocketMessage =
  | { readonly type: "data"; readonly socket: Socket; readonly data: Buffer }
  /**
   * A packet over the limit. Without a `fault` it is skipped, and the packets behind it come; with one nobody knows where
   * they begin: nothing is read any more, and `closed` is next.
   */
  | { readonly type: "overlong"; readonly socket: Socket; readonly fault: FramingFault | undefined }
  /** The bytes don't follow the framing: nothing is read any more, and `closed` is next. */
  | { readonly type: "malformed"; readonly socket: Socket; readonly fault: FramingFault }
  /** As many packets as were asked for with a number have come. */
  | { readonly type: "passive"; readonly socket: Socket }
  /** A connection has given its socket to this process, whose it is from here on: `ConnectionContext.transfer`. */
  | { readonly type: "handed"; readonly socket: Socket }
  /** What is unsent has fallen to the low watermark after it had passed the high one. */
  | { readonly type: "drained"; readonly socket: Socket }
  | SocketClosed;

/**
 * A packet; whoever takes those behind it without further messages finds each in the place of the one before. A class, since V8
 * counts how long what literals make lives, and has all that one makes grow old at once where its first did.
 */
export class PacketMessage {
  readonly type = "data";
  readonly socket: Socket;
  data: Buffer;

  constructor(socket: Socket, data: Buffer) {
    this.socket = socket;
    this.data = data;
  }
}

/** All that came before was delivered; the peer sends no more, or the connection broke. */
export interface SocketClosed {
  readonly type: "closed";
  readonly socket: Socket;
  /** Why it broke; `undefined` when the peer has ended it orderly, and after `stopReading`. */
  readonly error: Error | undefined;
  /** The peer reset it. */
  readonly reset: boolean;
  /** It was this side that stopped reading. */
  readonly stopped: boolean;
}

/** What a receive can answer instead of bytes. */
export type ReceiveError =
  /** The peer sends no more, or the socket was closed. */
  | "closed"
  /** The peer reset the connection. */
  | "reset"
  /** A packet was over the limit: skipped, or the end of all reading, as `overlong` says. */
  | "overlong"
  /** The bytes don't follow the framing; nothing is read any more. */
  | "malformed"
  /** Packets go to the owner as messages, or somebody receives already. */
  | "active"
  /** Nothing came in time. What had come of it is kept. */
  | "timeout";

/** The kind of a socket's messages: handle them with `on(SocketInfo, …)`. */
export const SocketInfo = defineInfo<SocketMessage>("net:socket");
