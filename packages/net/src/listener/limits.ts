/** Who may come in: how many at a time, how many from one address, how fast. Pure: addresses and the time are told. */

import type { LimitReached } from "../events.ts";
import { KeyedBuckets, TokenBucket, type Rate } from "./rate.ts";

/** What the limits are; each may be `Infinity` or left out for none. */
export interface LimitSettings {
  readonly maxConnections: number;
  readonly atMaxConnections: "refuse" | "wait";
  readonly maxWaiting: number;
  readonly maxConnectionsPerAddress: number;
  readonly connectionRate: Rate | undefined;
  readonly connectionRatePerAddress: Rate | undefined;
}

/** What is to become of a connection that has just come. */
export type Verdict = "enter" | "wait" | LimitReached;

/**
 * Counts those that are in and those that wait. Whoever waits counts for its address, so that one address can't fill the
 * line either; an address that isn't known (a Unix socket's) is the empty string and has no limit of its own.
 */
export class Limits {
  #settings: LimitSettings;
  #inside = 0;
  #waiting = 0;
  /** Only while there is such a limit: it costs an entry for each address. */
  #byAddress: Map<string, number> | undefined;
  #rate: TokenBucket | undefined;
  #rateByAddress: KeyedBuckets | undefined;

  constructor(settings: LimitSettings) {
    this.#settings = settings;
    this.#setRates(undefined);
    if (settings.maxConnectionsPerAddress !== Infinity) this.#byAddress = new Map();
  }

  /** Connections that are in and count. */
  get inside(): number {
    return this.#inside;
  }

  get maxConnections(): number {
    return this.#settings.maxConnections;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Decides on a newcomer, and counts it unless it is refused. Whoever is refused uses up no rate. */
  arrive(address: string, nowMs: number): Verdict {
    const refusal = this.#addressRefusal(address) ?? this.#rateRefusal(address, nowMs);
    if (refusal !== undefined) return refusal;
    const verdict = this.#placeFor();
    if (verdict === "enter") this.#inside += 1;
    else if (verdict === "wait") this.#waiting += 1;
    else return verdict;
    this.#takeRates(address, nowMs);
    this.#count(address, 1);
    return verdict;
  }

  /** Whoever has waited longest has its turn. */
  admitWaiting(): boolean {
    if (this.#waiting === 0 || this.#inside >= this.#settings.maxConnections) return false;
    this.#waiting -= 1;
    this.#inside += 1;
    return true;
  }

  /** One of those that wait goes away. */
  stopWaiting(address: string): void {
    this.#waiting -= 1;
    this.#count(address, -1);
  }

  /** One of those that are in goes away, or is no longer to be counted. */
  leave(address: string): void {
    this.#inside -= 1;
    this.#count(address, -1);
  }

  /** One that is in turns out to come from elsewhere: a proxy has said so. Its place among all it has already. */
  rename(from: string, to: string, nowMs: number): LimitReached | undefined {
    this.#count(from, -1);
    const refusal = this.#addressRefusal(to) ?? this.#addressRateRefusal(to, nowMs);
    this.#count(to, 1);
    if (refusal === undefined && to !== "") this.#rateByAddress?.take(to, nowMs);
    return refusal;
  }

  /** Holds from now on, and ends nobody. `addresses` are those of all who are in or wait, once for each. */
  change(settings: LimitSettings, addresses: Iterable<string>): void {
    const before = this.#settings;
    this.#settings = settings;
    this.#setRates(before);
    this.#byAddress = undefined;
    if (settings.maxConnectionsPerAddress === Infinity) return;
    this.#byAddress = new Map();
    for (const address of addresses) this.#count(address, 1);
  }

  #placeFor(): "enter" | "wait" | "max_connections" | "max_waiting" {
    const { maxConnections, atMaxConnections, maxWaiting } = this.#settings;
    // Not past those that wait, though there may be room already that they haven't been told of.
    if (this.#inside < maxConnections && this.#waiting === 0) return "enter";
    // With room, whoever comes goes behind those that have waited while that was allowed.
    if (atMaxConnections === "refuse" && this.#inside >= maxConnections) return "max_connections";
    return this.#waiting < maxWaiting ? "wait" : "max_waiting";
  }

  #addressRefusal(address: string): LimitReached | undefined {
    if (this.#byAddress === undefined || address === "") return undefined;
    const full = (this.#byAddress.get(address) ?? 0) >= this.#settings.maxConnectionsPerAddress;
    return full ? "max_connections_per_address" : undefined;
  }

  #rateRefusal(address: string, nowMs: number): LimitReached | undefined {
    if (this.#rate?.has(nowMs) === false) return "connection_rate";
    return this.#addressRateRefusal(address, nowMs);
  }

  #addressRateRefusal(address: string, nowMs: number): LimitReached | undefined {
    if (address === "" || this.#rateByAddress?.has(address, nowMs) !== false) return undefined;
    return "connection_rate_per_address";
  }

  #takeRates(address: string, nowMs: number): void {
    this.#rate?.take(nowMs);
    if (address !== "") this.#rateByAddress?.take(address, nowMs);
  }

  /** A rate that stays as it was keeps its buckets: to change another option mustn't fill them. */
  #setRates(before: LimitSettings | undefined): void {
    const { connectionRate, connectionRatePerAddress } = this.#settings;
    if (!sameRate(before?.connectionRate, connectionRate))
      this.#rate = connectionRate === undefined ? undefined : new TokenBucket(connectionRate);
    if (!sameRate(before?.connectionRatePerAddress, connectionRatePerAddress))
      this.#rateByAddress =
        connectionRatePerAddress === undefined ? undefined : new KeyedBuckets(connectionRatePerAddress);
  }

  #count(address: string, by: 1 | -1): void {
    if (this.#byAddress === undefined || address === "") return;
    const count = (this.#byAddress.get(address) ?? 0) + by;
    if (count > 0) this.#byAddress.set(address, count);
    else this.#byAddress.delete(address);
  }
}

function sameRate(one: Rate | undefined, other: Rate | undefined): boolean {
  return one?.perSecond === other?.perSecond && one?.burst === other?.burst;
}
