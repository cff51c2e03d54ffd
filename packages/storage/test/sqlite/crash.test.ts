import { afterEach, beforeEach, expect, test } from "vitest";
import { NOON, batch, log, opening, pixel, rocket } from "../../src/contract/subject.ts";
import type { DeviceStorage, LogEntryRecord } from "../../src/index.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";
import { CRASH_MODES, type CrashMode } from "./crash-modes.ts";
import { makeFolder, type TemporaryFolder } from "./folders.ts";
import { indexed } from "./indexed.ts";
import { killAfter } from "./killed.ts";

let temporary: TemporaryFolder;
beforeEach(() => {
  temporary = makeFolder();
});
afterEach(() => temporary.remove());

test.each<[CrashMode, number]>([
  ["ingest", 1],
  ["ingest", 300],
  ["ingest", 2_000],
  ["rotation", 40],
  ["rotation", 1_500],
  ["indexing", 700],
  ["indexing", 1_500],
  ["retention", 400],
  ["retention", 4_000],
])(
  "after kill -9 in the middle of %s everything that was resolved is there (%i batches)",
  async (mode, count) => {
    const { folder } = temporary;
    const resolved = (await killAfter(count, "./append-forever.ts", folder, mode)).map(Number);
    expect(resolved.length).toBeGreaterThanOrEqual(count);

    const { options, maxBytes } = CRASH_MODES[mode];
    const storage = await openSqliteStorage({ folder, ...options, indexDelayMs: 0 });
    const { devices } = storage;
    const stored = await readAll(devices);
    const last = Number(stored.at(-1)?.message.split(" ")[0]);
    const first = Number(stored[0]?.message.split(" ")[0]);
    expect(last).toBeGreaterThanOrEqual(Math.max(...resolved));
    if (maxBytes === null) expect(first).toBe(1);
    // Without this it would be no test of what it says.
    const { segments } = await devices.status();
    if (mode !== "ingest" && count > 1_000) expect(maxBytes === null ? segments : first).toBeGreaterThan(3);
    // Once each, in order, both halves of each batch, and nothing between them missing.
    const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    expect(stored.map(({ message }) => message)).toEqual(
      numbers.flatMap((number) => [`${number} first`, `${number} second`]),
    );
    // Its values and markers too, and what covers them.
    const history = await devices.history({ ...pixel, name: "n", kind: "integer", points: 1_000_000 });
    expect(history).toEqual(numbers.map((number) => [NOON + number, number]));
    const markers = await devices.markers({ project: rocket.id, order: "oldest", limit: 1_000_000 });
    expect(markers.map(({ name }) => Number(name))).toEqual(numbers.filter((number) => number % 10 === 0));
    expect((await devices.deviceState(pixel))?.variables).toMatchObject([{ reported: { value: last } }]);
    const session = await devices.openSession(opening(pixel, "unused", { resume: "s-1" }));
    expect(session).toMatchObject({ resumed: true, acknowledged: last });

    // It goes on, and the index gets to where it would have been.
    const { logs } = await devices.append(batch({ seq: last + 1, logs: [log("after")] }));
    expect(logs[0]?.id).toBeGreaterThan(stored.at(-1)?.id ?? Infinity);
    await indexed(storage);
    const found = await devices.logs({ project: rocket.id, text: "FIRST", limit: 1_000_000 });
    expect(found.map(({ message }) => message)).toEqual(
      numbers.toReversed().map((number) => `${number} first`),
    );
    expect(await devices.history({ ...pixel, name: "n", kind: "integer", points: 1_000_000 })).toEqual(
      history,
    );
    if (maxBytes !== null) {
      await devices.retain(NOON);
      const [status] = (await devices.status()).projects;
      expect(status?.bytes).toBeLessThan(2 * maxBytes);
    }
    await storage.close();
  },
);

/** Every log entry, oldest first. */
async function readAll(devices: DeviceStorage): Promise<readonly LogEntryRecord[]> {
  const limit = 1_000_000;
  const logs = await devices.logs({ project: rocket.id, limit });
  expect(logs.length).toBeLessThan(limit);
  return logs.toReversed();
}
