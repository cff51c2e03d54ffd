/** What a connection's handlers are given: a process's context, and the socket's verbs. */

import { ProcessContext, type Context, type Protocol } from "@wheelhouse/actors";
import type { Endpoint } from "../network/network.ts";
import type { Socket, SocketStats } from "../socket/socket.ts";

export interface ConnectionContext<P extends Protocol = Protocol, S = unknown> extends Context<P, S> {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly stats: SocketStats;
  /**
   * Writes at the end of this burst, with everything else that is written in it. `closed` when it can't arrive any more;
   * `full` when more would be unsent than the listener allows: the connection is cut then.
   */
  send(data: string | Uint8Array): "sent" | "closed" | "full";
  /** Sends FIN after what was written; packets still come. */
  shutdownWrite(): void;
  /** Closes after what was written, and ends the process. */
  close(): void;
  /** Takes no more packets until `resume`, so that the peer has to wait. */
  pause(): void;
  resume(): void;
  /** Most bytes of one packet, from the next one on. */
  setMaxPacketBytes(bytes: number): void;
}

/** The process's context with its socket; between packets it decides whether the next one may come. */
export class SocketContext extends ProcessContext {
  /** The handler's `init` is done. */
  begun = false;
  #socket: Socket | undefined;
  #paused = false;
  /** The last packet is handled, and the next one hasn't been asked for. */
  #due = false;
  /** When the last packet was handled. */
  #readyAt = 0;

  /** @internal */
  attach(socket: Socket): void {
    this.#socket = socket;
  }

  get socket(): Socket {
    if (this.#socket === undefined)
      throw new Error("expected the connection's process to be started by a listener");
    return this.#socket;
  }

  /** Asks for the next packet. While the peer doesn't read what it was sent, nothing more is read from it either. */
  askForNext(): void {
    this.#readyAt = this.now();
    this.#due = this.#paused || !this.socket.writable;
    if (!this.#due) this.socket.setActive("once");
  }

  /** Asks for it if that was put off. */
  askIfDue(): void {
    if (this.#due) this.askForNext();
  }

  /** Since when it is the peer's turn: neither a slow handler nor a pause of ours is the peer's silence. */
  get silentSince(): number {
    return this.#paused ? this.now() : Math.max(this.#readyAt, this.socket.lastReadAt);
  }

  get local(): Endpoint {
    return this.socket.local;
  }

  get remote(): Endpoint {
    return this.socket.remote;
  }

  get stats(): SocketStats {
    return this.socket.stats;
  }

  send(data: string | Uint8Array): "sent" | "closed" | "full" {
    const result = this.socket.send(data);
    if (result === "full") this.stop({ shutdown: "the peer doesn't read" });
    return result;
  }

  shutdownWrite(): void {
    this.socket.shutdown();
  }

  close(): void {
    this.stop("normal");
  }

  pause(): void {
    this.#paused = true;
    if (this.socket.active === false) return;
    this.socket.setActive(false);
    this.#due = true;
  }

  resume(): void {
    this.#paused = false;
    this.askIfDue();
  }

  setMaxPacketBytes(bytes: number): void {
    this.socket.maxPacketBytes = bytes;
  }
}
