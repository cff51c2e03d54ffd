/** Whether a listener's options make sense. Pure. */

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
import { LISTEN_CHECKS, SOCKET_CHECKS, checkPlace, checkWatermarks } from "../socket/options.ts";
import type { Alarm } from "./alarms.ts";
import type { ListenerChildOptions } from "./listener.ts";
import type { DrainOptions } from "./listener-protocol.ts";
import type { ListenerChanges, ListenerOptions, ProxyProtocolOptions } from "./options.ts";
import { RATE_CHECKS } from "./rate.ts";
import { toServerTls } from "./server-tls.ts";
import { isAddressOrRange } from "./trusted-addresses.ts";

/** @throws RangeError that names the first option that is wrong or unknown, what it was and what would be right. */
export function checkListenerOptions(options: ListenerOptions): void {
  expectOptions(options, LISTENER_CHECKS, { required: ["handler"] });
  checkPlace(options);
  checkWatermarks(options);
  // Who says when to encrypt, and not with what, mustn't be served in the clear.
  if (options.tlsFrom !== undefined && options.tls === undefined)
    throw wrong("tls", "given where tlsFrom is", options.tls);
}

/** Of some options, each by itself; an unknown one is refused also where it is `undefined`. @throws RangeError */
export function checkListenerChanges(changes: ListenerChanges): void {
  expectOptions(changes, LISTENER_CHECKS);
}

/** @throws RangeError */
export function checkDrainOptions(options: DrainOptions): void {
  expectOptions(options, DRAIN_CHECKS);
}

/** @throws RangeError */
export function checkChildOptions(options: ListenerChildOptions): void {
  expectOptions(options, CHILD_CHECKS);
}

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
