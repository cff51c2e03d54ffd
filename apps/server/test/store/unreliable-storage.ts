/** A storage whose calls can be made to fail, to wait, or to be answered late. */

import {
  StorageFailedError,
  type AccountStorage,
  type DeviceStorage,
  type Storage,
} from "@wheelhouse/storage";

export type StorageCall = keyof AccountStorage | keyof DeviceStorage;

export class Faults {
  /** Calls that fail from here on, and leave nothing behind. */
  readonly failing = new Set<StorageCall>();
  readonly #counts = new Map<StorageCall, number>();
  readonly #before = new Map<StorageCall, Promise<void>>();
  readonly #after = new Map<StorageCall, Promise<void>>();

  /** The storage, with these faults. */
  through(storage: Storage): Storage {
    const run: Run = (name, call) => this.#run(name, call);
    return {
      ...storage,
      accounts: throughAll(storage.accounts, run),
      devices: throughAll(storage.devices, run),
    };
  }

  /** Calls that were begun so far, with those that failed. */
  count(call: StorageCall): number {
    return this.#counts.get(call) ?? 0;
  }

  /** Calls of that name wait before they are carried out, until the result is called. */
  hold(call: StorageCall): () => void {
    return close(this.#before, call);
  }

  /** Calls of that name are carried out, and answered only when the result is called. */
  holdAnswer(call: StorageCall): () => void {
    return close(this.#after, call);
  }

  async #run<T>(name: StorageCall, call: () => Promise<T>): Promise<T> {
    this.#counts.set(name, this.count(name) + 1);
    await this.#before.get(name);
    if (this.failing.has(name)) throw new StorageFailedError("no space left on device");
    const result = await call();
    await this.#after.get(name);
    return result;
  }
}

function close(doors: Map<StorageCall, Promise<void>>, call: StorageCall): () => void {
  let open = () => {};
  doors.set(call, new Promise((resolve) => (open = resolve)));
  return () => {
    doors.delete(call);
    open();
  };
}

type Run = <T>(name: StorageCall, call: () => Promise<T>) => Promise<T>;

function throughAll<T extends object>(part: T, run: Run): T {
  const calls = Object.entries(part).map(
    ([name, call]: [string, (...args: unknown[]) => Promise<unknown>]) => [
      name,
      (...args: unknown[]) => run(name as StorageCall, () => call(...args)),
    ],
  );
  return Object.fromEntries(calls) as T;
}
