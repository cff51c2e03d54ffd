/** What the tests of the simulated network share: a simulation with somebody who listens, and what streams told. */

import { type Endpoint, type Stream } from "@wheelhouse/net/socket";
import {
  simulationWithNetwork,
  type SimulatedNetworkOptions,
  type SimulationWithNetwork,
} from "@wheelhouse/net/simulation";

export const PORT = 4040;
export const HERE = "127.0.0.1";

export type ListenRequest = Parameters<SimulationWithNetwork["network"]["listen"]>[0];

/** What a stream has told, in order. */
export class Ear {
  readonly stream: Stream;
  readonly told: string[] = [];
  readonly chunks: Buffer[] = [];
  error: NodeJS.ErrnoException | undefined;
  /** Pauses after each read. */
  readsOnce = false;

  constructor(stream: Stream) {
    this.stream = stream;
    stream.start({
      data: (chunk) => {
        this.told.push("data");
        this.chunks.push(chunk);
        if (this.readsOnce) stream.pause();
      },
      ended: () => this.told.push("ended"),
      drained: () => this.told.push("drained"),
      closed: (error) => {
        this.told.push("closed");
        this.error = error;
      },
    });
  }

  get text(): string {
    return Buffer.concat(this.chunks).toString();
  }

  write(text: string): boolean {
    return this.stream.write([Buffer.from(text)]);
  }
}

/** A simulation, in which the program listens outside of processes, for what the network itself does. */
export class Bench {
  readonly runtime: SimulationWithNetwork["runtime"];
  readonly network: SimulationWithNetwork["network"];
  /** The program's ends, in the order in which they were accepted. */
  readonly accepted: Ear[] = [];

  constructor(options: SimulatedNetworkOptions = {}, seed = 1) {
    const { runtime, network } = simulationWithNetwork({ seed, network: options });
    this.runtime = runtime;
    this.network = network;
  }

  listen(at: Partial<ListenRequest> = {}) {
    return this.network.listen({
      host: HERE,
      port: PORT,
      backlog: 128,
      keepAliveMs: Infinity,
      noDelay: true,
      reusePort: false,
      connection: (stream) => this.accepted.push(new Ear(stream)),
      failed: () => {},
      ...at,
    });
  }

  /** Both ends of a new connection; neither reads yet. */
  async pair(): Promise<readonly [client: Ear, server: Ear]> {
    const connecting = this.network.connect({ host: HERE, port: PORT }, Infinity);
    await this.runtime.advance(1_000);
    const client = new Ear(await connecting);
    return [client, this.accepted.at(-1) as Ear];
  }
}

/** A simulation in which somebody listens. */
export async function bench(options: SimulatedNetworkOptions = {}, seed = 1): Promise<Bench> {
  const made = new Bench(options, seed);
  await made.listen();
  return made;
}

export function at(path: string): Endpoint {
  return { host: "", port: 0, path };
}

/** So many bytes, no two neighbours alike. */
export function pattern(bytes: number): string {
  return Array.from({ length: bytes }, (_, index) => "abcdefghijklmnopqrstuvwxyz"[index % 26]).join("");
}
