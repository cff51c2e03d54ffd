/** What a listener keeps of one connection, as the connection sees it. */

import type { Context, ExitReason } from "@wheelhouse/actors";
import type { LimitReached } from "../events.ts";
import type { Socket } from "../socket/socket.ts";

/** A connection's place among those of its listener: free when its process has ended, and what that sent has left. */
export interface ConnectionPlace {
  /** A proxy's header comes first: its address is one of those trusted to send one. */
  readonly proxied: boolean;
  /** Its process was told that the listener drains. */
  readonly isToldOfDrain: boolean;
  /** Its process has its socket. */
  readonly hasBegun: boolean;
  /** Its process will never begin. */
  abandon(): void;
  /** The process has its socket; false when it came too late, and has to end. */
  begin(ctx: ConnectionProcess, socket: Socket): boolean;
  /** A proxy has said who it is: its limits hold for that one. */
  comesFrom(address: string): LimitReached | undefined;
  /** The process has ended. */
  release(reason: ExitReason): void;
  /** Counts no longer against the listener's limits; once is enough. */
  uncount(): void;
}

/** What a place uses of its connection. */
export interface ConnectionProcess extends Pick<Context, "emit" | "inform" | "now" | "self"> {
  /** The listener drains: nothing more is read, so that whoever waits for it goes on, and no handshake is waited for. */
  beginToDrain(): void;
}
