/** Connections that wait for a place. Nothing is read of them, so what they send early stays in the kernel. */

import type { Context, Owned } from "@wheelhouse/actors";
import type { RefusalReason } from "../events.ts";
import { Ear } from "../network/ear.ts";
import type { Stream } from "../network/network.ts";
import { Alarm } from "../socket/alarm.ts";

/** How often those that wait are looked after: who has gone meanwhile frees its place in the line. Milliseconds. */
export const LOOK_EVERY_MS = 1_000;

export interface Waiting {
  readonly stream: Stream;
  /** What the limits count it under. */
  readonly address: string;
}

/** Why somebody was sent away who hadn't been let in. */
type Dismissal = Extract<RefusalReason, "wait_timeout" | "peer_gone" | "acceptor_crashed" | "draining">;

interface Waiter extends Waiting {
  readonly waitMs: number;
  readonly untilMs: number;
}

/** First come, first served. It belongs to the acceptor: with that, it sends them away. */
export class WaitingLine implements Owned {
  readonly #owner: Pick<Context, "now" | "schedule">;
  readonly #dismissed: (waiting: Waiting, why: Dismissal) => void;
  readonly #line = new Set<Waiter>();
  /** The same by how long each may wait, which may be changed: among those who may wait equally long, the first ends first. */
  readonly #byWait = new Map<number, Set<Waiter>>();
  readonly #alarm: Alarm;
  #ringsAtMs = Infinity;
  #looksAtMs = Infinity;

  /** `dismissed` is told of each that is sent away, and closes it. */
  constructor(
    owner: Pick<Context, "now" | "schedule">,
    dismissed: (waiting: Waiting, why: Dismissal) => void,
  ) {
    this.#owner = owner;
    this.#dismissed = dismissed;
    this.#alarm = new Alarm(
      () => owner,
      () => this.#ring(),
    );
  }

  addresses(): readonly string[] {
    return [...this.#line].map(({ address }) => address);
  }

  /** It may wait for so long, whatever others may. */
  join(stream: Stream, address: string, waitMs: number): void {
    const nowMs = this.#owner.now();
    const waiter: Waiter = { stream, address, waitMs, untilMs: nowMs + waitMs };
    if (this.#line.size === 0) this.#looksAtMs = nowMs + LOOK_EVERY_MS;
    this.#line.add(waiter);
    this.#equals(waitMs).add(waiter);
    stream.start(new Ear(() => this.#dismiss(waiter, "peer_gone")));
    this.#setAlarm();
  }

  /** Takes the first. */
  take(): Waiting | undefined {
    const [first] = this.#line;
    if (first !== undefined) this.#remove(first);
    return first;
  }

  dismissAll(why: Dismissal): void {
    for (const waiter of this.#line) this.#dismiss(waiter, why);
  }

  /** Who waits when the acceptor ends in an orderly way was sent away before. */
  release(): void {
    this.dismissAll("acceptor_crashed");
  }

  #dismiss(waiter: Waiter, why: Dismissal): void {
    if (!this.#line.has(waiter)) return;
    this.#remove(waiter);
    this.#dismissed(waiter, why);
  }

  #remove(waiter: Waiter): void {
    const equals = this.#equals(waiter.waitMs);
    this.#line.delete(waiter);
    equals.delete(waiter);
    if (equals.size === 0) this.#byWait.delete(waiter.waitMs);
    this.#setAlarm();
  }

  #equals(waitMs: number): Set<Waiter> {
    const known = this.#byWait.get(waitMs);
    if (known !== undefined) return known;
    const made = new Set<Waiter>();
    this.#byWait.set(waitMs, made);
    return made;
  }

  // Its one alarm

  #setAlarm(): void {
    const untilMs = this.#line.size === 0 ? Infinity : Math.min(this.#looksAtMs, this.#firstEndMs);
    if (untilMs === this.#ringsAtMs) return;
    this.#ringsAtMs = untilMs;
    if (untilMs === Infinity) this.#alarm.clear();
    else this.#alarm.set(Math.max(0, untilMs - this.#owner.now()));
  }

  get #firstEndMs(): number {
    let endMs = Infinity;
    for (const [first] of this.#byWait.values()) endMs = Math.min(endMs, first?.untilMs ?? Infinity);
    return endMs;
  }

  #ring(): void {
    const nowMs = this.#owner.now();
    this.#ringsAtMs = Infinity;
    for (const equals of this.#byWait.values()) this.#dismissExpired(equals, nowMs);
    if (nowMs >= this.#looksAtMs) this.#look(nowMs);
    this.#setAlarm();
  }

  #dismissExpired(equals: ReadonlySet<Waiter>, nowMs: number): void {
    for (const waiter of equals) {
      if (waiter.untilMs > nowMs) return;
      this.#dismiss(waiter, "wait_timeout");
    }
  }

  #look(nowMs: number): void {
    this.#looksAtMs = nowMs + LOOK_EVERY_MS;
    for (const { stream } of this.#line) stream.look();
  }
}
