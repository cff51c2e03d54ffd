/** Looks whether a slow peer takes anything at all of what is unsent; made when there first is too much. */

import { Alarm, type AlarmOwner } from "./alarm.ts";

/** Looks within the send time-out: that a peer takes something must be seen before it is over. */
const LOOKS = 4;

export interface Sending {
  readonly owner: () => AlarmOwner;
  /** Bytes that have left since the beginning. */
  readonly goneBytes: () => number;
  /** None has left for so long. */
  readonly timedOut: (timeoutMs: number) => void;
}

export class SendWatch {
  readonly #sending: Sending;
  readonly #alarm: Alarm;
  #timeoutMs = Infinity;
  #goneBytes = 0;
  #looksInVain = 0;

  constructor(sending: Sending) {
    this.#sending = sending;
    this.#alarm = new Alarm(sending.owner, () => this.#look());
  }

  begin(timeoutMs: number): void {
    this.#timeoutMs = timeoutMs;
    this.#goneBytes = this.#sending.goneBytes();
    this.#looksInVain = 0;
    if (timeoutMs !== Infinity) this.#alarm.set(timeoutMs / LOOKS);
  }

  end(): void {
    this.#alarm.clear();
  }

  #look(): void {
    const goneBytes = this.#sending.goneBytes();
    this.#looksInVain = goneBytes === this.#goneBytes ? this.#looksInVain + 1 : 0;
    this.#goneBytes = goneBytes;
    if (this.#looksInVain < LOOKS) this.#alarm.set(this.#timeoutMs / LOOKS);
    else this.#sending.timedOut(this.#timeoutMs);
  }
}
