/** What a listener's options come to, with the defaults filled in. Pure. */

import type { ConnectionSettings } from "../connection/connection.ts";
import { timesOf } from "../connection/times.ts";
import type { Endpoint } from "../network/network.ts";
import { HANDSHAKE_TIMEOUT_MS, KEEP_ALIVE_MS, NO_DELAY, type SocketOptions } from "../socket/options.ts";
import type { Alarm } from "./alarms.ts";
import { checkListenerChanges, checkListenerOptions } from "./check-options.ts";
import type { LimitSettings } from "./limits.ts";
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
} from "./options.ts";
import { toServerTls } from "./server-tls.ts";

/** Options, checked, and what they come to. */
export interface ListenerSettings {
  readonly options: ListenerOptions;
  /** Where to listen, as it was said: the port may be 0. */
  readonly endpoint: Endpoint;
  readonly alarms: readonly Alarm[];
  readonly limits: LimitSettings;
  readonly atLeastFree: number;
  readonly waitTimeoutMs: number;
  readonly drainTimeoutMs: number;
  readonly drainStaggerMs: number;
  /** One object for all connections. */
  readonly connection: ConnectionSettings;
}

/**
 * `said` are options of the port that each connection is told, too, since the port may be open with others.
 *
 * @throws RangeError that names the first option that is wrong or unknown, what it was and what would be right.
 */
export function toListenerSettings(
  options: ListenerOptions,
  said: readonly PortOption[] = [],
): ListenerSettings {
  checkListenerOptions(options);
  const { host = "127.0.0.1", port = 0, path } = options;
  return {
    options,
    endpoint: path === undefined ? { host, port } : { host: "", port: 0, path },
    alarms: options.alarms ?? NO_ALARMS,
    limits: toLimits(options),
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
export function changeListenerSettings(
  settings: ListenerSettings,
  changes: ListenerChanges,
): ListenerSettings {
  checkListenerChanges(changes);
  const changed = Object.entries({ ...settings.options, ...elsewhere(changes), ...changes });
  const given = Object.fromEntries(changed.filter(([, value]) => value !== undefined));
  const { socket } = settings.connection;
  const said = PORT_OPTIONS.filter((name) => name in changes || name in socket);
  return toListenerSettings(given as unknown as ListenerOptions, said);
}

/** A port takes the place of a path, and a path that of a port. */
function elsewhere({ port, path }: ListenerChanges): ListenerChanges {
  if (path !== undefined) return { port: undefined, host: undefined };
  return port === undefined ? {} : { path: undefined };
}

const NO_ALARMS: readonly Alarm[] = [];

function toLimits(options: ListenerOptions): LimitSettings {
  return {
    maxConnections: options.maxConnections ?? MAX_CONNECTIONS,
    atMaxConnections: options.atMaxConnections ?? "refuse",
    maxWaiting: options.maxWaiting ?? MAX_WAITING,
    maxConnectionsPerAddress: options.maxConnectionsPerAddress ?? Infinity,
    connectionRate: options.connectionRate,
    connectionRatePerAddress: options.connectionRatePerAddress,
  };
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

/** Of these options, those that are given. */
export function givenOf<const Name extends keyof ListenerOptions>(
  options: ListenerOptions,
  names: readonly Name[],
): Pick<ListenerOptions, Name> {
  const given = names.filter((name) => options[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, options[name]])) as Pick<ListenerOptions, Name>;
}
