/** Connections that wait for a place. Nothing is read of them, so what they send early stays in the kernel. */

import type { Owned } from "@wheelhouse/actors";
import type { Stream } from "../network/network.ts";

export interface Waiting {
  readonly stream: Stream;
  readonly address: string;
  readonly untilMs: number;
}

/** First come, first served. It belongs to the acceptor: with that, it closes them. */
export class WaitingLine implements Owned {
  #waiting: Waiting[] = [];
  readonly #left: (waiting: Waiting) => void;

  /** `left` is told of each that is closed by the acceptor's end. */
  constructor(left: (waiting: Waiting) => void) {
    this.#left = left;
  }

  get first(): Waiting | undefined {
    return this.#waiting[0];
  }

  addresses(): readonly string[] {
    return this.#waiting.map(({ address }) => address);
  }

  join(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  take(): Waiting | undefined {
    return this.#waiting.shift();
  }

  /** Takes the first whose time is over. */
  takeExpired(nowMs: number): Waiting | undefined {
    return this.first !== undefined && this.first.untilMs <= nowMs ? this.take() : undefined;
  }

  release(): void {
    for (const waiting of this.#waiting.splice(0)) {
      waiting.stream.destroy();
      this.#left(waiting);
    }
  }
}
