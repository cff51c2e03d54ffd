/** A logger of what listeners and connections tell: one line for each event. It hears, and nobody waits for it. */

import { formatReason, type LabelledRef, type RuntimeEvent } from "@wheelhouse/actors";
import { isNetEvent, type NetEvent } from "../events.ts";
import { expectFunction, expectOptions, oneOf, type Checks } from "../expectations.ts";
import { formatEndpoint } from "../network/network.ts";

/** How much a line matters, the least first. */
export type NetLogLevel = "debug" | "info" | "warn";

/** Lines below it aren't written. */
export const NET_LOG_LEVEL: NetLogLevel = "info";

export interface NetLogOptions {
  /** Default: {@link NET_LOG_LEVEL}, which leaves out each connection's start and end. */
  readonly level?: NetLogLevel;
}

const LOG_CHECKS: Checks<NetLogOptions> = { level: oneOf("debug", "info", "warn") };

const RANKS: Readonly<Record<NetLogLevel, number>> = { debug: 0, info: 1, warn: 2 };

const LEVELS: Readonly<Record<NetEvent["type"], NetLogLevel>> = {
  "net:listening": "info",
  "net:suspended": "info",
  "net:resumed": "info",
  "net:connection_waiting": "debug",
  "net:connection_started": "debug",
  "net:connection_ended": "debug",
  "net:connection_refused": "warn",
  "net:accept_failed": "warn",
  "net:connection_timeout": "debug",
  "net:handshake_failed": "info",
  "net:alarm": "warn",
  "net:draining": "info",
  "net:drained": "info",
};

/**
 * Makes a listener for `runtime.on` that writes a line for each event of this package, without its end. What `write`
 * throws is dropped: a full disk mustn't end a connection.
 *
 * @throws RangeError when `write` or an option is wrong.
 * @example
 * runtime.on(logNetEvents((line) => process.stderr.write(`${line}\n`)));
 */
export function logNetEvents(
  write: (line: string, level: NetLogLevel) => void,
  options: NetLogOptions = {},
): (event: RuntimeEvent) => void {
  expectFunction("write", write);
  expectOptions(options, LOG_CHECKS);
  const { level = NET_LOG_LEVEL } = options;
  return (event) => {
    if (!isNetEvent(event)) return;
    const own = LEVELS[event.type];
    if (own === undefined || RANKS[own] < RANKS[level]) return;
    try {
      write(formatNetEvent(event), own);
    } catch {
      // Events are told in the middle of others' work; there is nobody here to tell of it.
    }
  };
}

/** One line that says what happened: no control characters, whatever a peer or an error says. */
export function formatNetEvent(event: NetEvent): string {
  const fields = Object.entries(fieldsOf(event)).map(([name, value]) => `${name}=${quoted(value)}`);
  return [event.type.slice("net:".length), ...fields].join(" ");
}

function fieldsOf(event: NetEvent): Readonly<Record<string, string | number>> {
  switch (event.type) {
    case "net:listening":
    case "net:suspended":
    case "net:resumed":
      return { listener: formatEndpoint(event.listener) };
    case "net:connection_waiting":
      return { remote: formatEndpoint(event.remote), waiting: event.waiting };
    case "net:connection_started":
      return { connection: nameOf(event.ref), remote: formatEndpoint(event.remote) };
    case "net:connection_ended":
      return {
        connection: nameOf(event.ref),
        remote: formatEndpoint(event.remote),
        reason: formatReason(event.reason),
        ms: Math.round(event.durationMs),
        read: event.bytesRead,
        written: event.bytesWritten,
      };
    case "net:connection_refused":
      return { remote: formatEndpoint(event.remote), why: event.why };
    case "net:accept_failed":
      return { listener: formatEndpoint(event.listener), error: String(event.error) };
    case "net:connection_timeout":
      return { connection: nameOf(event.ref), remote: formatEndpoint(event.remote), which: event.which };
    case "net:handshake_failed":
      return {
        connection: nameOf(event.ref),
        remote: formatEndpoint(event.remote),
        step: event.step,
        why: event.why,
      };
    case "net:alarm":
      return {
        listener: formatEndpoint(event.listener),
        connections: event.connections,
        threshold: event.threshold,
      };
    case "net:draining":
      return { listener: formatEndpoint(event.listener), connections: event.connections };
    case "net:drained":
      return { listener: formatEndpoint(event.listener), connections: event.connections, cut: event.cut };
  }
}

function nameOf({ label, id }: LabelledRef): string {
  return `${label}#${id}`;
}

const PLAIN = /^[\w.:/#[\]-]+$/;

function quoted(value: string | number): string {
  const text = String(value);
  return PLAIN.test(text) ? text : JSON.stringify(text);
}
