/** Hears of a stream that isn't read from, and that nobody has made a socket of: nothing is told of it but its end. */

import type { StreamEvents } from "./network.ts";

export class Ear implements StreamEvents {
  readonly closed: () => void;

  constructor(closed: () => void) {
    this.closed = closed;
  }

  data(): void {}
  ended(): void {}
  drained(): void {}
}
