/** Hears of a stream that isn't read from, and that nobody has made a socket of: nothing is told of it but its end. */

import type { StreamEvents } from "./network.ts";

export abstract class Ear implements StreamEvents {
  abstract closed(): void;

  data(): void {}
  ended(): void {}
  drained(): void {}
}
