/** A connection in the network: its two ends, a wire in each direction, and what becomes of it on the way. */

import type { Endpoint } from "../network/network.ts";
import type { Agenda } from "./agenda.ts";
import type { Chance } from "./chance.ts";
import { READ_BYTES, type NetworkSettings } from "./options.ts";
import { SimulatedStream } from "./simulated-stream.ts";
import type { LinkEvent } from "./trace.ts";
import { Wire, type Segment } from "./wire.ts";

/** What a link needs of its network. */
export interface LinkNetwork {
  readonly agenda: Agenda;
  readonly chance: Chance;
  readonly settings: NetworkSettings;
  note(event: LinkEvent): void;
  /** Its program has no part in it any more. */
  streamClosed(stream: SimulatedStream, link: Link): void;
}

type Side = "client" | "server";

export class Link {
  readonly id: number;
  readonly client: SimulatedStream;
  readonly server: SimulatedStream;
  /** Called when the client hears that it was accepted. */
  accepted = (): void => {};
  readonly #network: LinkNetwork;
  readonly #wires: Readonly<Record<Side, Wire>>;
  #cut = false;

  constructor(network: LinkNetwork, id: number, client: Endpoint, server: Endpoint) {
    this.#network = network;
    this.id = id;
    // A wire has the name of the side that sends on it.
    this.#wires = { client: this.#wire("server"), server: this.#wire("client") };
    this.client = this.#end("client", client, server);
    this.server = this.#end("server", server, client);
    this.#wires.server.send({ type: "accepted" });
  }

  get isCut(): boolean {
    return this.#cut;
  }

  /** Nothing gets through any more in either direction, for ever, and nobody is told. */
  cut(): void {
    if (this.#cut) return;
    this.#cut = true;
    this.#note("both", "cut");
    for (const wire of Object.values(this.#wires)) wire.cut();
    for (const end of [this.client, this.server]) end.unreachable();
  }

  /** Something in between resets both ends; what is on its way is lost. */
  reset(): void {
    if (this.#cut) return;
    this.#note("both", "reset");
    for (const wire of Object.values(this.#wires)) wire.drop();
    for (const wire of Object.values(this.#wires)) wire.send({ type: "reset" });
  }

  /** Nothing gets through until `release`; then all of it does. */
  hold(): void {
    for (const wire of Object.values(this.#wires)) wire.hold();
  }

  release(): void {
    for (const wire of Object.values(this.#wires)) wire.release();
  }

  #wire(to: Side): Wire {
    const { agenda, chance, settings } = this.#network;
    const delayMs = () => chance.within(settings.delayMs);
    return new Wire(agenda, delayMs, (segment) => {
      this.#note(to, `received ${segment.type}`, segment);
      if (segment.type === "accepted") this.accepted();
      else this[to].hear(segment);
    });
  }

  #end(side: Side, local: Endpoint, remote: Endpoint): SimulatedStream {
    const { agenda, settings } = this.#network;
    const end: SimulatedStream = new SimulatedStream(
      {
        agenda,
        isUnix: local.path !== undefined,
        isCut: () => this.#cut,
        sendBufferBytes: settings.sendBufferBytes,
        receiveBufferBytes: settings.receiveBufferBytes,
        split: (mostBytes) => this.#split(mostBytes),
        send: (segment) => this.#send(side, segment),
        dropSent: () => this.#wires[side].drop(),
        closed: (error) => {
          this.#note(side, error === undefined ? "closed" : `closed ${error.message}`);
          this.#network.streamClosed(end, this);
        },
      },
      local,
      remote,
    );
    return end;
  }

  #split(mostBytes: number): number {
    const { chance, settings } = this.#network;
    const most = Math.min(mostBytes, READ_BYTES);
    return settings.splitBytes === "random" ? chance.size(most) : Math.min(most, settings.splitBytes);
  }

  #send(side: Side, segment: Segment): void {
    const { chance, settings } = this.#network;
    if (segment.type === "data" && chance.happens(settings.cutChance)) this.cut();
    else if (segment.type === "data" && chance.happens(settings.resetChance)) this.reset();
    else this.#wires[side].send(segment);
  }

  #note(side: LinkEvent["side"], what: string, segment?: Segment): void {
    this.#network.note({ link: this.id, side, what, bytes: bytesOf(segment) });
  }
}

function bytesOf(segment: Segment | undefined): number {
  if (segment?.type === "data") return segment.bytes.length;
  return segment?.type === "window" ? segment.bytes : 0;
}
