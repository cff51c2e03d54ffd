/** A process that another wants to end: asked first, and killed when its time is over. Its end is watched, so that one that unlinked itself ends all the same. */

import { TimerNode } from "../runtime/timer-queue.ts";
import type { Shutdown } from "../supervision/child-spec.ts";
import type { Process, Watcher } from "./process.ts";

export class ShuttingDown extends TimerNode implements Watcher {
  readonly #by: Process;
  readonly #process: Process;
  readonly #tell: () => void;

  constructor(by: Process, process: Process, tell: () => void) {
    super();
    this.#by = by;
    this.#process = process;
    this.#tell = tell;
  }

  begin(shutdown: Shutdown): void {
    const process = this.#process;
    process.watch(this);
    if (shutdown === "brutal") {
      process.end("killed");
      return;
    }
    process.exitSignal(this.#by.ref, "shutdown");
    if (process.alive && shutdown !== Infinity) process.host.timers.arm(this, shutdown);
  }

  ended(): void {
    this.#process.host.timers.cancel(this);
    this.#tell();
  }

  override expire(): void {
    this.#process.end("killed");
  }
}
