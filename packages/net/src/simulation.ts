/** `@wheelhouse/net/simulation`: a network in memory and in virtual time, whose every choice follows from a seed. */

export {
  simulationWithNetwork,
  type SimulationWithNetwork,
  type SimulationWithNetworkOptions,
} from "./simulation/simulation-with-network.ts";
export { SimulatedNetwork, type DialOptions, type Where } from "./simulation/simulated-network.ts";
export { SimulatedPeer, type SlowSending } from "./simulation/simulated-peer.ts";
export { type Link } from "./simulation/link.ts";
export { DESCRIPTOR_LIMIT, KERNEL_BUFFER_BYTES, type SimulatedNetworkOptions } from "./simulation/options.ts";
export { type LinkEvent, type NetworkEvent } from "./simulation/trace.ts";
