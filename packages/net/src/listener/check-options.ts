/** Whether a listener's options make sense, and what they come to with the defaults filled in. Pure. */

import { isDeepStrictEqual } from "node:util";
import type { ConnectionSettings } from "../connection/connection.ts";
import { timesOf } from "../connection/times.ts";
import {
  expectCount,
  expectMilliseconds,
  expectMillisecondsFromZero,
  expectObject,
  expectOptions,
  listOf,
  oneOf,
  optionsOf,
  text,
  whole,
  wrong,
  type Check,
  type Checks,
} from "../expectations.ts";
import { expectListenersTls } from "../network/check-tls.ts";
import { prepareServer } from "../network/tls-contexts.ts";
import type { TlsServerOptions } from "../network/tls.ts";
import {
  HANDSHAKE_TIMEOUT_MS,
  KEEP_ALIVE_MS,
  LISTEN_CHECKS,
  NO_DELAY,
  SOCKET_CHECKS,
  checkPlace,
  checkWatermarks,
  type SocketOptions,
} from "../socket/options.ts";
import type { Alarm } from "./alarms.ts";
import type { ListenerChildOptions } from "./listener.ts";
import type { DrainOptions } from "./listener-protocol.ts";
import {
  ACTIVE,
  DRAIN_STAGGER_MS,
  DRAIN_TIMEOUT_MS,
  READ_TIMEOUT_MS,
  RESERVED_DESCRIPTORS,
  TLS_FROM,
  givenOf,
  WAIT_TIMEOUT_MS,
  type ListenerChanges,
  type ListenerOptions,
  type ListenerSettings,
  type ProxyProtocolOptions,
} from "./options.ts";
import { RATE_CHECKS } from "./rate.ts";
import { isAddressOrRange } from "./trusted-addresses.ts";

/**
 * `said` are options of the port that each connection is told, too, since the port may be open with others.
 *
 * @throws RangeError that names the first option that is wrong or unknown, what it was and what would be right.
 */
export function toSettings(options: ListenerOptions, said: readonly PortOption[] = []): ListenerSettings {
  expectOptions(options, LISTENER_CHECKS, { required: ["handler"] });
  checkPlace(options);
  checkWatermarks(options);
  // Who says when to encrypt, and not with what, mustn't be served in the clear.
  if (options.tlsFrom !== undefined && options.tls === undefined)
    throw wrong("tls", "given where tlsFrom is", options.tls);
  const { host = "127.0.0.1", port = 0, path } = options;
  return {
    options,
    endpoint: path === undefined ? { host, port } : { host: "", port: 0, path },
    alarms: options.alarms ?? NO_ALARMS,
    atLeastFree: options.reservedDescriptors ?? RESERVED_DESCRIPTORS,
    waitTimeoutMs: options.waitTimeoutMs ?? WAIT_TIMEOUT_MS,
    drainTimeoutMs: options.drainTimeoutMs ?? DRAIN_TIMEOUT_MS,
    drainStaggerMs: options.drainStaggerMs ?? DRAIN_STAGGER_MS,
    connection: toConnectionSettings(options, said),
  };
}

/**
 * Options with some of them changed; one that is `undefined` is as if it had never been given.
 *
 * @throws RangeError
 */
export function changeSettings(settings: ListenerSettings, changes: ListenerChanges): ListenerSettings {
  // An unknown one is refused also where it is undefined.
  expectOptions(changes, LISTENER_CHECKS);
  const changed = Object.entries({ ...settings.options, ...elsewhere(changes), ...changes });
  const given = Object.fromEntries(changed.filter(([, value]) => value !== undefined));
  const { socket } = settings.connection;
  const said = PORT_OPTIONS.filter((name) => name in changes || name in socket);
  return toSettings(given as unknown as ListenerOptions, said);
}

/** A port takes the place of a path, and a path that of a port. */
function elsewhere({ port, path }: ListenerChanges): ListenerChanges {
  if (path !== undefined) return { port: undefined, host: undefined };
  return port === undefined ? {} : { path: undefined };
}

/** @throws RangeError */
export function checkDrainOptions(options: DrainOptions): void {
  expectOptions(options, DRAIN_CHECKS);
}

/** @throws RangeError */
export function checkChildOptions(options: ListenerChildOptions): void {
  expectOptions(options, CHILD_CHECKS);
}

const NO_ALARMS: readonly Alarm[] = [];

const expectAnything: Check = () => {};

const DRAIN_CHECKS: Checks<DrainOptions> = {
  timeoutMs: expectMillisecondsFromZero,
  staggerMs: expectMillisecondsFromZero,
  notice: expectAnything,
};

const CHILD_CHECKS: Checks<ListenerChildOptions> = { id: text("text that isn't empty"), name: expectName };

const ALARM_CHECKS: Checks<Alarm> = { connections: whole(1), coolDownMs: expectMillisecondsFromZero };

const PROXY_CHECKS: Checks<ProxyProtocolOptions> = { trusted: expectTrusted };

const LISTENER_CHECKS: Checks<ListenerOptions> = {
  ...LISTEN_CHECKS,
  ...SOCKET_CHECKS,
  handler: expectHandler,
  tls: expectTls,
  tlsFrom: oneOf("connect", "upgrade"),
  proxyProtocol: optionsOf(PROXY_CHECKS, ["trusted"]),
  handshakeTimeoutMs: expectMilliseconds,
  maxConnections: expectCount,
  atMaxConnections: oneOf("refuse", "wait"),
  maxWaiting: expectCount,
  waitTimeoutMs: expectMilliseconds,
  maxConnectionsPerAddress: expectCount,
  connectionRate: optionsOf(RATE_CHECKS, ["perSecond", "burst"]),
  connectionRatePerAddress: optionsOf(RATE_CHECKS, ["perSecond", "burst"]),
  reservedDescriptors: whole(0),
  alarms: listOf(optionsOf(ALARM_CHECKS, ["connections", "coolDownMs"])),
  readTimeoutMs: expectMilliseconds,
  firstPacketTimeoutMs: expectMilliseconds,
  maxLifeMs: expectMilliseconds,
  drainTimeoutMs: expectMillisecondsFromZero,
  drainStaggerMs: expectMillisecondsFromZero,
};

function expectHandler(name: string, handler: unknown): void {
  const fits =
    typeof handler === "object" &&
    handler !== null &&
    "process" in handler &&
    typeof handler.process === "function";
  if (!fits) throw wrong(name, "what a connection's definition gives by `with`", handler);
}

function expectName(name: string, value: unknown): void {
  expectObject(name, value);
  if (!("name" in value && typeof value.name === "string"))
    throw wrong(name, "what processName gives", value);
}

function expectTrusted(name: string, trusted: unknown): void {
  const right = "addresses or ranges like 10.0.0.0/8";
  if (!Array.isArray(trusted) || trusted.length === 0) throw wrong(name, `a list of ${right}`, trusted);
  for (const one of trusted as readonly unknown[])
    if (typeof one !== "string" || !isAddressOrRange(one)) throw wrong(name, right, one);
}

function expectTls(name: string, tls: unknown): void {
  expectListenersTls(name, tls);
  toServerTls(tls as NonNullable<ListenerOptions["tls"]>);
}

const known = new WeakMap<object, TlsServerOptions>();

/**
 * The same object for the same options, however often others are changed: sessions hold only where they began. It is a
 * copy, so that it stays what was checked, and options that somebody has written new certificates into are new ones.
 */
function toServerTls(tls: NonNullable<ListenerOptions["tls"]>): TlsServerOptions {
  const before = known.get(tls);
  const copy: TlsServerOptions = structuredClone({ ...tls, role: "server" });
  if (isDeepStrictEqual(before, copy)) return before as TlsServerOptions;
  prepareServer("tls", copy);
  known.set(tls, copy);
  return copy;
}

function toConnectionSettings(options: ListenerOptions, said: readonly PortOption[]): ConnectionSettings {
  return {
    socket: toSocketOptions(options, said),
    active: options.active ?? ACTIVE,
    tls: options.tls === undefined ? undefined : toServerTls(options.tls),
    tlsAtOnce: options.tls !== undefined && (options.tlsFrom ?? TLS_FROM) === "connect",
    handshakeTimeoutMs: options.handshakeTimeoutMs ?? HANDSHAKE_TIMEOUT_MS,
    times: timesOf(options.readTimeoutMs ?? READ_TIMEOUT_MS),
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

/** What accepted streams have from their port, unless that listened with others. */
const PORT_OPTIONS = ["noDelay", "keepAliveMs"] as const satisfies readonly (keyof SocketOptions)[];

type PortOption = (typeof PORT_OPTIONS)[number];

/** One object for all sockets, passive at first. What accepted streams have from the port already isn't said again. */
function toSocketOptions(options: ListenerOptions, said: readonly PortOption[]): SocketOptions {
  const port = { noDelay: NO_DELAY, keepAliveMs: KEEP_ALIVE_MS, ...givenOf(options, PORT_OPTIONS) };
  const told = Object.fromEntries(said.map((name) => [name, port[name]]));
  return { ...givenOf(options, SOCKET_OPTIONS), ...told, active: false };
}
