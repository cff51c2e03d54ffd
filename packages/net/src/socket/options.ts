/** What sockets can be told, what they do unless told otherwise, and the checks of it. */

import {
  expectFlag,
  expectMilliseconds,
  expectOptions,
  oneOf,
  socketPath,
  text,
  whole,
  wrong,
  type Checks,
} from "../expectations.ts";
import type { Overlong } from "../framing/framer.ts";
import { Framers } from "../framing/framers.ts";
import { checkPacket, packetHeader, type Packet } from "../framing/packet.ts";
import type { StreamOptions } from "../network/network.ts";
import type { ActiveMode } from "./messages.ts";

/** Most bytes of one packet. */
export const MAX_PACKET_BYTES = 65_536;
/** Unsent bytes above which a writer should wait. */
export const HIGH_WATERMARK_BYTES = 65_536;
/** Unsent bytes above which nothing more is taken. */
export const MAX_UNSENT_BYTES = 1_048_576;
/** How long a peer may take nothing of what is unsent, in milliseconds. */
export const SEND_TIMEOUT_MS = 30_000;
/** How long a TLS handshake may take, in milliseconds. */
export const HANDSHAKE_TIMEOUT_MS = 5_000;
/** How long connecting may take, in milliseconds. */
export const CONNECT_TIMEOUT_MS = 15_000;
/** Connections that wait in the kernel to be accepted (listen(2)). */
export const BACKLOG = 1_024;
/** Silence after which the kernel asks whether the peer is still there: never, as in gen_tcp; a read time-out sees more. */
export const KEEP_ALIVE_MS = Infinity;

/** Small writes leave at once: all writes of a burst are joined already. */
export const NO_DELAY = true;
/** What Linux takes: seconds, in 15 bits (tcp(7), TCP_KEEPIDLE). */
const MAX_KEEP_ALIVE_MS = 32_767_000;

/** Most packets that can be asked for at a time (inet's `{active, N}`). */
const MAX_ACTIVE_COUNT = 32_767;

/** What may be changed while a socket is open. */
export interface SocketSettings {
  /** How bytes become packets, and whether a header goes before what is sent. Default: `"raw"`. */
  readonly packet?: Packet;
  /** Most bytes of one packet; `packet` says what counts. Default: {@link MAX_PACKET_BYTES}. */
  readonly maxPacketBytes?: number;
  /**
   * What becomes of a line or a delimited packet over the limit: `"error"` ends the connection's reading, since the peer
   * doesn't keep to what was agreed on; `"skip"` reports it and goes on behind it. Default: `"error"`.
   */
  readonly overlong?: Overlong;
  /**
   * Whether small writes leave at once rather than being gathered (tcp(7), TCP_NODELAY). Default: `true`, since all
   * writes of a burst are joined already.
   */
  readonly noDelay?: boolean;
  /**
   * Milliseconds of silence after which the kernel asks whether the peer is still there; `Infinity` never asks. It counts
   * whole seconds, up to 32,767: what is between two is rounded up. Default: {@link KEEP_ALIVE_MS}.
   */
  readonly keepAliveMs?: number;
  /**
   * Unsent bytes above which a writer should wait (`writable`, `drained()`). Default: {@link HIGH_WATERMARK_BYTES}, or
   * `maxUnsentBytes` where that is less.
   */
  readonly highWatermarkBytes?: number;
  /** Unsent bytes at which it may go on. Default: half of the high watermark. */
  readonly lowWatermarkBytes?: number;
  /**
   * With more unsent than that, a send is `"full"`. What counts is what was unsent before it, so that one large send to
   * a peer that reads always passes. Not less than the high watermark, so that whoever waits there never comes here.
   * Default: {@link MAX_UNSENT_BYTES}, or the high watermark where that is more.
   */
  readonly maxUnsentBytes?: number;
  /** What a send that is `"full"` does: `"close"` cuts the connection, `"refuse"` only writes nothing. Default: `"close"`. */
  readonly whenFull?: "close" | "refuse";
  /**
   * Milliseconds after which a peer that takes nothing, with more than the high watermark unsent, is cut off: `closed`
   * tells a `SendTimeoutError`. Over Unix sockets what a slow peer takes may go unnoticed for 15 s. `Infinity` waits for ever. Default: {@link SEND_TIMEOUT_MS}.
   */
  readonly sendTimeoutMs?: number;
}

export interface SocketOptions extends SocketSettings {
  /** How packets are delivered at first. Default: `true`. */
  readonly active?: ActiveMode;
}

export interface ConnectOptions extends SocketOptions {
  /** Milliseconds; `Infinity` waits for as long as the kernel does. Default: {@link CONNECT_TIMEOUT_MS}. */
  readonly timeoutMs?: number;
}

/** Where to listen: at a `port` or at a `path`. */
export interface ListenOptions extends Pick<SocketSettings, "noDelay" | "keepAliveMs"> {
  /** 0 for any free one. */
  readonly port?: number;
  /** Of a Unix socket, 107 bytes at most (unix(7)). The file must not be there yet; it goes when the socket closes, but not when the program is killed. */
  readonly path?: string;
  /** A name or an address. Default: 127.0.0.1, so that nobody else reaches it unless told otherwise. */
  readonly host?: string;
  /** Connections that may wait in the kernel, and here, to be accepted (listen(2)). Default: {@link BACKLOG}. */
  readonly backlog?: number;
  /**
   * Whether several processes may listen there at a time, between which the kernel divides the connections (socket(7),
   * SO_REUSEPORT; Node.js 23.1 or later, not on every platform). Default: `false`.
   */
  readonly reusePort?: boolean;
}

/** All settings of a socket, defaults included. */
export interface Settings extends Required<Omit<SocketSettings, "noDelay" | "keepAliveMs">> {
  readonly hasHeader: boolean;
  readonly framers: Framers;
  /** What of them is the stream's to keep. */
  readonly stream: StreamOptions;
}

const known = new WeakMap<SocketSettings, Settings>();

/**
 * Checks options and fills in the defaults. Sockets of the same options object share what comes of it.
 *
 * @throws RangeError that names the option, what it was and what would be right.
 */
export function toSettings(options: SocketSettings): Settings {
  const before = known.get(options);
  if (before !== undefined) return before;
  checkSocketOptions(options);
  const { highWatermarkBytes, maxUnsentBytes } = limitsOf(options);
  const lowWatermarkBytes = options.lowWatermarkBytes ?? Math.floor(highWatermarkBytes / 2);
  const { packet = "raw", noDelay, keepAliveMs } = options;
  const framing = {
    maxPacketBytes: options.maxPacketBytes ?? MAX_PACKET_BYTES,
    overlong: options.overlong ?? "error",
  } as const;
  const settings: Settings = {
    packet,
    ...framing,
    hasHeader: packetHeader(packet, 0) !== undefined,
    framers: new Framers(packet, framing),
    highWatermarkBytes,
    lowWatermarkBytes,
    maxUnsentBytes,
    whenFull: options.whenFull ?? "close",
    sendTimeoutMs: options.sendTimeoutMs ?? SEND_TIMEOUT_MS,
    stream: {
      ...(noDelay === undefined ? {} : { noDelay }),
      ...(keepAliveMs === undefined ? {} : { keepAliveMs }),
      watermarks: { highBytes: highWatermarkBytes, lowBytes: lowWatermarkBytes },
    },
  };
  known.set(options, settings);
  return settings;
}

/** How much may be unsent: the one that isn't given follows the other, so that whoever heeds the first is never full. */
function limitsOf({
  maxUnsentBytes: max,
  highWatermarkBytes: high = Math.min(HIGH_WATERMARK_BYTES, max ?? MAX_UNSENT_BYTES),
}: SocketSettings): Required<Pick<SocketSettings, "highWatermarkBytes" | "maxUnsentBytes">> {
  return { highWatermarkBytes: high, maxUnsentBytes: max ?? Math.max(MAX_UNSENT_BYTES, high) };
}

/** Settings with some of them changed; of those that say how much may be unsent, one that wasn't given follows. */
export function changeSettings(settings: Settings, changes: SocketSettings): Settings {
  const { hasHeader: _hasHeader, framers: _framers, stream: _stream, ...kept } = settings;
  return toSettings({ ...kept, ...followersOf(settings, changes), ...changes });
}

function followersOf(before: Settings, changes: SocketSettings): SocketSettings {
  const { maxUnsentBytes: max = before.maxUnsentBytes, highWatermarkBytes: high } = changes;
  if (high === undefined && before.highWatermarkBytes <= max) return {};
  const highWatermarkBytes = high ?? max;
  const lowWatermarkBytes = Math.floor(highWatermarkBytes / 2);
  return { highWatermarkBytes, lowWatermarkBytes, maxUnsentBytes: Math.max(max, highWatermarkBytes) };
}

/** @throws RangeError */
export function checkActive(active: unknown): asserts active is ActiveMode {
  if (active === "once" || typeof active === "boolean") return;
  if (Number.isInteger(active) && Math.abs(active as number) <= MAX_ACTIVE_COUNT) return;
  const right = `"once", true, false or a whole number from -${MAX_ACTIVE_COUNT} to ${MAX_ACTIVE_COUNT}`;
  throw wrong("active", right, active);
}

function expectKeepAlive(name: string, value: unknown): void {
  expectMilliseconds(name, value);
  if (value !== Infinity && (value as number) > MAX_KEEP_ALIVE_MS)
    throw wrong(name, `up to ${MAX_KEEP_ALIVE_MS} milliseconds, or Infinity`, value);
}

const SETTINGS_CHECKS: Checks<SocketSettings> = {
  packet: (_, value) => checkPacket(value),
  maxPacketBytes: whole(1),
  overlong: oneOf("error", "skip"),
  noDelay: expectFlag,
  keepAliveMs: expectKeepAlive,
  highWatermarkBytes: whole(1),
  lowWatermarkBytes: whole(0),
  maxUnsentBytes: whole(1),
  whenFull: oneOf("close", "refuse"),
  sendTimeoutMs: expectMilliseconds,
};

export const SOCKET_CHECKS: Checks<SocketOptions> = {
  ...SETTINGS_CHECKS,
  active: (_, value) => checkActive(value),
};

const CONNECT_CHECKS: Checks<ConnectOptions> = { ...SOCKET_CHECKS, timeoutMs: expectMilliseconds };

export const LISTEN_CHECKS: Checks<ListenOptions> = {
  port: whole(0, 65_535),
  path: socketPath("the path of a Unix socket, or port to be given"),
  host: text("a name or an address"),
  backlog: whole(1),
  reusePort: expectFlag,
  noDelay: expectFlag,
  keepAliveMs: expectKeepAlive,
};

/** @throws RangeError */
export function checkSocketOptions(options: SocketOptions): void {
  expectOptions(options, SOCKET_CHECKS);
  checkWatermarks(options);
}

/** @throws RangeError */
export function checkConnectOptions(options: ConnectOptions): void {
  expectOptions(options, CONNECT_CHECKS);
  checkWatermarks(options);
}

/** @throws RangeError */
export function checkListenOptions(options: ListenOptions): void {
  expectOptions(options, LISTEN_CHECKS);
  checkPlace(options);
}

/** @throws RangeError unless it is at a port, or at a path. */
export function checkPlace({ host, port, path }: ListenOptions): void {
  if (port === undefined) LISTEN_CHECKS.path("path", path);
  else if (path !== undefined) throw wrong("path", "absent where port is given", path);
  if (path !== undefined && host !== undefined) throw wrong("host", "absent where path is given", host);
}

/** Of what was checked one by one. @throws RangeError */
export function checkWatermarks(options: SocketSettings): void {
  const { highWatermarkBytes, maxUnsentBytes } = limitsOf(options);
  whole(0, highWatermarkBytes)("lowWatermarkBytes", options.lowWatermarkBytes ?? 0);
  whole(highWatermarkBytes)("maxUnsentBytes", maxUnsentBytes);
}
