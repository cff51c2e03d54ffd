/** What a listener can be told, and what it does unless told otherwise. */

import type { Protocol } from "@wheelhouse/actors";
import type { ConnectionHandler } from "../connection/connection.ts";
import { BACKLOG, type FramingOptions, type ListenOptions } from "../socket/open.ts";

/** How long a peer may be silent, in milliseconds. */
export const READ_TIMEOUT_MS = 60_000;
/** How long connections have to end when the listener drains, in milliseconds. */
export const DRAIN_TIMEOUT_MS = 15_000;
/** Connections at a time. */
export const MAX_CONNECTIONS = 16_384;

export interface ListenerOptions<P extends Protocol = Protocol> extends ListenOptions, FramingOptions {
  /** What each connection's process does. */
  readonly handler: ConnectionHandler<P>;
  /** One more is refused: closed at once, with an event. Default: {@link MAX_CONNECTIONS}. */
  readonly maxConnections?: number;
  /** Silence after which `idle` is called; `Infinity` for none. Default: {@link READ_TIMEOUT_MS}. */
  readonly readTimeoutMs?: number;
  /** Bytes that may be unsent to a peer that doesn't read. Default: 1 MiB. */
  readonly maxUnsentBytes?: number;
  /** How long connections have to end when the listener ends; 0 cuts them at once. Default: {@link DRAIN_TIMEOUT_MS}. */
  readonly drainTimeoutMs?: number;
}

/** @throws RangeError that names the option, what it was and what would be right. */
export function checkOptions(options: ListenerOptions): void {
  const { host = "127.0.0.1", packet = "raw" } = options;
  if (typeof host !== "string" || host === "")
    throw new RangeError(`expected host to be a name or an address, got: ${JSON.stringify(host)}`);
  expectWhole("port", options.port, 0, 65_535);
  expectWhole("backlog", options.backlog ?? BACKLOG, 1);
  if (packet !== "raw" && packet !== "line")
    throw new RangeError(`expected packet to be raw or line, got: ${String(packet)}`);
  expectWhole("maxConnections", options.maxConnections ?? MAX_CONNECTIONS, 1);
  expectWhole("maxPacketBytes", options.maxPacketBytes ?? 1, 1);
  expectWhole("maxUnsentBytes", options.maxUnsentBytes ?? 1, 1);
  expectPositive("readTimeoutMs", options.readTimeoutMs ?? READ_TIMEOUT_MS);
  const drainTimeoutMs = options.drainTimeoutMs ?? DRAIN_TIMEOUT_MS;
  if (!(drainTimeoutMs >= 0))
    throw new RangeError(
      `expected drainTimeoutMs to be a number of milliseconds from 0, got: ${drainTimeoutMs}`,
    );
}

function expectWhole(name: string, value: number, min: number, max = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  const range = max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `from ${min} to ${max}`;
  throw new RangeError(`expected ${name} to be a whole number ${range}, got: ${value}`);
}

function expectPositive(name: string, value: number): void {
  if (!(value > 0))
    throw new RangeError(`expected ${name} to be a positive number of milliseconds, got: ${value}`);
}
