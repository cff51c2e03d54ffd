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
  /** What calls wait for at this moment. */
  readonly #waiting = new Set<Promise<void>>();

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

  /** Calls of those names wait before they are carried out, in their order, until the result is called. */
  hold(...calls: readonly StorageCall[]): () => void {
    return close(this.#before, calls);
  }

  /** Calls of those names are carried out, and answered only when the result is called. */
  holdAnswer(...calls: readonly StorageCall[]): () => void {
    return close(this.#after, calls);
  }

  async #run<T>(name: StorageCall, call: () => Promise<T>): Promise<T> {
    this.#counts.set(name, this.count(name) + 1);
    // As the port has it: after all that was asked to be stored before.
    if (name === "deviceState") await Promise.all(this.#waiting);
    await this.#wait(this.#before.get(name));
    if (this.failing.has(name)) throw new StorageFailedError("no space left on device");
    const result = await call();
    await this.#after.get(name);
    return result;
  }

  async #wait(door: Promise<void> | undefined): Promise<void> {
    if (door === undefined) return;
    this.#waiting.add(door);
    await door;
    this.#waiting.delete(door);
  }
}

function close(doors: Map<StorageCall, Promise<void>>, calls: readonly StorageCall[]): () => void {
  let open = () => {};
  const door = new Promise<void>((resolve) => (open = resolve));
  for (const call of calls) doors.set(call, door);
  return () => {
    for (const call of calls) if (doors.get(call) === door) doors.delete(call);
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
