/** A TCP listener: connections under their own supervisor, and the acceptor beside them. */

import {
  defineDynamicSupervisor,
  defineSupervisor,
  processName,
  type ChildSpec,
  type ProcessName,
  type ProcessSpec,
  type Protocol,
  type SupervisorProtocol,
} from "@wheelhouse/actors";
import type { ConnectionHandler, ConnectionStart } from "../connection/connection.ts";
import { Acceptor, type ConnectionsProtocol, type ListenerProtocol } from "./acceptor.ts";
import { DRAIN_TIMEOUT_MS, checkOptions, type ListenerOptions } from "./options.ts";

/** A listener to put under a supervisor, or to start by itself. */
export interface ListenerChildOptions {
  /** Unique among its siblings. Default: `Listener`. */
  readonly id?: string;
  /** The name it answers `info` under. */
  readonly name?: ProcessName<ListenerProtocol>;
}

/** How long ended connections' sockets get on top of the drain, in milliseconds. */
const DRAIN_MARGIN_MS = 1_000;

const Connections = defineDynamicSupervisor<ConnectionHandler, ConnectionStart, Protocol>(
  "Connections",
  (handler) => ({
    child: (start) => ({
      id: handler.name,
      process: handler.process(start),
      restart: "temporary",
      shutdown: "brutal",
    }),
  }),
);

interface ListenerStart {
  readonly options: ListenerOptions;
  readonly name: ProcessName<ListenerProtocol> | undefined;
}

let listeners = 0;

/**
 * Connections come first and the acceptor last, so that the end begins with the acceptor, which drains them; and an
 * acceptor that crashes is restarted alone.
 */
const ListenerSupervisor = defineSupervisor<ListenerStart>("Listener", ({ options, name }) => {
  listeners += 1;
  const connections = processName<ConnectionsProtocol>(`net:connections:${listeners}`);
  return {
    strategy: "rest_for_one",
    children: [
      Connections.child(options.handler, { name: connections, shutdown: Infinity }),
      Acceptor.child(
        { options, connections, remembered: { port: options.port } },
        {
          id: "acceptor",
          shutdown: (options.drainTimeoutMs ?? DRAIN_TIMEOUT_MS) + DRAIN_MARGIN_MS,
          ...(name === undefined ? {} : { name }),
        },
      ),
    ],
  };
});

export const Listener = {
  name: "Listener",

  /** @throws RangeError when an option is wrong. */
  with(options: ListenerOptions): ProcessSpec<SupervisorProtocol> {
    checkOptions(options);
    return ListenerSupervisor.with({ options, name: undefined });
  },

  /** @throws RangeError when an option is wrong. */
  child(options: ListenerOptions, child: ListenerChildOptions = {}): ChildSpec<SupervisorProtocol> {
    checkOptions(options);
    return ListenerSupervisor.child({ options, name: child.name }, { id: child.id ?? "Listener" });
  },
};
