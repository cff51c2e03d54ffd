/**
 * What the server asks of a storage, whichever engine is behind it. Every call is asynchronous; one that writes
 * resolves only when what it wrote is durable. `contract.ts` holds every adapter to the same behaviour.
 *
 * A call that names what isn't stored (a project, a session, an undeclared variable), or stores an id a second time,
 * rejects with a `TypeError` and leaves nothing behind: the caller is wrong, and trying again won't help.
 */

import type { AccountStorage } from "./ports/accounts.ts";
import type { DeviceStorage } from "./ports/device-storage.ts";

export * from "./ports/time.ts";
export * from "./ports/accounts.ts";
export * from "./ports/devices.ts";
export * from "./ports/writes.ts";
export * from "./ports/batches.ts";
export * from "./ports/reading.ts";
export * from "./ports/upkeep.ts";
export * from "./ports/device-storage.ts";
export * from "./ports/errors.ts";

/** All that a server keeps. */
export interface Storage {
  /** A random name of this data, made with it: entry ids of different epochs can't be compared. */
  readonly epoch: string;
  readonly accounts: AccountStorage;
  readonly devices: DeviceStorage;
  /** Ends after everything asked before is done. Calls after it reject with {@link StorageClosedError}. */
  close(): Promise<void>;
}
