/** What a connection's handlers are given: a process's context, and the socket's verbs. */

import type { Context, Protocol, Ref } from "@wheelhouse/actors";
import type { Endpoint } from "../network/network.ts";
import type { TlsInfo, TlsOptions } from "../network/tls.ts";
import type { ActiveMode, ReceiveError } from "../socket/messages.ts";
import type { SocketSettings } from "../socket/options.ts";
import type { TransferResult } from "../socket/open.ts";
import type { SendResult, Sendable } from "../socket/outgoing.ts";
import type { SecureOptions, SendFileOptions, SocketStats } from "../socket/socket.ts";
import type { ProxyHeader } from "./proxy-header.ts";

/** What may be changed of a connection at any time; what is left out stays as it is. */
export interface ConnectionChanges extends SocketSettings {
  /** How packets are delivered from here on; see the listener's `active`. */
  readonly active?: ActiveMode;
  /** Milliseconds of the peer's silence, as {@link ConnectionContext.setReadTimeout} sets them. */
  readonly readTimeoutMs?: number;
}

/** What each of a connection's handlers is given: its process's context, and its socket. */
export interface ConnectionContext<P extends Protocol = Protocol, S = unknown> extends Context<P, S> {
  readonly local: Endpoint;
  /** The other end of the socket; behind a proxy, the proxy. */
  readonly remote: Endpoint;
  /** What was agreed on where the connection is encrypted. */
  readonly tls: TlsInfo | undefined;
  /** What a trusted proxy has told of the connection; there from `connected` on. */
  readonly proxied: ProxyHeader | undefined;
  readonly stats: SocketStats;

  /**
   * Writes at the end of this burst, with everything else that is written in it. `closed` when it can't arrive any more;
   * `too_large` when its length prefix can't say so many bytes; `full` when more is unsent than `maxUnsentBytes` allows:
   * the connection is cut then, unless `whenFull` says otherwise.
   */
  send(data: Sendable): SendResult;
  /** Whether less is unsent than the high watermark; else `drained` says when less than the low one is. */
  readonly writable: boolean;
  drained(): Promise<"drained" | "closed">;
  /**
   * Sends a file, or `bytes` of it from `from` on, as fast as the peer reads; what is sent meanwhile comes behind it.
   * Resolves with the number of bytes.
   *
   * @throws SendFileError when it can't be read.
   */
  sendFile(path: string, options?: SendFileOptions): Promise<number | "closed">;

  /** Sends FIN after what was written; packets still come. */
  shutdownWrite(): void;
  /**
   * Ends the process once this handler has returned, and closes after what was written. Where no handler runs, what waits
   * already is handled before.
   */
  close(): void;
  /** The same, but what was written and hasn't left is dropped, and the peer sees a reset. */
  abort(): void;

  /**
   * Takes no more packets until `resume`, so that the peer has to wait. Its silence doesn't count meanwhile, and its end
   * isn't noticed unless something is written. Packets that are in the mailbox still come: up to 64 with `active: true`.
   */
  pause(): void;
  resume(): void;
  /** Changes how packets are made and delivered, and how much may be unsent. @throws RangeError when a change is wrong. */
  setOptions(changes: ConnectionChanges): void;
  /**
   * How long the peer may be silent from here on, in milliseconds; `Infinity` for ever. `once`: only until its next packet
   * or the time-out, and then what was set before holds again.
   *
   * @throws RangeError when either is wrong.
   */
  setReadTimeout(ms: number, lasts?: "always" | "once"): void;
  /**
   * Takes the next packet of a connection with `active: false`; in raw mode exactly so many `bytes`, or with 0 whatever
   * there is. It waits for `timeoutMs`, by default as long as the peer may be silent; a time-out keeps what has come. After
   * `closed` or `reset` the connection ends with this handler.
   */
  recv(bytes?: number, timeoutMs?: number): Promise<Buffer | ReceiveError>;

  /**
   * Goes on encrypted (STARTTLS). What was read before and not handled is part of the handshake, never data. When it
   * `failed`, the connection is closed and ends with this handler. Without options, those of the listener's `tls` hold.
   */
  secure(options?: TlsOptions, limits?: SecureOptions): Promise<TlsInfo | "failed">;
  /**
   * Gives the socket to another process, which hears `handed` first, and then the messages that wait here. It goes on in the
   * mode it has: with `"once"` the next packet comes, and a passive socket (`active: false`, a count that has run out, a
   * `pause`, `"once"` in `connected`) is the new owner's to read from. This process ends then, `normal`, and its place among the listener's
   * connections is free.
   */
  transfer(to: Ref): TransferResult;
  /** Counts no longer against the listener's limits: somebody else may come in its place. Once is enough. */
  uncount(): void;
}
