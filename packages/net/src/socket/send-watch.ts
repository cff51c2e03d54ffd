/** Looks whether a slow peer takes anything at all of what is unsent; made when there first is too much. */

import type { Taken } from "../network/network.ts";
import { Alarm, type AlarmOwner } from "./alarm.ts";

/** Looks within the send time-out: that a peer takes something must be seen before it is over. */
const LOOKS = 4;

export interface Sending {
  readonly owner: () => AlarmOwner;
  /** Bytes that have left since the beginning. */
  readonly goneBytes: () => number;
  /** The same seen closer, at a price. */
  readonly taken: () => Promise<Taken>;
  /** None has left for so long. */
  readonly timedOut: (timeoutMs: number) => void;
}

export class SendWatch {
  readonly #sending: Sending;
  readonly #alarm: Alarm;
  #timeoutMs = Infinity;
  #goneBytes = 0;
  #looksInVain = 0;
  /** What the peer had taken when nothing more was seen to leave. */
  #taken: Promise<Taken> | undefined = undefined;

  constructor(sending: Sending) {
    this.#sending = sending;
    this.#alarm = new Alarm(sending.owner, () => this.#look());
  }

  /** Begins anew if it was looking already. */
  begin(timeoutMs: number): void {
    this.end();
    this.#timeoutMs = timeoutMs;
    this.#goneBytes = this.#sending.goneBytes();
    this.#looksInVain = 0;
    if (timeoutMs !== Infinity) this.#alarm.set(timeoutMs / LOOKS);
  }

  end(): void {
    this.#taken = undefined;
    this.#alarm.clear();
  }

  #look(): void {
    const goneBytes = this.#sending.goneBytes();
    this.#looksInVain = goneBytes === this.#goneBytes ? this.#looksInVain + 1 : 0;
    this.#goneBytes = goneBytes;
    if (this.#looksInVain === 1) this.#taken = this.#sending.taken();
    if (this.#looksInVain < LOOKS) this.#alarm.set(this.#timeoutMs / LOOKS);
    else void this.#lookCloser(this.#taken);
  }

  /** The kernel tells of room only when much has left; what a slow peer takes meanwhile isn't nothing. */
  async #lookCloser(before: Promise<Taken> | undefined): Promise<void> {
    const [was, is] = [await before, await this.#sending.taken()];
    if (before === undefined || this.#taken !== before) return;
    if (was?.bytes === is.bytes) return this.#sending.timedOut(this.#timeoutMs);
    this.#looksInVain = 0;
    this.#alarm.set(this.#timeoutMs / LOOKS);
  }
}
