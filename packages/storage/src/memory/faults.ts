/** What may go wrong with a memory storage, at will: full, failing, slow, and gone with all that wasn't synced yet. */

import { StorageClosedError, StorageFailedError } from "../ports.ts";

/** What shall go wrong in a storage in memory. */
export class MemoryFaults {
  /** No room: calls that store fail, and leave nothing behind. */
  isFull = false;
  /** Calls of these names fail, reading ones too, and leave nothing behind. */
  readonly failing = new Set<string>();
  /** Awaited before each call that stores takes effect, as a sync is; by default it takes no time. */
  sync: () => Promise<void> = () => Promise.resolve();
  #isGone = false;

  /** The machine stops: calls that wait for their sync are lost, and all that are made from here on fail. */
  crash(): void {
    this.#isGone = true;
  }

  /** @internal Whether the call may take effect now; throws what became of it where it may not. */
  async pass(name: string, stores: boolean): Promise<void> {
    this.#check(name, stores);
    if (!stores) return;
    await this.sync();
    this.#check(name, stores);
  }

  #check(name: string, stores: boolean): void {
    if (this.#isGone) throw new StorageClosedError("the machine has stopped");
    if (this.failing.has(name)) throw new StorageFailedError(`${name} fails`);
    if (stores && this.isFull) throw new StorageFailedError("no room left");
  }
}
