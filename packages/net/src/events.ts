/** What listeners and connections tell of themselves, to those who listen to the runtime (`runtime.on`). */

import type { Context, ExitReason, LabelledRef, RuntimeEvent } from "@wheelhouse/actors";
import type { Endpoint } from "./network/network.ts";

/** Which limit keeps a connection out: the listener's option of nearly that name. */
export type LimitReached =
  | "max_connections"
  | "max_waiting"
  | "max_connections_per_address"
  | "connection_rate"
  | "connection_rate_per_address";

/** Why a connection was closed before it had a process. */
export type RefusalReason =
  | LimitReached
  /** It had waited for a place for `waitTimeoutMs`. */
  | "wait_timeout"
  /** Too few file descriptors are free: `reservedDescriptors`. */
  | "descriptors"
  /** It waited, or was just coming in, when the listener drained or ended. */
  | "draining"
  /** It waited, and its peer has reset it meanwhile. */
  | "peer_gone"
  /** It waited when the acceptor crashed. */
  | "acceptor_crashed";

/** Which time a connection has let pass. `send`: it didn't read for so long; `idle`: what `ctx.idleAfter` asked for. */
export type TimeoutKind = "read" | "first_packet" | "life" | "send" | "idle";

/** Each connection that has its process tells one of these at its beginning and one at its end. */
export interface ConnectionStarted {
  readonly type: "net:connection_started";
  readonly ref: LabelledRef;
  /** Where the listener listens. */
  readonly listener: Endpoint;
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

export interface ConnectionEnded {
  readonly type: "net:connection_ended";
  readonly ref: LabelledRef;
  readonly listener: Endpoint;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Its process's. */
  readonly reason: ExitReason;
  readonly durationMs: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly packetsRead: number;
  readonly packetsWritten: number;
}

export type NetEvent =
  | { readonly type: "net:listening"; readonly listener: Endpoint }
  /** It takes no connections until it is told to resume. */
  | { readonly type: "net:suspended"; readonly listener: Endpoint }
  | { readonly type: "net:resumed"; readonly listener: Endpoint }
  /** It waits for a place among `maxConnections`. */
  | {
      readonly type: "net:connection_waiting";
      readonly listener: Endpoint;
      readonly remote: Endpoint;
      /** With this one. */
      readonly waiting: number;
    }
  | ConnectionStarted
  | ConnectionEnded
  | {
      readonly type: "net:connection_refused";
      readonly listener: Endpoint;
      readonly remote: Endpoint;
      readonly why: RefusalReason;
    }
  /** The listening socket broke, or a connection's process couldn't be started. */
  | { readonly type: "net:accept_failed"; readonly listener: Endpoint; readonly error: unknown }
  | {
      readonly type: "net:connection_timeout";
      readonly ref: LabelledRef;
      readonly remote: Endpoint;
      readonly which: TimeoutKind;
    }
  /** The connection ends; `connected` wasn't called. */
  | {
      readonly type: "net:handshake_failed";
      readonly ref: LabelledRef;
      readonly remote: Endpoint;
      readonly step: "proxy_header" | "tls";
      readonly why: string;
    }
  /** So many connections are open, `threshold` or more. */
  | {
      readonly type: "net:alarm";
      readonly listener: Endpoint;
      readonly threshold: number;
      readonly connections: number;
    }
  /** Connections are told to end. */
  | { readonly type: "net:draining"; readonly listener: Endpoint; readonly connections: number }
  /** All of them are down; `cut` hadn't ended by the deadline. */
  | {
      readonly type: "net:drained";
      readonly listener: Endpoint;
      readonly connections: number;
      readonly cut: number;
    };

/** Whether a runtime's event is one of this package's. */
export function isNetEvent(event: RuntimeEvent): event is NetEvent {
  return event.type.startsWith("net:");
}

/** @internal Tells the runtime's listeners, and has the compiler look at what. */
export function tell(teller: Pick<Context, "emit">, event: NetEvent): void {
  teller.emit(event);
}
