/**
 * What a listener knows of itself: who is connected, what was counted, what it was told last. It stands beside the
 * acceptor, not in it, so that all of it outlives the acceptor's crash (as Ranch keeps it in a table of its own).
 */

import type { Context, Ref } from "@wheelhouse/actors";
import { tell, type RefusalReason } from "../events.ts";
import type { Endpoint } from "../network/network.ts";
import { Alarms } from "./alarms.ts";
import { Limits } from "./limits.ts";
import type { ConnectionInfo, ListenerStatus } from "./listener-protocol.ts";
import { Place } from "./place.ts";
import type { ListenerSettings } from "./settings.ts";
import { TrustedAddresses, plainAddress } from "./trusted-addresses.ts";

/** What the ledger needs to tell of what happens. */
export type Teller = Pick<Context, "emit" | "now">;

/** A drain that goes on. It stands here, so that it outlives an acceptor that crashes amid it. */
export interface Draining {
  /** What each connection is given to say. */
  readonly notice: unknown;
  readonly staggerMs: number;
  /** When those that are left are cut, by the runtime's monotonic clock. */
  readonly untilMs: number;
  /** Those that were there when it began. */
  readonly connections: number;
  /** How many this listener had cut before. */
  readonly cutBefore: number;
  /** They are cut: whoever begins now has to end at once. */
  isOver: boolean;
}

export class Ledger {
  status: ListenerStatus = "listening";
  /** Where it listens, or listened last. */
  local: Endpoint;
  /** The same as it was asked for: where to listen again after a crash. Where a `resume` listens, the settings say. */
  listensAgainAt: Endpoint;
  accepted = 0;
  ended = 0;
  uncounted = 0;
  /** By all drains. */
  cut = 0;
  readonly refused: Partial<Record<RefusalReason, number>> = {};
  /** Of connections of which nothing is left: a file may go on being sent when the process has ended. */
  #bytesRead = 0;
  #bytesWritten = 0;
  /** Tells the acceptor of a place that became free while somebody waits for one. */
  tellRoom: () => void = () => {};
  /** Who begins connections. */
  supervisor: Ref | undefined = undefined;
  /** The drain that was asked for last. */
  draining: Draining | undefined = undefined;

  /** Limits are known from the first moment on; what time it is, they are told by whoever comes. */
  readonly limits: Limits;
  /** Everything that has a process, or is about to. */
  readonly #places = new Set<Place>();
  /** Those whose process has ended, and whose socket hasn't closed. */
  readonly #closing = new Set<Place>();
  /** Those of them that have sent all, and wait for their peer to close. */
  readonly #finished = new Set<Place>();
  #settings: ListenerSettings;
  #alarms: Alarms;
  #trusted: TrustedAddresses | undefined;
  /** What all who wait for the last one's end wait for. */
  #empty: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined = undefined;

  constructor(settings: ListenerSettings) {
    this.#settings = settings;
    this.local = this.listensAgainAt = settings.endpoint;
    this.limits = new Limits(settings.limits);
    this.#alarms = new Alarms(settings.alarms);
    this.#trusted = toTrusted(settings);
  }

  /** A port that any free one was asked for is the one to listen on again. */
  listensAt(asked: Endpoint, local: Endpoint): void {
    const isAsSet = asked === this.#settings.endpoint;
    this.local = local;
    this.listensAgainAt = { ...asked, port: local.port };
    if (isAsSet) this.#settings = { ...this.#settings, endpoint: this.listensAgainAt };
  }

  get settings(): ListenerSettings {
    return this.#settings;
  }

  /** Limits hold at once, the rest for what comes from here on. `waiting` are the addresses of those that wait. */
  change(settings: ListenerSettings, waiting: Iterable<string>): void {
    const before = this.#settings;
    const moved =
      settings.options.port !== before.options.port || settings.options.path !== before.options.path;
    const endpoint = moved ? settings.endpoint : { ...settings.endpoint, port: before.endpoint.port };
    this.#settings = { ...settings, endpoint };
    if (settings.alarms !== before.alarms) this.#alarms = new Alarms(settings.alarms);
    this.#trusted = toTrusted(settings);
    const inside = [...this.#places, ...this.#closing].filter((place) => place.isInside);
    this.limits.change(settings.limits, [...inside.map(({ address }) => address), ...waiting]);
  }

  /** Everything that has a process, or is about to. */
  get connections(): number {
    return this.#places.size;
  }

  /** Those whose process has ended, and whose socket hasn't closed. */
  get closing(): number {
    return this.#closing.size;
  }

  /** Those whose process has begun, the oldest first. */
  begunPlaces(): readonly Place[] {
    return [...this.#places].filter(({ ref }) => ref !== undefined);
  }

  infos(): readonly ConnectionInfo[] {
    return [...this.#places].flatMap(({ info }) => info ?? []);
  }

  /** Bytes of all connections, those that go on too. */
  bytes(): { readonly bytesRead: number; readonly bytesWritten: number } {
    let [bytesRead, bytesWritten] = [this.#bytesRead, this.#bytesWritten];
    for (const { stats } of [...this.#places, ...this.#closing]) {
      bytesRead += stats?.bytesRead ?? 0;
      bytesWritten += stats?.bytesWritten ?? 0;
    }
    return { bytesRead, bytesWritten };
  }

  /** What a limit counts a connection from there under; of a trusted proxy, nothing yet. */
  addressOf(remote: Endpoint): string {
    return this.isProxy(remote) ? "" : plainAddress(remote.host);
  }

  isProxy(remote: Endpoint): boolean {
    return this.#trusted?.has(remote.host) ?? false;
  }

  /** A connection that the limits have let in. */
  enter(remote: Endpoint, address: string): Place {
    const place = new Place(this, address, this.isProxy(remote));
    this.#places.add(place);
    this.#limitFinished();
    return place;
  }

  refuse(teller: Teller, remote: Endpoint, why: RefusalReason): void {
    this.refused[why] = (this.refused[why] ?? 0) + 1;
    tell(teller, { type: "net:connection_refused", listener: this.local, remote, why });
  }

  /** Resolves when no connection is left, nor a socket of one. */
  whenEmpty(): Promise<void> {
    if (this.#isEmpty) return Promise.resolve();
    if (this.#empty === undefined) {
      let resolve = () => {};
      const promise = new Promise<void>((done) => (resolve = done));
      this.#empty = { promise, resolve };
    }
    return this.#empty.promise;
  }

  get #isEmpty(): boolean {
    return this.#places.size + this.#closing.size === 0;
  }

  /** Closes what is still closing; how many of them hadn't sent all that they had to. */
  cutClosing(): number {
    return [...this.#closing].filter((place) => place.cut()).length;
  }

  /** Those that were about to begin under a supervisor that is gone never will. */
  forgetUnbegun(): void {
    for (const place of this.#places) place.abandon();
  }

  /** @internal */
  begun(teller: Teller): void {
    this.accepted += 1;
    const { connections } = this;
    if (connections < this.#alarms.lowest) return;
    for (const { connections: threshold } of this.#alarms.due(connections, teller.now()))
      tell(teller, {
        type: "net:alarm",
        listener: this.local,
        threshold,
        connections,
      });
  }

  /** @internal Its process has ended, and its socket hasn't closed. */
  closes(place: Place): void {
    this.#places.delete(place);
    this.#closing.add(place);
    if (this.draining?.isOver === true) place.cut();
  }

  /** @internal It has sent all, and counts no longer. */
  finishes(place: Place): void {
    this.#finished.add(place);
    this.#leaveLimits(place);
  }

  /**
   * Whoever has sent all waits for its peer only as long as nobody else needs its descriptor: with those that are in, there
   * are no more of them than there may be connections.
   */
  #limitFinished(): void {
    const { size } = this.#finished;
    if (size === 0 || this.limits.inside + size <= this.limits.maxConnections) return;
    const oldest = this.#finished.values().next().value as Place;
    this.#finished.delete(oldest);
    oldest.cut();
  }

  #leaveLimits(place: Place): void {
    if (place.isInside) this.limits.leave(place.address);
    this.roomMade();
  }

  /** @internal */
  left(place: Place): void {
    const { stats } = place;
    this.#bytesRead += stats?.bytesRead ?? 0;
    this.#bytesWritten += stats?.bytesWritten ?? 0;
    this.#places.delete(place);
    this.#closing.delete(place);
    this.#finished.delete(place);
    this.#leaveLimits(place);
    if (!this.#isEmpty) return;
    this.#empty?.resolve();
    this.#empty = undefined;
  }

  /** @internal */
  roomMade(): void {
    if (this.limits.waiting > 0) this.tellRoom();
  }
}

function toTrusted({ options }: ListenerSettings): TrustedAddresses | undefined {
  return options.proxyProtocol === undefined
    ? undefined
    : new TrustedAddresses(options.proxyProtocol.trusted);
}
