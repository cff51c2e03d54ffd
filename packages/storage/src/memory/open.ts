/** The ports on top of a memory disk. Each call passes one gate, so closing (and later a fault) stands in one place. */

import { StorageClosedError, type Storage } from "../ports.ts";
import { accountCalls } from "./accounts.ts";
import { memoryDisk, type MemoryDisk } from "./disk.ts";
import { markerCalls } from "./markers.ts";
import { readingCalls } from "./reading.ts";
import { sessionCalls } from "./sessions.ts";
import { batchCalls } from "./batches.ts";
import { upkeepCalls } from "./upkeep.ts";
import { writeCalls } from "./writes.ts";

export interface MemoryOptions {
  /** The data; an empty disk where it is missing. */
  readonly disk?: MemoryDisk;
}

/** Opens what is on a disk. Nothing stops two storages from having the same disk at once. */
export async function openMemoryStorage({ disk = memoryDisk() }: MemoryOptions = {}): Promise<Storage> {
  let isClosed = false;
  const gate: Gate = () => {
    if (isClosed) throw new StorageClosedError("the storage is closed");
  };
  const devices = {
    ...sessionCalls(disk),
    ...batchCalls(disk),
    ...markerCalls(disk),
    ...writeCalls(disk),
    ...readingCalls(disk),
    ...upkeepCalls(disk),
  };
  return {
    epoch: disk.epoch,
    accounts: behind(gate, accountCalls(disk)),
    devices: behind(gate, devices),
    async close() {
      isClosed = true;
    },
  };
}

/** Throws where a call mustn't pass. */
type Gate = () => void;

type Call = (...args: never[]) => unknown;

type Gated<Calls extends Record<keyof Calls, Call>> = {
  readonly [Name in keyof Calls]: (...args: Parameters<Calls[Name]>) => Promise<ReturnType<Calls[Name]>>;
};

/** Calls as the ports have them: asynchronous, each through the gate. */
function behind<Calls extends Record<keyof Calls, Call>>(gate: Gate, calls: Calls): Gated<Calls> {
  const gated = Object.entries<Call>(calls).map(([name, call]) => [
    name,
    async (...args: never[]) => {
      gate();
      return call(...args);
    },
  ]);
  return Object.fromEntries(gated) as Gated<Calls>;
}
