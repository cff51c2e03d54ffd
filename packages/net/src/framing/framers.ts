/**
 * The framers of all connections that share their settings. A framer is needed only while it holds something: one that is at
 * rest goes on with whichever connection reads next, so an idle connection has none.
 */

import type { Framer, FramerOptions } from "./framer.ts";
import { createFramer, type Packet } from "./packet.ts";

export class Framers {
  readonly #packet: Packet;
  readonly #options: FramerOptions;
  /** Mostly one is enough: what a connection reads is mostly worked off before another one's turn. */
  #spare: Framer | undefined = undefined;

  /** `packet` was checked before. */
  constructor(packet: Packet, options: FramerOptions) {
    this.#packet = packet;
    this.#options = options;
  }

  take(): Framer {
    const framer = this.#spare ?? createFramer(this.#packet, this.#options);
    this.#spare = undefined;
    return framer;
  }

  /** Whether it was taken back: one that holds something, or may, stays with its connection. */
  takeBack(framer: Framer): boolean {
    if (framer.isAtRest !== true) return false;
    this.#spare = framer;
    return true;
  }
}
