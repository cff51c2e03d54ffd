/** What is owed to those who sent more than there was room for, while there is none; made when there first is too much. */

import { SendWatch, type Sending } from "./send-watch.ts";

export class Room {
  /** More than the high watermark is unsent, and hasn't fallen to the low one. */
  isAbove = false;
  /** Somebody was told that there is no room, and is to be told when there is. */
  isOwed = false;
  readonly #watch: SendWatch;
  readonly #waiters: ((result: "drained" | "closed") => void)[] = [];
  /** Whoever has the stream for itself, and waits until it takes more. */
  #fileWaiter = (): void => {};

  constructor(sending: Sending) {
    this.#watch = new SendWatch(sending);
  }

  /** The high watermark is passed: from here on the peer is watched. */
  rise(sendTimeoutMs: number): void {
    this.isAbove = this.isOwed = true;
    this.watch(sendTimeoutMs);
  }

  /** Watches the peer anew. */
  watch(sendTimeoutMs: number): void {
    this.#watch.begin(sendTimeoutMs);
  }

  /** What is unsent has fallen to the low watermark, or is gone. */
  fall(): void {
    this.isAbove = false;
    this.#watch.end();
    this.#fileWaiter();
  }

  /** Resolves when it falls. */
  fallen(): Promise<void> {
    return new Promise((resolve) => (this.#fileWaiter = resolve));
  }

  /** Resolves when they are told. */
  wait(): Promise<"drained" | "closed"> {
    return new Promise((resolve) => this.#waiters.push(resolve));
  }

  tell(result: "drained" | "closed"): void {
    for (const resolve of this.#waiters.splice(0)) resolve(result);
  }
}
