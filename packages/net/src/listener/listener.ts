/** A listener: connections under their own supervisor, and the acceptor beside them. */

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
import { Acceptor, type ConnectionsProtocol, type NewConnection } from "./acceptor.ts";
import { checkChildOptions } from "./check-options.ts";
import { Ledger } from "./ledger.ts";
import type { ListenerProtocol } from "./listener-protocol.ts";
import type { ListenerOptions } from "./options.ts";
import { toListenerSettings, type ListenerSettings } from "./settings.ts";

/** A listener to put under a supervisor, or to start by itself. */
export interface ListenerChildOptions {
  /** Unique among its siblings. Default: `Listener`. */
  readonly id?: string;
  /** The name it answers {@link ListenerProtocol} under. Default: none, and then nobody can ask it anything. */
  readonly name?: ProcessName<ListenerProtocol>;
}

/** Temporary: whoever ends comes back by connecting again, and a listener outlives any number of ends. */
const Connections = defineDynamicSupervisor<void, NewConnection, Protocol>("Connections", () => ({
  child: ({ handler, start }) => ({
    id: handler.name,
    process: handler.process(start),
    restart: "temporary",
    shutdown: "brutal",
  }),
}));

interface ListenerStart {
  readonly settings: ListenerSettings;
  readonly name: ProcessName<ListenerProtocol> | undefined;
}

let listeners = 0;

/**
 * Connections come first and the acceptor last, so that the end begins with the acceptor, which drains them in a time of
 * its own; and an acceptor that crashes is restarted alone.
 */
const ListenerSupervisor = defineSupervisor<ListenerStart>("Listener", ({ settings, name }) => {
  listeners += 1;
  const connections = processName<ConnectionsProtocol>(`net:connections:${listeners}`);
  const ledger = new Ledger(settings);
  return {
    strategy: "rest_for_one",
    children: [
      Connections.child(undefined, { name: connections, shutdown: Infinity }),
      Acceptor.child(
        { ledger, connections },
        { id: "acceptor", shutdown: Infinity, ...(name === undefined ? {} : { name }) },
      ),
    ],
  };
});

/**
 * A server of connections, as a child of a supervisor or a program of its own. It ends by a drain: see `drainTimeoutMs`.
 *
 * @example
 * const App = defineSupervisor("App", () => ({
 *   children: [Listener.child({ port: 4040, packet: "line", handler: Echo.with() })],
 * }));
 */
export const Listener = {
  name: "Listener",

  /**
   * To be started by itself: `start(Listener, options)`. The start fails with a `ListenError` where it can't listen.
   * With a name it can be asked where it listens.
   *
   * @throws RangeError when an option is wrong or unknown.
   */
  with(
    options: ListenerOptions,
    own: Pick<ListenerChildOptions, "name"> = {},
  ): ProcessSpec<SupervisorProtocol> {
    checkChildOptions(own);
    return ListenerSupervisor.with({ settings: toListenerSettings(options), name: own.name });
  },

  /**
   * To be a child of a supervisor.
   *
   * @throws RangeError when an option is wrong or unknown.
   */
  child(options: ListenerOptions, child: ListenerChildOptions = {}): ChildSpec<SupervisorProtocol> {
    checkChildOptions(child);
    return ListenerSupervisor.child(
      { settings: toListenerSettings(options), name: child.name },
      { id: child.id ?? "Listener" },
    );
  },
};
