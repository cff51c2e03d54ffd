/**
 * What a listener knows of itself: who is connected, what was counted, what it was told last. It stands beside the
 * acceptor, not in it, so that all of it outlives the acceptor's crash (as Ranch keeps it in a table of its own).
 */

import type { Context, ExitReason, LabelledRef, Ref } from "@wheelhouse/actors";
import { DrainInfo } from "../connection/connection.ts";
import type { ConnectionPlace, ConnectionProcess } from "../connection/place.ts";
import { tell, type LimitReached, type RefusalReason } from "../events.ts";
import type { Endpoint } from "../network/network.ts";
import type { Socket } from "../socket/socket.ts";
import { Alarms } from "./alarms.ts";
import { Limits } from "./limits.ts";
import type { ConnectionInfo, ListenerStatus } from "./listener-protocol.ts";
import { toLimits, type ListenerSettings } from "./options.ts";
import { TrustedAddresses, plainAddress } from "./trusted-addresses.ts";

/** What the ledger needs to tell of what happens. */
export type Teller = Pick<Context, "emit" | "now">;

export class Ledger {
  status: ListenerStatus = "listening";
  /** Where it listens, or listened last. */
  local: Endpoint;
  accepted = 0;
  ended = 0;
  uncounted = 0;
  readonly refused: Partial<Record<RefusalReason, number>> = {};
  /** Of connections that have ended. */
  bytesRead = 0;
  bytesWritten = 0;
  /** Tells the acceptor of a place that became free while somebody waits for one. */
  tellRoom: () => void = () => {};
  /** Who begins connections. */
  supervisor: Ref | undefined = undefined;
  /** Connections are being told to end; with what was to be said to them. */
  draining: { readonly notice: unknown; isOver: boolean } | undefined = undefined;

  /** Limits are known from the first moment on; what time it is, they are told by whoever comes. */
  readonly limits: Limits;
  readonly #places = new Set<Place>();
  #settings: ListenerSettings;
  #alarms: Alarms;
  #trusted: TrustedAddresses | undefined;
  readonly #whenEmpty: (() => void)[] = [];

  constructor(settings: ListenerSettings) {
    this.#settings = settings;
    this.local = settings.endpoint;
    this.limits = new Limits(toLimits(settings.options));
    this.#alarms = new Alarms(settings.alarms);
    this.#trusted = toTrusted(settings);
  }

  /** A port that any free one was asked for is the one to listen on again. */
  listensAt(local: Endpoint): void {
    this.local = local;
    this.#settings = { ...this.#settings, endpoint: { ...this.#settings.endpoint, port: local.port } };
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
    const counted = [...this.#places].filter((place) => place.counted).map((place) => place.address);
    this.limits.change(toLimits(settings.options), [...counted, ...waiting]);
  }

  /** Everything that has a process, or is about to. */
  get connections(): number {
    return this.#places.size;
  }

  /** Those whose process has begun, the oldest first. */
  begunPlaces(): readonly Place[] {
    return [...this.#places].filter(({ ref }) => ref !== undefined);
  }

  infos(nowMs: number): readonly ConnectionInfo[] {
    return [...this.#places].flatMap((place) => place.info(nowMs) ?? []);
  }

  /** Bytes of all connections, those that go on too. */
  bytes(): { readonly bytesRead: number; readonly bytesWritten: number } {
    let { bytesRead, bytesWritten } = this;
    for (const { stats } of this.#places) {
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
    return place;
  }

  refuse(teller: Teller, remote: Endpoint, why: RefusalReason): void {
    this.refused[why] = (this.refused[why] ?? 0) + 1;
    tell(teller, { type: "net:connection_refused", listener: this.local, remote, why });
  }

  /** Resolves when no connection is left. */
  whenEmpty(): Promise<void> {
    if (this.#places.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#whenEmpty.push(resolve);
    });
  }

  /** Those that were about to begin under a supervisor that is gone never will. */
  forgetUnbegun(): void {
    for (const place of this.#places) place.abandon();
  }

  /** @internal */
  begun(teller: Teller): void {
    this.accepted += 1;
    const connections = this.#places.size;
    if (connections < this.#alarms.lowest) return;
    for (const { connections: threshold } of this.#alarms.due(connections, teller.now()))
      tell(teller, {
        type: "net:alarm",
        listener: this.local,
        threshold,
        connections,
      });
  }

  /** @internal */
  left(place: Place): void {
    this.#places.delete(place);
    if (place.counted) this.limits.leave(place.address);
    else this.uncounted -= 1;
    this.roomMade();
    if (this.#places.size > 0) return;
    for (const tell of this.#whenEmpty.splice(0)) tell();
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

/** One connection's place: tells of its beginning and its end, each once, and keeps nothing else. */
export class Place implements ConnectionPlace {
  readonly proxied: boolean;
  address: string;
  counted = true;
  readonly #ledger: Ledger;
  #ctx: ConnectionProcess | undefined = undefined;
  #socket: Socket | undefined = undefined;
  /** Whole milliseconds, which cost no memory of their own. */
  #begunAtMs = 0;
  #isFree = false;

  constructor(ledger: Ledger, address: string, proxied: boolean) {
    this.#ledger = ledger;
    this.address = address;
    this.proxied = proxied;
  }

  get ref(): LabelledRef | undefined {
    return this.#ctx?.self as LabelledRef | undefined;
  }

  get stats(): Socket["stats"] | undefined {
    return this.#socket?.stats;
  }

  begin(ctx: ConnectionProcess, socket: Socket): boolean {
    const ledger = this.#ledger;
    if (this.#isFree) return false;
    this.#ctx = ctx;
    this.#socket = socket;
    this.#begunAtMs = Math.floor(ctx.now());
    ctx.own(this);
    tell(ctx, {
      type: "net:connection_started",
      ref: ctx.self as LabelledRef,
      listener: ledger.local,
      local: socket.local,
      remote: socket.remote,
    });
    ledger.begun(ctx);
    if (ledger.draining !== undefined) this.tellDrain(ctx, ledger.draining.notice);
    return ledger.draining?.isOver !== true;
  }

  /** Who is still in its handshake has nothing to end by itself. */
  tellDrain(teller: Pick<Context, "inform">, notice: unknown): void {
    if (this.#ctx === undefined) return;
    teller.inform(this.#ctx.self, DrainInfo, notice);
    // A handler that waits for its peer hears no message; it hears this.
    this.#ctx.beginToDrain();
  }

  comesFrom(address: string): LimitReached | undefined {
    const from = this.address;
    this.address = plainAddress(address);
    if (!this.counted) return undefined;
    return this.#ledger.limits.rename(from, this.address, this.#ctx?.now() ?? 0);
  }

  uncount(): void {
    if (!this.counted || this.#isFree) return;
    this.counted = false;
    this.#ledger.uncounted += 1;
    this.#ledger.limits.leave(this.address);
    this.#ledger.roomMade();
  }

  get hasBegun(): boolean {
    return this.#ctx !== undefined;
  }

  abandon(): void {
    if (!this.hasBegun) this.#free();
  }

  /** Its process has ended. */
  release(reason: ExitReason): void {
    if (this.#isFree) return;
    this.#tellEnd(reason);
    this.#free();
  }

  #free(): void {
    if (this.#isFree) return;
    this.#isFree = true;
    this.#ledger.left(this);
  }

  #tellEnd(reason: ExitReason): void {
    const ledger = this.#ledger;
    const ctx = this.#ctx as ConnectionProcess;
    const { local, remote, stats } = this.#socket as Socket;
    const { bytesRead, bytesWritten, packetsRead, packetsWritten } = stats;
    ledger.ended += 1;
    ledger.bytesRead += bytesRead;
    ledger.bytesWritten += bytesWritten;
    tell(ctx, {
      type: "net:connection_ended",
      ref: ctx.self as LabelledRef,
      listener: ledger.local,
      local,
      remote,
      reason,
      durationMs: ctx.now() - this.#begunAtMs,
      bytesRead,
      bytesWritten,
      packetsRead,
      packetsWritten,
    });
  }

  info(nowMs: number): ConnectionInfo | undefined {
    if (this.#ctx === undefined || this.#socket === undefined) return undefined;
    const { local, remote, stats } = this.#socket;
    return {
      ref: this.#ctx.self,
      local,
      remote,
      address: this.address,
      counted: this.counted,
      openMs: nowMs - this.#begunAtMs,
      stats,
    };
  }
}
