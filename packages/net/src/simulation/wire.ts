/** One direction of a link: what was put on it arrives later, in order; or, while it is held, not yet; or never. */

import type { Agenda } from "./agenda.ts";

/** What one end tells the other. */
export type Segment =
  /** The client's first answer: it is connected. */
  | { readonly type: "accepted" }
  | { readonly type: "data"; readonly bytes: Buffer }
  | { readonly type: "fin" }
  /** The receiver has room for so many more bytes. */
  | { readonly type: "window"; readonly bytes: number }
  | { readonly type: "reset" };

interface Arrival {
  readonly at: number;
  readonly segment: Segment;
}

export class Wire {
  readonly #agenda: Agenda;
  readonly #delayMs: () => number;
  readonly #deliver: (segment: Segment) => void;
  #arrivals: Arrival[] = [];
  /** Where those begin that haven't arrived: taking the first costs no move. */
  #head = 0;
  #lastAt = 0;
  #planned = false;
  #held = false;
  #cut = false;

  constructor(agenda: Agenda, delayMs: () => number, deliver: (segment: Segment) => void) {
    this.#agenda = agenda;
    this.#delayMs = delayMs;
    this.#deliver = deliver;
  }

  send(segment: Segment): void {
    if (this.#cut) return;
    this.#lastAt = Math.max(this.#lastAt, this.#agenda.now() + this.#delayMs());
    this.#arrivals.push({ at: this.#lastAt, segment });
    this.#plan();
  }

  /** Loses everything that is on its way, but not that there is a connection. */
  drop(): void {
    this.#keep(this.#arrivals.slice(this.#head).filter(({ segment }) => segment.type === "accepted"));
  }

  /** Loses all of it, and everything that is sent from here on. */
  cut(): void {
    this.#cut = true;
    this.#keep([]);
  }

  /** Lets nothing through until `release`. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#plan();
  }

  #plan(): void {
    const first = this.#first();
    if (first === undefined || this.#planned || this.#held) return;
    this.#planned = true;
    this.#agenda.after(first.at - this.#agenda.now(), () => this.#arrive());
  }

  #arrive(): void {
    this.#planned = false;
    const now = this.#agenda.now();
    // A segment's receiver may drop, hold or cut what comes after it.
    for (let first = this.#first(); first !== undefined; first = this.#first()) {
      if (first.at > now || this.#held) break;
      this.#head += 1;
      this.#deliver(first.segment);
    }
    this.#closeUp();
    this.#plan();
  }

  #first(): Arrival | undefined {
    return this.#arrivals[this.#head];
  }

  #keep(arrivals: Arrival[]): void {
    this.#arrivals = arrivals;
    this.#head = 0;
  }

  #closeUp(): void {
    if (this.#head * 2 > this.#arrivals.length) this.#keep(this.#arrivals.slice(this.#head));
  }
}
