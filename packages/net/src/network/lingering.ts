/** How long a stream that nobody owns any more waits for its peer: to take what was written, and then to close. */

import type { HostClock } from "./host-clock.ts";
import type { Taken } from "./network.ts";

/** The stream that lingers. */
export interface Parting {
  /** All that was written, and FIN, is the kernel's. */
  readonly hasFinished: boolean;
  taken(): Promise<Taken>;
  giveUp(): void;
}

/**
 * Looks in vain before a peer is given up of which only the kernel's news is known: that has room again. Linux says so of a
 * Unix socket when three quarters of its buffer are free, so a slow peer takes some for a long time before it is seen.
 */
const LOOKS_IN_THE_DARK = 3;

export class Lingering {
  readonly #parting: Parting;
  readonly #ms: number;
  readonly #clock: HostClock;
  #looksInVain = 0;
  #cancel = () => {};
  #isOver = false;

  constructor(parting: Parting, ms: number, clock: HostClock) {
    this.#parting = parting;
    this.#ms = ms;
    this.#clock = clock;
    this.#wait();
  }

  /** All of it is the kernel's now: from here on it is only the peer's FIN that is waited for. */
  finished(): void {
    this.#cancel();
    this.#wait();
  }

  stop(): void {
    this.#isOver = true;
    this.#cancel();
  }

  #wait(): void {
    if (this.#parting.hasFinished) {
      this.#cancel = this.#clock.after(this.#ms, () => this.#parting.giveUp());
      return;
    }
    const before = this.#parting.taken();
    this.#cancel = this.#clock.after(this.#ms, () => void this.#look(before));
  }

  async #look(before: Promise<Taken>): Promise<void> {
    const [was, is] = [await before, await this.#parting.taken()];
    // Waits already for the peer's FIN, or for nothing.
    if (this.#isOver || this.#parting.hasFinished) return;
    this.#looksInVain = is.bytes === was.bytes ? this.#looksInVain + 1 : 0;
    if (this.#looksInVain < (is.isExact ? 1 : LOOKS_IN_THE_DARK)) this.#wait();
    else this.#parting.giveUp();
  }
}
