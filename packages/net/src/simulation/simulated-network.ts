/** A network in memory and in virtual time, for the processes of one simulated runtime and for peers outside of them. */

import { ConnectError, ListenError } from "../errors.ts";
import type {
  Descriptors,
  Endpoint,
  ListenRequest,
  ListeningPort,
  Network,
  Stream,
} from "../network/network.ts";
import { Agenda, type World } from "./agenda.ts";
import { Chance } from "./chance.ts";
import type { Link } from "./link.ts";
import { networkError } from "./network-error.ts";
import {
  DESCRIPTOR_LIMIT,
  expectDescriptorLimit,
  toSettings,
  type SimulatedNetworkOptions,
} from "./options.ts";
import { SimulatedPeer } from "./simulated-peer.ts";
import type { PlaceRequest } from "./places.ts";
import { Switchboard } from "./switchboard.ts";
import type { NetworkEvent } from "./trace.ts";

/** Where those are who don't say otherwise. */
const HERE = "127.0.0.1";
/** Most bytes of one piece of a file. */
const FILE_PIECE_BYTES = 65_536;

/** A port here, the path of a Unix socket, or anything in full. */
export type Where = number | string | Endpoint;

export interface DialOptions {
  /** The address that the peer is at. Default: 127.0.0.1. */
  readonly from?: string;
  /** How long it waits for an answer. Default: as long as the kernel does. */
  readonly timeoutMs?: number;
}

export class SimulatedNetwork implements Network {
  readonly #board: Switchboard;
  readonly #files: Readonly<Record<string, string | Uint8Array>>;
  readonly #listeners = new Set<(event: NetworkEvent) => void>();

  /**
   * Usually made by {@link simulationWithNetwork}.
   *
   * @throws RangeError when an option is wrong.
   */
  constructor(world: World, seed: number, options: SimulatedNetworkOptions = {}) {
    const settings = toSettings(options);
    const { descriptorLimit = DESCRIPTOR_LIMIT, files = {} } = options;
    this.#files = files;
    this.#board = new Switchboard({
      agenda: new Agenda(world),
      chance: new Chance(seed),
      settings,
      descriptorLimit,
      note: (event) => {
        for (const listener of this.#listeners) listener({ atMs: world.now(), ...event });
      },
    });
  }

  // What processes ask of it

  async listen(request: ListenRequest): Promise<ListeningPort> {
    const taken = ({ server }: Link) => {
      server.setOptions({ keepAliveMs: request.keepAliveMs });
      request.connection(server);
    };
    return this.#listen({ ...request, isOwned: true, taken });
  }

  connect(to: Endpoint, timeoutMs: number): Promise<Stream> {
    return new Promise((resolve, reject) => {
      const failed = (error: Error) => reject(new ConnectError(to, error));
      try {
        this.#board.connect({ to, from: HERE, timeoutMs, isOwned: true, connected: resolve, failed });
      } catch (error) {
        failed(error as Error);
      }
    });
  }

  async *readFile(path: string, from: number, bytes: number | undefined): AsyncIterable<Uint8Array> {
    const file = this.#files[path];
    if (file === undefined) throw networkError("ENOENT", `no such file: ${path}`);
    const wanted = Buffer.from(file as Uint8Array).subarray(
      from,
      bytes === undefined ? undefined : from + bytes,
    );
    for (let at = 0; at < wanted.length; at += FILE_PIECE_BYTES)
      yield wanted.subarray(at, at + FILE_PIECE_BYTES);
  }

  descriptors(): Descriptors {
    return this.#board.descriptors();
  }

  #listen(request: PlaceRequest): ListeningPort {
    try {
      const place = this.#board.listen(request);
      return { local: place.local, close: async () => this.#board.unlisten(place) };
    } catch (error) {
      throw new ListenError(request, error as NodeJS.ErrnoException);
    }
  }

  // Peers outside of processes

  /** Somebody connects. What the peer is told to do before it is connected, it does then. */
  dial(to: Where, { from = HERE, timeoutMs = Infinity }: DialOptions = {}): SimulatedPeer {
    const peer = new SimulatedPeer(this.#board.agenda);
    this.#board.connect({
      to: toEndpoint(to),
      from,
      timeoutMs,
      isOwned: false,
      connected: (stream, link) => peer.connect(stream, link),
      failed: (error) => peer.fail(error),
    });
    return peer;
  }

  /**
   * Somebody listens outside of processes; `meet` is given a peer for each connection to it.
   *
   * @throws ListenError when the address is in use.
   */
  answer(at: Where, meet: (peer: SimulatedPeer) => void): ListeningPort {
    const taken = (link: Link) => {
      const peer = new SimulatedPeer(this.#board.agenda);
      peer.connect(link.server, link);
      meet(peer);
    };
    return this.#listen({ ...toEndpoint(at), backlog: Infinity, reusePort: false, isOwned: false, taken });
  }

  // What happens to it

  /** These addresses reach no other any more, and no other them; without any, nobody reaches anybody. What is sent waits. */
  partition(addresses?: readonly string[]): void {
    this.#board.partition(addresses);
  }

  /** Everybody reaches everybody again, and what has waited arrives. */
  heal(): void {
    this.#board.heal();
  }

  /** Connections of which an end is open, the oldest first. */
  get links(): readonly Link[] {
    return this.#board.links();
  }

  /** Most sockets that processes may have open. Lowering it closes none. */
  set descriptorLimit(limit: number) {
    expectDescriptorLimit("descriptorLimit", limit);
    this.#board.descriptorLimit = limit;
  }

  // Watching it

  /** The ends that processes have open: none, when all have closed theirs. */
  get openStreams(): readonly Stream[] {
    return this.#board.openStreams();
  }

  /** Has `listener` told of all that happens; the answer ends that. */
  on(listener: (event: NetworkEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function toEndpoint(where: Where): Endpoint {
  if (typeof where === "number") return { host: HERE, port: where };
  return typeof where === "string" ? { host: "", port: 0, path: where } : where;
}
