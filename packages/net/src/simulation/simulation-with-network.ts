/** A simulated runtime whose processes find a simulated network. */

import { provide } from "@wheelhouse/actors";
import { SimulatedRuntime, type SimulationOptions } from "@wheelhouse/actors/simulation";
import { expectObject, expectOptions, type Checks } from "../expectations.ts";
import { NetworkPort, type Network } from "../network/network.ts";
import type { SimulatedNetworkOptions } from "./options.ts";
import { SimulatedNetwork } from "./simulated-network.ts";

export interface SimulationWithNetworkOptions extends SimulationOptions {
  readonly network?: SimulatedNetworkOptions;
}

export interface SimulationWithNetwork {
  readonly runtime: SimulatedRuntime;
  readonly network: SimulatedNetwork;
}

/** The runtime checks its own. */
const OPTION_CHECKS: Checks<SimulationWithNetworkOptions> = {
  seed: () => {},
  startsAt: () => {},
  maxTurns: () => {},
  ports: () => {},
  network: expectObject,
};

/**
 * Makes a simulated runtime with a network in it. The network's chance follows from the same seed, but isn't drawn from the
 * runtime's: what it decides and whose turn it is don't mix.
 *
 * @throws RangeError when an option is unknown, or wrong.
 * @example
 * const { runtime, network } = simulationWithNetwork({ seed: 7, network: { delayMs: [0, 5], splitBytes: "random" } });
 * await start(Listener, { port: 4040, packet: "line", handler: Echo.with() }, { runtime });
 * const peer = network.dial(4040);
 * peer.send("hello\n");
 * await runtime.advance(100);
 * expect(peer.takeLines()).toEqual(["hello"]);
 */
export function simulationWithNetwork(options: SimulationWithNetworkOptions): SimulationWithNetwork {
  expectOptions(options, OPTION_CHECKS);
  const { network: networkOptions, ...rest } = options;
  // A runtime is given its ports before there is one, so the network asks for it only when something happens.
  const network = new SimulatedNetwork(
    { now: () => runtime.now(), schedule: (ms, work) => runtime.schedule(ms, work) },
    rest.seed,
    networkOptions,
  );
  const ports = [...(rest.ports ?? []), provide<Network>(NetworkPort, network)];
  const runtime = new SimulatedRuntime({ ...rest, ports });
  return { runtime, network };
}
