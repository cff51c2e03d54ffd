/** The storage's process: passes calls on as they come, and starts anew when its adapter breaks down. */

import { defineSupervisor, start, type Ref } from "@wheelhouse/actors";
import { simulation } from "@wheelhouse/actors/simulation";
import { StorageFailedError, StorageUnusableError, type Storage } from "@wheelhouse/storage";
import { memoryDisk, openMemoryStorage } from "@wheelhouse/storage/memory";
import { openSqliteStorage } from "@wheelhouse/storage/sqlite";
import { expect, test } from "vitest";
import { Store, StoreServer, type OpenStorage } from "../../src/store/store.ts";
import { afterTest, temporaryFolder } from "../support.ts";
import { Faults } from "./unreliable-storage.ts";

const StoreAlone = defineSupervisor<OpenStorage>("StoreAlone", (open) => ({
  children: [StoreServer.child(open, { name: Store })],
}));

async function startStore(open: OpenStorage) {
  const runtime = simulation({ seed: 1 });
  const app = await start(StoreAlone, open, { runtime });
  afterTest(() => app.stop());
  return { app, runtime };
}

test("a call that takes long holds up no other", async () => {
  const faults = new Faults();
  const storage = faults.through(await openMemoryStorage());
  const { app } = await startStore(() => Promise.resolve(storage));
  const answer = faults.hold("countUsers");
  const slow = app.call(Store, "countUsers");
  expect(await app.call(Store, "lastEntry")).toBe(0);
  answer();
  expect(await slow).toBe(0);
});

test("what the adapter refuses is the caller's, not the process's", async () => {
  const faults = new Faults();
  const storage = faults.through(await openMemoryStorage());
  const { app, runtime } = await startStore(() => Promise.resolve(storage));
  const before = runtime.whereis(Store);
  faults.failing.add("countUsers");
  await expect(app.call(Store, "countUsers")).rejects.toThrow(StorageFailedError);
  const missing = { project: "none", device: "phone", newSession: "s1", at: 1, resumeAfter: 0 };
  await expect(app.call(Store, "openSession", missing)).rejects.toThrow(TypeError);
  expect(runtime.whereis(Store)).toBe(before);
});

test("an adapter that breaks down is opened anew, over the same data", async () => {
  const disk = memoryDisk();
  const failures: ((error: Error) => void)[] = [];
  const { app, runtime } = await startStore((onFailed) => {
    failures.push(onFailed);
    return openMemoryStorage({ disk });
  });
  const before = runtime.whereis(Store);
  failures[0]?.(new StorageFailedError("the thread ended"));
  await runtime.settle();
  expect(failures).toHaveLength(2);
  expect(runtime.whereis(Store)).not.toBe(before);
  expect(await app.call(Store, "epoch")).toBe(disk.epoch);
});

test("one that can't be opened is the reason why the program doesn't start", async () => {
  const error = new StorageUnusableError("held by another");
  const failed = await startStore(() => Promise.reject(error)).catch((reason: unknown) => reason);
  expect(failed).toMatchObject({ reason: { reason: error } });
});

test("when its process is killed it is closed too, so that the next one opens the same data", async () => {
  const folder = await temporaryFolder();
  const app = await start(StoreAlone, (onFailed) => openSqliteStorage({ folder, onFailed }));
  afterTest(() => app.stop());
  const { runtime } = app;
  const epoch = await app.call(Store, "epoch");
  const before = runtime.whereis(Store) as Ref;
  const startedAgain = new Promise<void>((resolve) => {
    runtime.on(({ type }) => {
      if (type === "process_started") resolve();
    });
  });
  runtime.exit(before, "kill");
  await startedAgain;
  expect(runtime.whereis(Store)).not.toBe(before);
  expect(await app.call(Store, "epoch")).toBe(epoch);
});

test("it is closed at the end, after what was asked before", async () => {
  const steps: string[] = [];
  const inner = await openMemoryStorage();
  const storage: Storage = {
    ...inner,
    async close() {
      steps.push("closing");
      await inner.close();
      steps.push("closed");
    },
  };
  const { app } = await startStore(() => Promise.resolve(storage));
  await app.stop();
  expect(steps).toEqual(["closing", "closed"]);
});
