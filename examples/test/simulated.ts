/** What the tests of the examples share that play them on a simulated network: one of them in some weather, and its end. */

import {
  formatReason,
  start,
  type Application,
  type LabelledRef,
  type Ref,
  type RuntimeEvent,
  type Supervisor,
} from "@wheelhouse/actors";
import {
  simulationWithNetwork,
  type SimulatedNetworkOptions,
  type SimulatedPeer,
  type SimulationWithNetwork,
} from "@wheelhouse/net/simulation";
import { afterEach, expect } from "vitest";

export const PORT = 4040;
export const WHERE = { host: "127.0.0.1", port: PORT };

/** Enough for every way there and back. */
const ROUND_TRIPS_MS = 2_000;
/** Enough for every drain, and for every closed socket that waits for its peer. */
const END_MS = 120_000;

const playing: Simulated[] = [];

afterEach(async () => {
  for (const simulated of playing.splice(0)) await simulated.end();
});

/** Starts an example, taken down after the test. */
export async function simulate<A>(
  app: Supervisor<A>,
  args: A,
  network: SimulatedNetworkOptions = {},
  seed = 1,
): Promise<Simulated> {
  const made = simulationWithNetwork({ seed, network });
  const simulated = new Simulated(made, await start(app, args, { runtime: made.runtime }));
  playing.push(simulated);
  return simulated;
}

export class Simulated {
  readonly runtime: SimulationWithNetwork["runtime"];
  readonly network: SimulationWithNetwork["network"];
  readonly #app: Application;
  readonly #crashes: string[] = [];
  #stopped: Promise<void> | undefined;
  #crashesExpected = 0;

  constructor({ runtime, network }: SimulationWithNetwork, app: Application) {
    this.runtime = runtime;
    this.network = network;
    this.#app = app;
    runtime.on((event) => this.#hear(event));
  }

  #hear(event: RuntimeEvent): void {
    if (event.type === "crash" && "process" in event)
      this.#crashes.push(`${event.process.label}: ${formatReason(event.reason)}`);
  }

  /** Somebody connects, and says this. */
  dial(text: string | Uint8Array = ""): SimulatedPeer {
    const peer = this.network.dial(PORT);
    if (text.length > 0) peer.send(text);
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

  expectCrashes(count: number): void {
    this.#crashesExpected += count;
  }

  /** Asks everything to end, as a signal does; resolves in virtual time. */
  stop(): Promise<void> {
    this.#stopped ??= this.#app.stop();
    return this.#stopped;
  }

  /** Ends everything, and looks at what is left. */
  async end(): Promise<void> {
    const stopped = this.stop();
    await this.runtime.advance(END_MS);
    await stopped;
    expect(this.runtime.processes().map(String), "processes left").toEqual([]);
    expect(this.network.openStreams, "streams left").toEqual([]);
    expect(this.#crashes, "crashes").toHaveLength(this.#crashesExpected);
  }
}
