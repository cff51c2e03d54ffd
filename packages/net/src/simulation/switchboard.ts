/** Who listens, who is connected to whom, and who can reach whom, in a simulated network. */

import type { Descriptors, Endpoint } from "../network/network.ts";
import type { Agenda } from "./agenda.ts";
import type { Chance } from "./chance.ts";
import { Connecting, type Answer } from "./connecting.ts";
import { Link, type LinkNetwork } from "./link.ts";
import { networkError } from "./network-error.ts";
import type { NetworkSettings } from "./options.ts";
import { Places, type Place, type PlaceRequest } from "./places.ts";
import { SimulatedStream } from "./simulated-stream.ts";
import type { LinkEvent } from "./trace.ts";

export interface ConnectOrder {
  readonly to: Endpoint;
  /** The caller's own address. */
  readonly from: string;
  readonly timeoutMs: number;
  /** Whether it is a process of the runtime that connects. */
  readonly isOwned: boolean;
  readonly connected: (stream: SimulatedStream, link: Link) => void;
  readonly failed: (error: Error) => void;
}

export interface SwitchboardStart {
  readonly agenda: Agenda;
  readonly chance: Chance;
  readonly settings: NetworkSettings;
  readonly descriptorLimit: number;
  readonly note: (event: LinkEvent) => void;
}

export class Switchboard implements LinkNetwork {
  readonly agenda: Agenda;
  readonly chance: Chance;
  readonly settings: NetworkSettings;
  readonly note: (event: LinkEvent) => void;
  readonly #places = new Places();
  readonly #links = new Set<Link>();
  /** Ends that processes have, and connections they are making. */
  readonly #owned = new Set<SimulatedStream | ConnectOrder>();
  /** Addresses that are apart from all others, or everybody from everybody. */
  #apart: readonly string[] | "everybody" = [];
  #descriptorLimit: number;
  #lastLink = 0;

  constructor({ agenda, chance, settings, descriptorLimit, note }: SwitchboardStart) {
    this.agenda = agenda;
    this.chance = chance;
    this.settings = settings;
    this.note = note;
    this.#descriptorLimit = descriptorLimit;
  }

  // Listening

  /** @throws an error with the code `EADDRINUSE` or `EMFILE`. */
  listen(request: PlaceRequest): Place {
    if (request.isOwned) this.#expectRoom();
    return this.#places.open(request);
  }

  unlisten(place: Place): void {
    this.#places.close(place);
    for (const link of place.waiting.splice(0)) link.server.destroy();
    this.#acceptEverywhere();
  }

  #planAccept(place: Place): void {
    if (place.accepting || place.waiting.length === 0 || !this.#hasRoomFor(place)) return;
    place.accepting = true;
    this.agenda.after(this.chance.within(this.settings.acceptDelayMs), () => this.#accept(place));
  }

  #accept(place: Place): void {
    place.accepting = false;
    if (!this.#hasRoomFor(place)) return;
    const link = place.waiting.shift();
    if (link === undefined) return;
    if (place.request.isOwned) this.#owned.add(link.server);
    place.request.taken(link);
    this.#planAccept(place);
  }

  #acceptEverywhere(): void {
    for (const place of this.#places.owned()) this.#planAccept(place);
  }

  // Connecting

  /**
   * The answer gives it up.
   *
   * @throws an error with the code `EMFILE`.
   */
  connect(order: ConnectOrder): () => void {
    if (order.isOwned) {
      this.#expectRoom();
      this.#owned.add(order);
    }
    const connecting = new Connecting(this.agenda, {
      to: order.to,
      timeoutMs: order.timeoutMs,
      delayMs: () => this.chance.within(this.settings.delayMs),
      ask: () => this.#ask(order),
      connected: (stream, link) => {
        if (this.#owned.delete(order)) this.#owned.add(stream);
        order.connected(stream, link);
      },
      failed: (error) => {
        this.#forget(order);
        order.failed(error);
      },
    });
    return () => {
      connecting.abandon();
      this.#forget(order);
    };
  }

  #ask({ to, from }: ConnectOrder): Answer {
    const isUnix = to.path !== undefined;
    if (!isUnix && this.#areApart(from, to.host)) return "silence";
    const place = this.#places.find(to, this.chance);
    if (place === undefined) return "refused";
    if (place.waiting.length >= place.request.backlog) return "silence";
    this.#lastLink += 1;
    const client = isUnix ? { host: "", port: 0, path: "" } : { host: from, port: this.#places.freePort() };
    const link = new Link(this, this.#lastLink, client, isUnix ? to : { host: to.host, port: to.port });
    this.#links.add(link);
    this.note({ link: link.id, side: "client", what: "asked", bytes: 0 });
    place.waiting.push(link);
    this.#planAccept(place);
    return link;
  }

  // Reaching one another

  /** These addresses can't reach any other any more; without any, nobody reaches anybody. */
  partition(addresses: readonly string[] | undefined): void {
    this.#apart = addresses ?? "everybody";
    this.#holdOrRelease();
  }

  heal(): void {
    this.#apart = [];
    this.#holdOrRelease();
  }

  #holdOrRelease(): void {
    for (const link of this.#links) {
      const { local, remote } = link.client;
      const isApart = local.path === undefined && this.#areApart(local.host, remote.host);
      if (isApart) link.hold();
      else link.release();
    }
  }

  #areApart(a: string, b: string): boolean {
    if (this.#apart === "everybody") return true;
    return this.#apart.includes(a) !== this.#apart.includes(b);
  }

  // What is open

  /** The connections of which an end is open. */
  links(): readonly Link[] {
    return [...this.#links];
  }

  /** Ends that processes have. */
  openStreams(): readonly SimulatedStream[] {
    return [...this.#owned].filter((owned) => owned instanceof SimulatedStream);
  }

  descriptors(): Descriptors {
    return { open: this.#owned.size + this.#places.owned().length, limit: this.#descriptorLimit };
  }

  set descriptorLimit(limit: number) {
    this.#descriptorLimit = limit;
    this.#acceptEverywhere();
  }

  streamClosed(stream: SimulatedStream, link: Link): void {
    if (link.client.isClosed && link.server.isClosed) this.#links.delete(link);
    this.#forget(stream);
  }

  /** There is room for one more. */
  #forget(owned: SimulatedStream | ConnectOrder): void {
    if (this.#owned.delete(owned)) this.#acceptEverywhere();
  }

  #hasRoomFor({ request }: Place): boolean {
    return !request.isOwned || !this.#isFull;
  }

  #expectRoom(): void {
    if (this.#isFull) throw networkError("EMFILE", "too many open files");
  }

  get #isFull(): boolean {
    const { open, limit } = this.descriptors();
    return open >= limit;
  }
}
