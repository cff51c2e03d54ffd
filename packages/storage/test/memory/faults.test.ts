/** A memory storage that things happen to: it keeps the contract while it is slow, and loses nothing it has answered. */

import { expect, test } from "vitest";
import { storageContract } from "../../src/contract.ts";
import { MemoryFaults, memoryDisk, openMemoryStorage } from "../../src/memory/index.ts";
import { StorageClosedError, StorageFailedError } from "../../src/ports.ts";

storageContract("memory, with a slow disk", {
  async open() {
    const disk = memoryDisk();
    const faults = new MemoryFaults();
    faults.sync = () => new Promise((resolve) => setImmediate(resolve));
    const reopen = () => openMemoryStorage({ disk, faults });
    return { storage: await reopen(), reopen, dispose: async () => {} };
  },
});

async function open() {
  const disk = memoryDisk("test");
  const faults = new MemoryFaults();
  const storage = await openMemoryStorage({ disk, faults });
  const retention = { maxAgeMs: null, maxBytes: null };
  const register = (id: string) =>
    storage.accounts.register(
      { id, email: `${id}@example.org`, passwordHash: "none", createdAt: 1 },
      { id: `${id}-project`, name: id, createdAt: 1, retention },
      { id: `${id}-key`, project: `${id}-project`, key: `${id}key`, name: "", createdAt: 1, revokedAt: null },
    );
  return { disk, faults, storage, register };
}

test("a full disk refuses what stores and answers what reads, and has room again", async () => {
  const { faults, storage, register } = await open();
  faults.isFull = true;
  await expect(register("ann")).rejects.toThrow(StorageFailedError);
  expect(await storage.accounts.countUsers()).toBe(0);
  faults.isFull = false;
  expect(await register("ann")).toBe("registered");
});

test("a call that is told to fail leaves nothing behind", async () => {
  const { faults, storage, register } = await open();
  faults.failing.add("register");
  await expect(register("ann")).rejects.toThrow(StorageFailedError);
  faults.failing.clear();
  expect(await storage.accounts.countUsers()).toBe(0);
});

test("what wasn't synced when the machine stopped is lost, and what was is there for the next storage", async () => {
  const { disk, faults, storage, register } = await open();
  expect(await register("ann")).toBe("registered");
  let endSync = () => {};
  faults.sync = () => new Promise((resolve) => (endSync = resolve));
  const unsynced = register("bob");
  faults.crash();
  endSync();
  await expect(unsynced).rejects.toThrow(StorageClosedError);
  await expect(storage.accounts.countUsers()).rejects.toThrow(StorageClosedError);
  const next = await openMemoryStorage({ disk });
  expect(await next.accounts.countUsers()).toBe(1);
});
