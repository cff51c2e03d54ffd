/** Whether a listener's options make sense, and what they come to with the defaults filled in. Pure. */

import type { TlsServerOptions } from "../network/tls.ts";
import {
  HANDSHAKE_TIMEOUT_MS,
  checkListenOptions,
  checkSocketOptions,
  type SocketOptions,
} from "../socket/options.ts";
import type { ConnectionSettings } from "../connection/connection.ts";
import type { Alarm } from "./alarms.ts";
import type { DrainOptions } from "./listener-protocol.ts";
import {
  ACTIVE,
  DRAIN_STAGGER_MS,
  DRAIN_TIMEOUT_MS,
  MAX_CONNECTIONS,
  MAX_WAITING,
  READ_TIMEOUT_MS,
  RESERVED_DESCRIPTORS,
  TLS_FROM,
  WAIT_TIMEOUT_MS,
  type ListenerChanges,
  type ListenerOptions,
  type ListenerSettings,
} from "./options.ts";
import type { Rate } from "./rate.ts";
import { isAddressOrRange } from "./trusted-addresses.ts";

/** @throws RangeError that names the first option that is wrong or unknown, what it was and what would be right. */
export function toSettings(options: ListenerOptions): ListenerSettings {
  checkNames(options);
  checkListenOptions(options);
  checkSocketOptions(options);
  checkHandler(options.handler);
  checkTls(options.tls);
  const { tlsFrom = TLS_FROM } = options;
  if (tlsFrom !== "connect" && tlsFrom !== "upgrade")
    throw wrong("tlsFrom", '"connect" or "upgrade"', tlsFrom);
  checkProxyProtocol(options.proxyProtocol);
  checkLimits(options);
  checkTimes(options);
  const { host = "127.0.0.1", port = 0, path } = options;
  return {
    options,
    endpoint: path === undefined ? { host, port } : { host: "", port: 0, path },
    alarms: options.alarms ?? NO_ALARMS,
    atLeastFree: options.reservedDescriptors ?? RESERVED_DESCRIPTORS,
    waitTimeoutMs: options.waitTimeoutMs ?? WAIT_TIMEOUT_MS,
    drainTimeoutMs: options.drainTimeoutMs ?? DRAIN_TIMEOUT_MS,
    drainStaggerMs: options.drainStaggerMs ?? DRAIN_STAGGER_MS,
    connection: toConnectionSettings(options),
  };
}

/**
 * Options with some of them changed; one that is `undefined` is as if it had never been given.
 *
 * @throws RangeError
 */
export function changeSettings(settings: ListenerSettings, changes: ListenerChanges): ListenerSettings {
  const changed = Object.entries({ ...settings.options, ...elsewhere(changes), ...changes });
  return toSettings(
    Object.fromEntries(changed.filter(([, value]) => value !== undefined)) as unknown as ListenerOptions,
  );
}

/** A port takes the place of a path, and a path that of a port. */
function elsewhere({ port, path }: ListenerChanges): ListenerChanges {
  if (path !== undefined) return { port: undefined, host: undefined };
  return port === undefined ? {} : { path: undefined };
}

/** @throws RangeError */
export function checkDrainOptions({ timeoutMs = 0, staggerMs = 0 }: DrainOptions): void {
  expectFromZero("timeoutMs", timeoutMs);
  expectFromZero("staggerMs", staggerMs);
}

const NO_ALARMS: readonly Alarm[] = [];

/** As a record, so that the compiler sees to it that none is missing. */
const NAMES: Readonly<Record<keyof ListenerOptions, true>> = {
  port: true,
  path: true,
  host: true,
  backlog: true,
  reusePort: true,
  handler: true,
  packet: true,
  maxPacketBytes: true,
  overlong: true,
  active: true,
  noDelay: true,
  keepAliveMs: true,
  highWatermarkBytes: true,
  lowWatermarkBytes: true,
  maxUnsentBytes: true,
  whenFull: true,
  sendTimeoutMs: true,
  tls: true,
  tlsFrom: true,
  proxyProtocol: true,
  handshakeTimeoutMs: true,
  maxConnections: true,
  atMaxConnections: true,
  maxWaiting: true,
  waitTimeoutMs: true,
  maxConnectionsPerAddress: true,
  connectionRate: true,
  connectionRatePerAddress: true,
  reservedDescriptors: true,
  alarms: true,
  readTimeoutMs: true,
  firstPacketTimeoutMs: true,
  maxLifeMs: true,
  drainTimeoutMs: true,
  drainStaggerMs: true,
};

function checkNames(options: ListenerOptions): void {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(NAMES, name));
  if (unknown === undefined) return;
  throw wrong("each option", `one of ${Object.keys(NAMES).join(", ")}`, unknown);
}

function checkHandler(handler: unknown): void {
  const fits =
    typeof handler === "object" &&
    handler !== null &&
    "process" in handler &&
    typeof handler.process === "function";
  if (!fits) throw wrong("handler", "what a connection's definition gives by `with`", handler);
}

function checkTls(tls: ListenerOptions["tls"]): void {
  if (tls === undefined) return;
  for (const name of ["cert", "key"] as const) {
    const value: unknown = tls[name];
    const fits = (typeof value === "string" || value instanceof Uint8Array) && value.length > 0;
    // What stands there instead may be somebody's key.
    if (!fits) throw new RangeError(`expected tls.${name} to be PEM, got: ${typeof value}`);
  }
}

function checkProxyProtocol(proxy: ListenerOptions["proxyProtocol"]): void {
  if (proxy === undefined) return;
  const { trusted } = proxy;
  if (!Array.isArray(trusted) || trusted.length === 0)
    throw wrong("proxyProtocol.trusted", "a list of addresses or ranges like 10.0.0.0/8", trusted);
  for (const text of trusted)
    if (!isAddressOrRange(text))
      throw wrong("proxyProtocol.trusted", "addresses or ranges like 10.0.0.0/8", text);
}

function checkLimits(options: ListenerOptions): void {
  expectCount("maxConnections", options.maxConnections ?? MAX_CONNECTIONS);
  const { atMaxConnections = "refuse", alarms = [] } = options;
  if (atMaxConnections !== "refuse" && atMaxConnections !== "wait")
    throw wrong("atMaxConnections", '"refuse" or "wait"', atMaxConnections);
  expectCount("maxWaiting", options.maxWaiting ?? MAX_WAITING);
  expectCount("maxConnectionsPerAddress", options.maxConnectionsPerAddress ?? Infinity);
  checkRate("connectionRate", options.connectionRate);
  checkRate("connectionRatePerAddress", options.connectionRatePerAddress);
  expectWhole("reservedDescriptors", options.reservedDescriptors ?? RESERVED_DESCRIPTORS, 0);
  if (!Array.isArray(alarms)) throw wrong("alarms", "a list", alarms);
  for (const { connections, coolDownMs } of alarms as readonly Alarm[]) {
    expectWhole("alarms.connections", connections, 1);
    expectFromZero("alarms.coolDownMs", coolDownMs);
  }
}

function checkRate(name: string, rate: Rate | undefined): void {
  if (rate === undefined) return;
  if (typeof rate !== "object" || rate === null) throw wrong(name, "{ perSecond, burst }", rate);
  const { perSecond, burst } = rate;
  if (!(perSecond > 0 && perSecond < Infinity))
    throw wrong(`${name}.perSecond`, "a positive number", perSecond);
  expectWhole(`${name}.burst`, burst, 1);
}

function checkTimes(options: ListenerOptions): void {
  expectPositive("handshakeTimeoutMs", options.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS);
  expectPositive("waitTimeoutMs", options.waitTimeoutMs ?? WAIT_TIMEOUT_MS);
  expectPositive("readTimeoutMs", options.readTimeoutMs ?? READ_TIMEOUT_MS);
  expectPositive("firstPacketTimeoutMs", options.firstPacketTimeoutMs ?? Infinity);
  expectPositive("maxLifeMs", options.maxLifeMs ?? Infinity);
  expectFromZero("drainTimeoutMs", options.drainTimeoutMs ?? DRAIN_TIMEOUT_MS);
  expectFromZero("drainStaggerMs", options.drainStaggerMs ?? DRAIN_STAGGER_MS);
}

function toConnectionSettings(options: ListenerOptions): ConnectionSettings {
  return {
    socket: toSocketOptions(options),
    active: options.active ?? ACTIVE,
    tls:
      options.tls === undefined ? undefined : ({ ...options.tls, role: "server" } satisfies TlsServerOptions),
    tlsAtOnce: options.tls !== undefined && (options.tlsFrom ?? TLS_FROM) === "connect",
    handshakeTimeoutMs: options.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS,
    readTimeoutMs: options.readTimeoutMs ?? READ_TIMEOUT_MS,
    firstPacketTimeoutMs: options.firstPacketTimeoutMs ?? Infinity,
    maxLifeMs: options.maxLifeMs ?? Infinity,
  };
}

const SOCKET_OPTIONS = [
  "packet",
  "maxPacketBytes",
  "overlong",
  "highWatermarkBytes",
  "lowWatermarkBytes",
  "maxUnsentBytes",
  "whenFull",
  "sendTimeoutMs",
] as const satisfies readonly (keyof SocketOptions)[];

/** One object for all sockets, passive at first. What accepted streams have from the port already isn't said again. */
function toSocketOptions(options: ListenerOptions): SocketOptions {
  const given = SOCKET_OPTIONS.filter((name) => options[name] !== undefined);
  return { ...Object.fromEntries(given.map((name) => [name, options[name]])), active: false };
}

function expectWhole(name: string, value: number, min: number): void {
  if (!Number.isSafeInteger(value) || value < min) throw wrong(name, `a whole number at least ${min}`, value);
}

function expectCount(name: string, value: number): void {
  if (value !== Infinity) expectWhole(name, value, 1);
}

function expectPositive(name: string, value: number): void {
  if (!(typeof value === "number" && value > 0))
    throw wrong(name, "a positive number of milliseconds", value);
}

function expectFromZero(name: string, value: number): void {
  if (!(typeof value === "number" && value >= 0)) throw wrong(name, "a number of milliseconds from 0", value);
}

function wrong(name: string, right: string, value: unknown): RangeError {
  const got = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return new RangeError(`expected ${name} to be ${right}, got: ${got}`);
}
