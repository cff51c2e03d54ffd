import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StorageUnusableError } from "../../src/index.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";
import { makeFolder, type TemporaryFolder } from "./folders.ts";

let temporary: TemporaryFolder;
beforeEach(() => {
  temporary = makeFolder();
});
afterEach(() => temporary.remove());

/** The error that opening a folder is refused with. */
async function refusal(folder: string): Promise<Error> {
  const error: unknown = await openSqliteStorage({ folder }).then(
    (storage) => storage.close(),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StorageUnusableError);
  return error as Error;
}

test("a missing folder is made, with those above it", async () => {
  const folder = join(temporary.folder, "a", "b");
  const storage = await openSqliteStorage({ folder });
  await storage.close();
  expect(existsSync(join(folder, "wheelhouse.db"))).toBe(true);
});

test("a folder that can't be made is refused with its name and the reason", async () => {
  const file = join(temporary.folder, "file");
  writeFileSync(file, "");
  expect((await refusal(join(file, "data"))).message).toMatch(
    /^the data folder .*file.data can't be written: (ENOTDIR|ENOENT|EEXIST)/,
  );
  expect((await refusal(file)).message).toContain(`the data folder ${file} can't be written: EEXIST`);
});

test.skipIf(process.platform !== "linux")(
  "one where the system has no folders made is refused as well (skipped but on Linux)",
  async () => {
    expect((await refusal("/proc/wheelhouse/data")).message).toContain("can't be written: ENOENT");
  },
);

test.skipIf(process.getuid?.() === 0)(
  "a folder without the right to write is refused (skipped for root, who may write anywhere)",
  async () => {
    const folder = join(temporary.folder, "read-only");
    mkdirSync(folder, { mode: 0o500 });
    expect((await refusal(folder)).message).toContain(`the data folder ${folder} can't be written: EACCES`);
  },
);

describe("a folder that is held", () => {
  test("is refused in the same process, naming the process, and free after closing", async () => {
    const { folder } = temporary;
    const first = await openSqliteStorage({ folder });
    const { message } = await refusal(folder);
    expect(message).toBe(`the data folder ${folder} is held by another Wheelhouse (process ${process.pid})`);
    // Having refused one must not have loosened the lock.
    expect((await refusal(folder)).message).toBe(message);
    expect(await first.accounts.countUsers()).toBe(0);
    await first.close();
    const second = await openSqliteStorage({ folder });
    expect(second.epoch).toBe(first.epoch);
    await second.close();
  });

  test("is refused in another process", async () => {
    const { folder } = temporary;
    const storage = await openSqliteStorage({ folder });
    const program = fileURLToPath(new URL("./open-once.ts", import.meta.url));
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [
      "--conditions=source",
      program,
      folder,
    ]);
    expect(stdout).toBe(
      `storage_unusable: the data folder ${folder} is held by another Wheelhouse (process ${process.pid})\n`,
    );
    expect(stderr).toBe("");
    await storage.close();
  });
});

test("opening and closing prints nothing", async () => {
  const program = fileURLToPath(new URL("./open-once.ts", import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    "--conditions=source",
    program,
    temporary.folder,
  ]);
  expect({ stdout, stderr }).toEqual({ stdout: "opened and closed\n", stderr: "" });
});

test("data of a newer version is refused and left as it is", async () => {
  const { folder } = temporary;
  await (await openSqliteStorage({ folder })).close();
  const file = join(folder, "wheelhouse.db");
  const database = new DatabaseSync(file);
  database.exec("PRAGMA user_version = 99");
  database.close();
  expect((await refusal(folder)).message).toMatch(
    /wheelhouse\.db was made by a newer Wheelhouse: its data has version 99, this one knows up to \d+$/,
  );
  const after = new DatabaseSync(file);
  expect(after.prepare("PRAGMA user_version").get()).toEqual({ user_version: 99 });
  after.close();
});

test("a file that isn't a database is refused and left as it is", async () => {
  const { folder } = temporary;
  const file = join(folder, "wheelhouse.db");
  const text = "this is a diary, not a database. ".repeat(100);
  writeFileSync(file, text);
  expect((await refusal(folder)).message).toBe(`the data file ${file} can't be used: file is not a database`);
  expect(readFileSync(file, "utf8")).toBe(text);
});
