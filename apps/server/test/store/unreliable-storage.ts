/** A storage whose calls can be made to fail, to wait, or to be answered late. */

import { StorageFailedError, type AccountStorage, type DeviceStorage, type Storage } from "@wheelhouse/storage";

export type StorageCall = keyof AccountStorage | keyof DeviceStorage;

export interface Faults {
  /** Calls that fail from here on, and leave nothing behind. */
  readonly failing: Set<StorageCall>;
  /** Calls that were begun so far, with those that failed. */
  count(call: StorageCall): number;
  /** Calls of that name wait before they are carried out, until the result is called. */
  hold(call: StorageCall): () => void;
  /** Calls of that name are carried out and answered only when the result is called. */
  holdAnswer(call: StorageCall): () => void;
}

export function unreliable(storage: Storage): { readonly storage: Storage; readonly faults: Faults } {
  const failing = new Set<StorageCall>();
  const counts = new Map<StorageCall, number>();
  const before = new Map<StorageCall, Promise<void>>();
  const after = new Map<StorageCall, Promise<void>>();

  async function run<T>(name: StorageCall, call: () => Promise<T>): Promise<T> {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    await before.get(name);
    if (failing.has(name)) throw new StorageFailedError("no space left on device");
    const result = await call();
    await after.get(name);
    return result;
  }

  return {
    storage: {
      ...storage,
      accounts: throughAll(storage.accounts, run),
      devices: throughAll(storage.devices, run),
    },
    faults: {
      failing,
      count: (call) => counts.get(call) ?? 0,
      hold: (call) => close(before, call),
      holdAnswer: (call) => close(after, call),
    },
  };
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
  const calls = Object.entries(part).map(([name, call]: [string, (...args: unknown[]) => Promise<unknown>]) => [
    name,
    (...args: unknown[]) => run(name as StorageCall, () => call(...args)),
  ]);
  return Object.fromEntries(calls) as T;
}
