import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { opening, pixel, rocket } from "../../src/contract/subject.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";
import type { DeviceStorage, LogEntryRecord } from "../../src/index.ts";
import { makeFolder, type TemporaryFolder } from "./folders.ts";

const program = fileURLToPath(new URL("./append-forever.ts", import.meta.url));

let temporary: TemporaryFolder;
beforeEach(() => {
  temporary = makeFolder();
});
afterEach(() => temporary.remove());

test.each([1, 300, 2_000])(
  "after kill -9 everything that was resolved is there (%i batches)",
  async (count) => {
    const resolved = await killAfter(count);
    expect(resolved.length).toBeGreaterThanOrEqual(count);

    const storage = await openSqliteStorage({ folder: temporary.folder });
    const stored = await readAll(storage.devices);
    const batches = stored.length / 2;
    const last = Math.max(...resolved);
    // Once each, in order, both halves of each batch, and nothing between them missing.
    const expected = Array.from({ length: batches }, (_, index) => [
      `${index + 1} first`,
      `${index + 1} second`,
    ]);
    expect(stored.map(({ message }) => message)).toEqual(expected.flat());
    expect(batches).toBeGreaterThanOrEqual(last);
    // What is stored without having been resolved is covered by the acknowledged seq too.
    const session = await storage.devices.openSession(opening(pixel, "unused", { resume: "s-1" }));
    expect(session).toMatchObject({ resumed: true, acknowledged: batches });
    await storage.close();
  },
);

/** Runs the program until it has printed that many numbers, kills it, and gives all that it printed. */
async function killAfter(count: number): Promise<readonly number[]> {
  const child = spawn(process.execPath, ["--conditions=source", program, temporary.folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  const printed: number[] = [];
  for await (const line of createInterface(child.stdout)) {
    printed.push(Number(line));
    if (printed.length === count) child.kill("SIGKILL");
  }
  const [, signal] = (await closed) as [number | null, string | null];
  expect(signal).toBe("SIGKILL");
  return printed;
}

/** Every log entry, oldest first. */
async function readAll(devices: DeviceStorage): Promise<readonly LogEntryRecord[]> {
  const limit = 1_000_000;
  const logs = await devices.logs({ project: rocket.id, limit });
  expect(logs.length).toBeLessThan(limit);
  return logs.toReversed();
}
