/** A device's state holds its open writes and each variable's newest, and isn't found by going through all that was ever written. */

import { beforeEach, expect, test, vi } from "vitest";
import { batch, beginRun, changeOf, declaration, pixel, type Subject } from "../../src/contract/subject.ts";
import { memoryDisk, openMemoryStorage, type MemoryDisk } from "../../src/memory/index.ts";

let disk: MemoryDisk;
let subject: Subject;

beforeEach(async () => {
  disk = memoryDisk();
  const storage = await openMemoryStorage({ disk });
  subject = { storage, reopen: () => Promise.resolve() };
  await beginRun(subject);
  await storage.devices.append(batch({ declarations: ["speed", "lives"].map((name) => declaration(name)) }));
});

test("of a thousand writes it looks at two", async () => {
  const { devices } = subject.storage;
  for (let value = 0; value < 500; value += 1) await devices.change(changeOf({ speed: value, lives: value }));
  const all = vi.spyOn(disk.writes, "values");
  const one = vi.spyOn(disk.writes, "get");
  const state = await devices.deviceState(pixel);
  expect(state?.writes).toMatchObject([
    { name: "speed", value: 499, state: "pending" },
    { name: "lives", value: 499, state: "pending" },
  ]);
  expect([all.mock.calls.length, one.mock.calls.length]).toEqual([0, 2]);
});
