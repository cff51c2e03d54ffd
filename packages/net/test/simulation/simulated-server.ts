/** A listener in a simulation, whose peers say what a test tells them; afterwards nothing may be left of it. */

import {
  defineSupervisor,
  formatReason,
  processName,
  start,
  type LabelledRef,
  type Ref,
  type RuntimeEvent,
} from "@wheelhouse/actors";
import { Listener, type ListenerOptions, type ListenerProtocol } from "@wheelhouse/net";
import {
  simulationWithNetwork,
  type DialOptions,
  type SimulatedNetworkOptions,
  type SimulatedPeer,
  type SimulationWithNetwork,
} from "@wheelhouse/net/simulation";
import { afterEach, expect } from "vitest";
import { PORT } from "./support.ts";

export const TestListener = processName<ListenerProtocol>("listener");

export type ServerOptions = Omit<ListenerOptions, "port">;

const TestServer = defineSupervisor<ServerOptions>("TestServer", (options) => ({
  children: [Listener.child({ port: PORT, ...options }, { name: TestListener })],
}));

/** Enough for every way there and back in the worst weather of these tests. */
const ROUND_TRIPS_MS = 5_000;
/** Enough for every drain and every closed socket that waits for its peer. */
const END_MS = 120_000;

const servers: SimulatedServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.end();
});

export class SimulatedServer {
  readonly runtime: SimulationWithNetwork["runtime"];
  readonly network: SimulationWithNetwork["network"];
  readonly events: RuntimeEvent[] = [];
  readonly #peers: SimulatedPeer[] = [];
  #stop: (() => Promise<void>) | undefined;
  #stopped: Promise<void> | undefined;
  #crashesExpected = 0;

  constructor({ runtime, network }: SimulationWithNetwork) {
    this.runtime = runtime;
    this.network = network;
    runtime.on((event) => this.events.push(event));
  }

  async start(options: ServerOptions): Promise<void> {
    const app = await start(TestServer, options, { runtime: this.runtime });
    this.#stop = () => app.stop();
  }

  /** Somebody connects, and says this. */
  dial(text = "", options: DialOptions = {}): SimulatedPeer {
    const peer = this.network.dial(PORT, options);
    if (text !== "") peer.send(text);
    this.#peers.push(peer);
    return peer;
  }

  /** Lets time pass, by default enough for all that was said to be heard and answered. */
  pass(ms = ROUND_TRIPS_MS): Promise<void> {
    return this.runtime.advance(ms);
  }

  /** The processes that bear a definition's name, the oldest first. */
  processes(label: string): readonly Ref[] {
    return this.runtime.processes().filter((ref) => (ref as LabelledRef).label === label);
  }

  ofType(type: string): readonly RuntimeEvent[] {
    return this.events.filter((event) => event.type === type);
  }

  expectCrashes(count: number): void {
    this.#crashesExpected += count;
  }

  /** Asks everything to end; resolves in virtual time. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop?.() ?? Promise.resolve();
    return this.#stopped;
  }

  /** Ends everything, and looks at what is left. */
  async end(): Promise<void> {
    const stopped = this.stop();
    this.network.heal();
    await this.runtime.advance(END_MS);
    await stopped;
    expect(this.runtime.processes().map(String), "processes left").toEqual([]);
    expect(this.network.openStreams, "streams left").toEqual([]);
    const crashes = this.events.filter((event) => event.type === "crash");
    const told = crashes.map(({ process, reason }) => `${process.label}: ${formatReason(reason)}`);
    expect(told, "crashes").toHaveLength(this.#crashesExpected);
  }
}

/** A server in some weather, taken down after the test. */
export async function serve(
  options: ServerOptions,
  network: SimulatedNetworkOptions = {},
  seed = 1,
): Promise<SimulatedServer> {
  const server = new SimulatedServer(simulationWithNetwork({ seed, network }));
  await server.start(options);
  servers.push(server);
  return server;
}
