/** What makes room on a full disk finds some: a full disk is stood for by a function that SQLite calls before it writes. */

import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { NOON, batch, log, opening, pixel, registerAnn, rocket } from "../../src/contract/subject.ts";
import { openSqliteStorage } from "../../src/sqlite/index.ts";
import type { Answer, Request } from "../../src/sqlite/messages.ts";
import { openForWriting } from "../../src/sqlite/open-to-write.ts";
import { RESERVE_BYTES, RESERVE_FILE, diskReserve, type Reserve } from "../../src/sqlite/reserve.ts";
import { openWriter, type Writer } from "../../src/sqlite/writer.ts";
import { makeFolder, type TemporaryFolder } from "./folders.ts";

let temporary: TemporaryFolder;
beforeEach(() => {
  temporary = makeFolder();
});
afterEach(() => temporary.remove());

describe("the reserve", () => {
  const file = () => join(temporary.folder, RESERVE_FILE);
  const full = () => Object.assign(new Error("database or disk is full"), { errcode: 13 });

  test("takes its room, and is lent to what finds none elsewhere", () => {
    const reserve = diskReserve(temporary.folder);
    reserve.fill();
    expect(statSync(file()).size).toBe(RESERVE_BYTES);
    const outcome = reserve.lend(() => {
      if (existsSync(file())) throw full();
      return "done";
    });
    expect(outcome).toBe("done");
    expect(statSync(file()).size).toBe(RESERVE_BYTES);
  });

  test("is taken back when what it was lent to fails all the same, and stays where nothing is wrong with the disk", () => {
    const reserve = diskReserve(temporary.folder);
    reserve.fill();
    let runs = 0;
    const fail = (error: Error) => () => {
      runs += 1;
      throw error;
    };
    expect(() => reserve.lend(fail(full()))).toThrow("full");
    expect(statSync(file()).size).toBe(RESERVE_BYTES);
    expect(runs).toBe(2);
    expect(() => reserve.lend(fail(new TypeError("a bug")))).toThrow("a bug");
    expect(runs).toBe(3);
  });

  test("grows to its size again where there was less room", () => {
    writeFileSync(file(), "little");
    diskReserve(temporary.folder).fill();
    expect(statSync(file()).size).toBe(RESERVE_BYTES);
  });

  test("is there once a folder is open", async () => {
    const { folder } = temporary;
    const storage = await openSqliteStorage({ folder });
    expect(statSync(file()).size).toBe(RESERVE_BYTES);
    await storage.close();
    rmSync(file());
    const again = await openSqliteStorage({ folder });
    expect(existsSync(file())).toBe(true);
    await again.close();
  });
});

describe("on a full disk", () => {
  let isFull = false;
  let writer: Writer;
  let close: () => void;
  const reserve: Reserve = {
    lend: (run) => {
      try {
        return run();
      } catch (error) {
        if (!isFull) throw error;
        return reserve.withRoom(run);
      }
    },
    withRoom: (run) => {
      const wasFull = isFull;
      isFull = false;
      try {
        return run();
      } finally {
        isFull = wasFull;
      }
    },
    fill: () => {},
  };

  beforeEach(async () => {
    isFull = false;
    const storage = await openSqliteStorage({ folder: temporary.folder });
    await registerAnn({ storage, reopen: () => storage.close() });
    await storage.devices.openSession(opening(pixel, "s-1"));
    const times = { at: NOON, receivedAt: NOON };
    await storage.devices.append(batch({ receivedAt: NOON, logs: [log("old", times)] }));
    await storage.accounts.setRetention(rocket.id, { maxAgeMs: 1_000, maxBytes: null });
    await storage.close();
    const limits = { maxBytes: 1_000_000, maxAgeMs: 1_000_000 };
    const connection = openForWriting(temporary.folder, limits, reserve);
    const { database } = connection;
    database.function("use_room", () => {
      if (isFull) throw new Error("the disk is full");
      return null;
    });
    for (const table of ["segments", "projects", "sessions"])
      for (const change of ["INSERT", "UPDATE", "DELETE"])
        database.exec(
          `CREATE TEMP TRIGGER ${change}_${table} BEFORE ${change} ON main.${table} BEGIN SELECT use_room(); END`,
        );
    writer = openWriter(database, temporary.folder, limits, reserve);
    close = () => {
      writer.close();
      connection.close();
    };
  });
  afterEach(() => close());

  function commit(call: string, ...args: readonly unknown[]): readonly Answer[] {
    const request: Request = { id: 1, call, args };
    const answers = [...writer.commit([request])];
    for (let more = writer.step(); more !== undefined; more = writer.step()) answers.push(...more);
    return answers;
  }

  test("retention closes and drops what is too old", () => {
    isFull = true;
    expect(commit("openSession", opening(pixel, "s-2"))).toMatchObject([{ problem: { kind: "failed" } }]);
    const [answer] = commit("retain", NOON + 1_000_000);
    expect(answer).toMatchObject({ value: { segments: 1 } });
    expect(existsSync(join(temporary.folder, "segments", "1", "1.db"))).toBe(false);
  });

  test("a project can be told to keep less", () => {
    isFull = true;
    const kept = { maxAgeMs: 5, maxBytes: null };
    expect(commit("setRetention", rocket.id, kept)).toMatchObject([{ value: { retention: kept } }]);
    expect(isFull).toBe(true);
  });
});
