import type * as WorkerThreads from "node:worker_threads";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { batch, log, opening, pixel, registerAnn, rocket } from "../../src/contract/subject.ts";
import { StorageClosedError, StorageFailedError, type Storage } from "../../src/index.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";
import { makeFolder, type TemporaryFolder } from "./folders.ts";

const threads = vi.hoisted(() => new Map<string, WorkerThreads.Worker>());

vi.mock("node:worker_threads", async (importOriginal) => {
  const original = await importOriginal<typeof WorkerThreads>();
  class RememberedWorker extends original.Worker {
    constructor(...args: ConstructorParameters<typeof WorkerThreads.Worker>) {
      super(...args);
      threads.set(args[1]?.name ?? "", this);
    }
  }
  return { ...original, Worker: RememberedWorker };
});

let temporary: TemporaryFolder;
beforeEach(() => {
  temporary = makeFolder();
});
afterEach(() => temporary.remove());

test.each(["writer", "reader", "searcher"])(
  "when the %s thread ends, every call rejects until it is opened anew",
  async (role) => {
    const { folder } = temporary;
    const failures: StorageFailedError[] = [];
    const storage = await openSqliteStorage({ folder, onFailed: (error) => failures.push(error) });
    await registerAnn({ storage, reopen: () => storage.close() });
    await storage.devices.openSession(opening(pixel, "s-1"));
    const kept = await storage.devices.append(batch({ seq: 1, logs: [log("kept")] }));

    await storage.devices.logs({ project: rocket.id, limit: 1 });

    const ended = threads.get(`wheelhouse-${role}`)?.terminate();
    const pending = [
      storage.devices.append(batch({ seq: 2, logs: [log("perhaps")] })),
      storage.devices.deviceState(pixel),
      storage.devices.logs({ project: rocket.id, limit: 10 }),
    ];
    const outcomes = await Promise.allSettled(pending);
    await ended;
    const lost = outcomes[["writer", "reader", "searcher"].indexOf(role)];
    expect(lost).toMatchObject({ status: "rejected", reason: { code: "storage_failed" } });
    for (const call of [storage.devices.append(batch()), storage.accounts.countUsers()]) {
      await expect(call).rejects.toThrow(StorageFailedError);
    }
    expect(failures.map(({ message }) => message)).toEqual([`the database's ${role} thread ended`]);

    await storage.close();
    await expect(storage.accounts.countUsers()).rejects.toThrow(StorageClosedError);
    const again = await openSqliteStorage({ folder });
    const logs = await again.devices.logs({ project: rocket.id, limit: 10 });
    expect(logs.at(-1)).toEqual(kept.logs[0]);
    await again.close();
  },
);

test("a folder can be opened while this program is still closing it, or has just lost a thread", async () => {
  const { folder } = temporary;
  const first = await openSqliteStorage({ folder });
  await registerAnn({ storage: first, reopen: () => first.close() });
  const closing = first.close();
  let reopened: Promise<Storage> | undefined;
  const second = await openSqliteStorage({
    folder,
    onFailed() {
      reopened = openSqliteStorage({ folder });
    },
  });
  await closing;
  expect(await second.accounts.countUsers()).toBe(1);

  await threads.get("wheelhouse-reader")?.terminate();
  await expect(second.accounts.countUsers()).rejects.toThrow(StorageFailedError);
  const third = await reopened;
  expect(await third?.accounts.countUsers()).toBe(1);
  await third?.close();
});

test("closing isn't a failure", async () => {
  const failures: StorageFailedError[] = [];
  const storage = await openSqliteStorage({
    folder: temporary.folder,
    onFailed: (error) => failures.push(error),
  });
  await storage.close();
  expect(failures).toEqual([]);
});
