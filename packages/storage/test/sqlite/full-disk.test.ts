import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { opening, pixel, rocket } from "../../src/contract/subject.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";
import { makeFolder, type TemporaryFolder } from "./folders.ts";

const program = fileURLToPath(new URL("./append-until-full.ts", import.meta.url));

let temporary: TemporaryFolder;
beforeEach(() => {
  temporary = makeFolder();
});
afterEach(() => temporary.remove());

// A limit on the size of files stands for the full disk: the same writes fail, and no disk has to be filled.
test.skipIf(process.platform === "win32")(
  "when there is no room left, what can't be stored has failed and what was stored stays (skipped on Windows)",
  async () => {
    const { folder } = temporary;
    const { stdout, stderr } = await promisify(execFile)(
      "sh",
      ["-c", 'ulimit -f 2048 && exec "$0" --conditions=source "$1" "$2"', process.execPath, program, folder],
      { maxBuffer: 64 * 1024 * 1024 },
    );
    expect(stderr).toBe("");
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => line.split(" "));
    const stored = lines.filter(([what]) => what === "stored").map(([, seq]) => Number(seq));
    const failed = lines.filter(([what]) => what === "failed");
    expect(stored.length).toBeGreaterThan(0);
    expect(failed.length).toBeGreaterThan(0);
    expect(new Set(failed.map(([, , name]) => name))).toEqual(new Set(["StorageFailedError"]));
    expect(lines.at(-1)).toEqual(["read", "1"]);

    const storage = await openSqliteStorage({ folder });
    const logs = await storage.devices.logs({ project: rocket.id, limit: 100_000 });
    expect(logs.map(({ message }) => Number(message.split(" ")[0])).toReversed()).toEqual(stored);
    const session = await storage.devices.openSession(opening(pixel, "unused", { resume: "s-1" }));
    expect(session.acknowledged).toBe(Math.max(...stored));
    await storage.close();
  },
);
