/** What a running listener can be asked and told. */

import type { Ref } from "@wheelhouse/actors";
import type { RefusalReason } from "../events.ts";
import type { ListenError } from "../errors.ts";
import type { Endpoint } from "../network/network.ts";
import type { SocketStats } from "../socket/socket.ts";
import type { ListenerChanges, ListenerOptions } from "./options.ts";

/** `suspended`: its port is closed, its connections live on. `draining`: they are told to end, and it is suspended then. */
export type ListenerStatus = "listening" | "suspended" | "draining";

/** What a listener can tell of itself. */
export interface ListenerInfo {
  readonly status: ListenerStatus;
  /** Where it listens; while it is suspended, where it did and will again. */
  readonly local: Endpoint;
  /** What it was told, without certificates and keys. */
  readonly options: Omit<ListenerOptions, "tls">;
  /** Those that have a process now, or are just getting one. */
  readonly connections: number;
  /** Those whose process has ended while its socket still sends, or waits for its peer to close. They have their place. */
  readonly closing: number;
  /** Of `connections`, how many have asked not to be counted against the limits. */
  readonly uncounted: number;
  /** Those that wait for a place. */
  readonly waiting: number;
  /** Since the listener's start, whatever became of its acceptor: `accepted` = `ended` + those that live. `closing` ones have ended. */
  readonly accepted: number;
  readonly ended: number;
  /** By reason; what never happened isn't there. */
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>>;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** One connection of a listener. */
export interface ConnectionInfo {
  readonly ref: Ref;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** What the limits count it under: its peer's address, or what a trusted proxy has told. */
  readonly address: string;
  /** Whether it counts against the limits. */
  readonly counted: boolean;
  readonly openMs: number;
  readonly stats: SocketStats;
}

/** How a listener lets its connections end; times in milliseconds. */
export interface DrainOptions {
  /** How long connections have; 0 cuts them at once, `Infinity` waits for the last. Default: the listener's `drainTimeoutMs`. */
  readonly timeoutMs?: number;
  /** How long after one connection the next is told. Default: the listener's `drainStaggerMs`. */
  readonly staggerMs?: number;
  /** What each connection's `shutdown` is given. */
  readonly notice?: unknown;
}

/** What became of its connections. */
export interface Drained {
  /** Those that were there when it began, with those that were closing. */
  readonly connections: number;
  /** Those that hadn't ended by the deadline, or hadn't sent all that they had to. */
  readonly cut: number;
}

/** Messages a listener understands, under the name it was given. */
export interface ListenerProtocol {
  calls: {
    info(): ListenerInfo;
    /** All that have begun, the oldest first. */
    connections(): readonly ConnectionInfo[];
    /** Closes the port; whoever connects is refused by the kernel, live connections go on. Does nothing the second time. */
    suspend(): "suspended";
    /**
     * Listens again, at the same place unless that was changed. Answers with the error when it can't; it stays suspended then.
     * Amid a drain it answers `draining` and does nothing: whoever wants to listen afterwards resumes when the drain has
     * answered.
     */
    resume(): "listening" | "draining" | ListenError;
    /**
     * Changes some options. Limits and alarms hold at once: raised, they let in who waits, lowered, they end nobody. What
     * concerns connections holds for new ones; where it listens, from the next `resume` on.
     *
     * @throws RangeError to the caller when one is wrong; nothing is changed then.
     */
    setOptions(changes: ListenerChanges): "changed";
    /**
     * Closes the port, tells every connection to end, cuts those that haven't by the deadline, and answers when all are
     * down and what they sent has left. It is suspended then. That takes its time: `ctx.callWithin(Infinity, …)`. A second
     * drain may hurry the first. The call fails when the acceptor crashes, but its successor goes on with the drain.
     */
    drain(options?: DrainOptions): Drained;
  };
}
