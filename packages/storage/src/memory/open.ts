/** The ports on top of a memory disk. Each call passes one gate, so closing and faults stand in one place. */

import { StorageClosedError, type AccountStorage, type DeviceStorage, type Storage } from "../ports.ts";
import { accountCalls } from "./accounts.ts";
import { memoryDisk, type MemoryDisk } from "./disk.ts";
import type { MemoryFaults } from "./faults.ts";
import { markerCalls } from "./markers.ts";
import { readingCalls } from "./reading.ts";
import { endForgottenSessions, sessionCalls } from "./sessions.ts";
import { batchCalls } from "./batches.ts";
import { upkeepCalls } from "./upkeep.ts";
import { writeCalls } from "./writes.ts";

export interface MemoryOptions {
  /** The data; an empty disk where it is missing. */
  readonly disk?: MemoryDisk;
  /** What goes wrong. Default: nothing. */
  readonly faults?: MemoryFaults;
}

/** Opens what is on a disk. Nothing stops two storages from having the same disk at once. */
export async function openMemoryStorage({
  disk = memoryDisk(),
  faults,
}: MemoryOptions = {}): Promise<Storage> {
  endForgottenSessions(disk);
  let isClosed = false;
  const gate: Gate = (name, stores) => {
    if (isClosed) throw new StorageClosedError("the storage is closed");
    return faults?.pass(name, stores);
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
    accounts: behind(gate, ACCOUNT_READS, accountCalls(disk)),
    devices: behind(gate, DEVICE_READS, devices),
    async close() {
      isClosed = true;
    },
  };
}

/** Throws where a call mustn't pass; a promise has it wait. */
type Gate = (name: string, stores: boolean) => Promise<void> | undefined;

/** Calls that store nothing: a full disk doesn't concern them, and nothing is synced for them. */
const ACCOUNT_READS: ReadonlySet<keyof AccountStorage> = new Set<keyof AccountStorage>([
  "countUsers",
  "userByEmail",
  "userById",
  "memberships",
  "webSessions",
  "sessionHolder",
  "knownDevice",
  "passwordReset",
  "tokens",
  "tokenHolder",
  "members",
  "invitations",
  "invitation",
  "deviceKeys",
  "validDeviceKey",
]);
const DEVICE_READS: ReadonlySet<keyof DeviceStorage> = new Set<keyof DeviceStorage>([
  "devices",
  "deviceState",
  "sessions",
  "history",
  "samples",
  "logs",
  "markers",
  "writes",
  "write",
  "lastEntry",
  "entriesAfter",
  "status",
]);

type Call = (...args: never[]) => unknown;

type Gated<Calls extends Record<keyof Calls, Call>> = {
  readonly [Name in keyof Calls]: (...args: Parameters<Calls[Name]>) => Promise<ReturnType<Calls[Name]>>;
};

/** Calls as the ports have them: asynchronous, each through the gate; a device's state after all that is being stored. */
function behind<Calls extends Record<keyof Calls, Call>>(
  gate: Gate,
  reads: ReadonlySet<string>,
  calls: Calls,
): Gated<Calls> {
  const storing = new Set<Promise<unknown>>();
  const pass = async (name: string, call: Call, args: never[]): Promise<unknown> => {
    if (name === "deviceState") await Promise.allSettled(storing);
    const passing = gate(name, !reads.has(name));
    if (passing !== undefined) await passing;
    return call(...args);
  };
  const gated = Object.entries<Call>(calls).map(([name, call]) => [
    name,
    (...args: never[]) => {
      const result = pass(name, call, args);
      if (reads.has(name)) return result;
      const stored = result.finally(() => storing.delete(stored));
      storing.add(stored);
      return stored;
    },
  ]);
  return Object.fromEntries(gated) as Gated<Calls>;
}
