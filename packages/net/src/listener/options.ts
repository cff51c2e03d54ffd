/** What a listener can be told, and what it does unless told otherwise. */

import type { Protocol } from "@wheelhouse/actors";
import type { ConnectionHandler } from "../connection/connection.ts";
import type { TlsServerOptions } from "../network/tls.ts";
import type { ActiveMode } from "../socket/messages.ts";
import type { ListenOptions, SocketOptions } from "../socket/options.ts";
import type { Alarm } from "./alarms.ts";
import type { Rate } from "./rate.ts";

/** How long a peer may be silent, in milliseconds. */
export const READ_TIMEOUT_MS = 60_000;
/** How packets are delivered to a handler: each when the one before is handled. */
export const ACTIVE: ActiveMode = "once";
/** How long connections have to end when the listener drains, in milliseconds. */
export const DRAIN_TIMEOUT_MS = 15_000;
/** How long after one connection the next is told of a drain, in milliseconds. */
export const DRAIN_STAGGER_MS = 0;
/** Connections at a time. */
export const MAX_CONNECTIONS = 16_384;
/** Connections that may wait for a place at a time. */
export const MAX_WAITING = 1_024;
/** How long one may wait for a place, in milliseconds. */
export const WAIT_TIMEOUT_MS = 5_000;
/** File descriptors that are kept free for the rest of the program. */
export const RESERVED_DESCRIPTORS = 32;

/** Whose PROXY headers are believed. */
export interface ProxyProtocolOptions {
  /**
   * Addresses (`192.0.2.1`) and ranges (`10.0.0.0/8`, `2001:db8::/32`) of proxies. From these, every connection must begin
   * with a header of version 1 or 2, or it is closed; from all others a header is data like any other, and proves nothing.
   * Whoever connects to a `path` has no address, and is never a proxy.
   */
  readonly trusted: readonly string[];
}

/** When `tls` begins. */
export type TlsFrom = "connect" | "upgrade";

/** Encryption begins with the connection unless told otherwise. */
export const TLS_FROM: TlsFrom = "connect";

/**
 * Where and how to listen, what each connection's socket does ({@link SocketOptions}), and who may come in. Times are
 * milliseconds.
 */
export interface ListenerOptions<P extends Protocol = Protocol> extends ListenOptions, SocketOptions {
  /** What each connection's process does. */
  readonly handler: ConnectionHandler<P>;
  /**
   * How packets are delivered: `"once"` each when the one before is handled and what was written has found room; `true`
   * all as they come, 64 at a time; a number so many; `false` none but to `ctx.recv`.
   * Default: {@link ACTIVE}.
   */
  readonly active?: ActiveMode;

  /**
   * Certificate and key, which must be usable. Every connection is encrypted before its handler hears of it, unless
   * `tlsFrom` says otherwise. Default: none, connections are plain.
   */
  readonly tls?: Omit<TlsServerOptions, "role">;
  /** `connect` encrypts from the first byte on, `upgrade` when the handler calls `ctx.secure()` (STARTTLS). Only with `tls`. Default: {@link TLS_FROM}. */
  readonly tlsFrom?: TlsFrom;
  /** Has proxies in front tell who connects: `ctx.proxied`. Default: none, a header is data. */
  readonly proxyProtocol?: ProxyProtocolOptions;
  /** How long the proxy's header and the encryption may take together; then the connection ends, with an event. Default: `HANDSHAKE_TIMEOUT_MS`. */
  readonly handshakeTimeoutMs?: number;

  /** One more is refused or waits, as `atMaxConnections` says; `Infinity` for no limit. Default: {@link MAX_CONNECTIONS}. */
  readonly maxConnections?: number;
  /** What becomes of one more: `refuse` closes it at once, with an event; `wait` has it wait until one ends. Default: `refuse`. */
  readonly atMaxConnections?: "refuse" | "wait";
  /** Who comes when so many wait is refused. Each costs a file descriptor. Default: {@link MAX_WAITING}. */
  readonly maxWaiting?: number;
  /** Who has waited for so long is refused; `Infinity` waits for ever. Default: {@link WAIT_TIMEOUT_MS}. */
  readonly waitTimeoutMs?: number;
  /**
   * One more from the same IP address, those that wait included, is refused. Behind a trusted proxy it is the address that
   * the proxy tells that counts. Unix sockets have none. Default: none.
   */
  readonly maxConnectionsPerAddress?: number;
  /** More in a short time are refused. Default: none. */
  readonly connectionRate?: Rate;
  /** More from the same IP address in a short time are refused. Default: none. */
  readonly connectionRatePerAddress?: Rate;
  /**
   * While fewer file descriptors of the process than that are free, connections are refused, with an event: the kernel's
   * own refusals are silent. 0 doesn't look. Default: {@link RESERVED_DESCRIPTORS}.
   */
  readonly reservedDescriptors?: number;
  /** An event tells that so many connections are open. Default: none. */
  readonly alarms?: readonly Alarm[];

  /** Silence of the peer after which `timeout` is called with `read`; `Infinity` for none. Default: {@link READ_TIMEOUT_MS}. */
  readonly readTimeoutMs?: number;
  /** How long the first packet may take from `connected` on; then `timeout` is called with `first_packet`, and it closes. Default: none. */
  readonly firstPacketTimeoutMs?: number;
  /** How old a connection may become; then `timeout` is called with `life`, and it closes. Default: none. */
  readonly maxLifeMs?: number;

  /** How long connections have to end when the listener ends or drains; 0 cuts them at once. Default: {@link DRAIN_TIMEOUT_MS}. */
  readonly drainTimeoutMs?: number;
  /** How long after one connection the next is told then, so that not all peers come back at once. Default: {@link DRAIN_STAGGER_MS}. */
  readonly drainStaggerMs?: number;
}

/** What can be changed of a running listener: all of it. */
export type ListenerChanges = { readonly [K in keyof ListenerOptions]?: ListenerOptions[K] | undefined };
