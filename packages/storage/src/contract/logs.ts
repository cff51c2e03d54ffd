/** Searching log entries. */

import { LOG_LEVELS } from "@wheelhouse/protocol";
import { describe, expect, test } from "vitest";
import type { LogQuery, NewLogEntry } from "../ports.ts";
import {
  NOON,
  batch,
  beginRun,
  boat,
  boatPixel,
  log,
  opening,
  pixel,
  registerBob,
  rocket,
  tablet,
  type Subject,
} from "./subject.ts";

export function logContract(subject: Subject): void {
  const devices = () => subject.storage.devices;

  async function store(...logs: readonly NewLogEntry[]): Promise<void> {
    await devices().append(batch({ logs }));
  }

  async function search(more: Partial<LogQuery>): Promise<readonly string[]> {
    const found = await devices().logs({ project: rocket.id, limit: 100, ...more });
    return found.map(({ message }) => message);
  }

  describe("log entries", () => {
    test("come back as they were stored", async () => {
      await beginRun(subject);
      const entry = log("ready", {
        at: NOON - 1,
        receivedAt: NOON + 1,
        level: "fatal",
        fields: { a: [1, null], "": "ü" },
      });
      const { logs } = await devices().append(batch({ logs: [entry] }));
      expect(await devices().logs({ project: rocket.id, limit: 1 })).toEqual([
        { ...pixel, ...entry, session: "s-1", id: logs[0]?.id },
      ]);
    });

    test("come back as they were stored where they are many, with letters of all widths", async () => {
      await beginRun(subject);
      const letters = ["x", "é", "あ", "🚀", "\uFEFF", "\uD83D", "\u0000", '"'];
      const entries = Array.from({ length: 2_000 }, (_, index) =>
        log(`${index} ${(letters[index % letters.length] ?? "").repeat(50)}`, { at: NOON + index }),
      );
      for (const part of [entries.slice(0, 1_500), entries.slice(1_500)]) await store(...part);
      const found = await devices().logs({ project: rocket.id, limit: 2_000, order: "oldest" });
      expect(found.map(({ message, at }) => [message, at])).toEqual(
        entries.map(({ message, at }) => [message, at]),
      );
    });

    test("have ids that rise over devices, projects and a new start", async () => {
      await beginRun(subject);
      await registerBob(subject);
      await devices().openSession(opening(boatPixel, "s-boat"));
      const ids: number[] = [];
      for (const address of [pixel, boatPixel, pixel]) {
        const session = address === pixel ? "s-1" : "s-boat";
        const { logs } = await devices().append(batch({ ...address, session, logs: [log("a"), log("b")] }));
        ids.push(...logs.map(({ id }) => id));
      }
      await subject.reopen();
      const { logs } = await devices().append(batch({ logs: [log("c")] }));
      ids.push(...logs.map(({ id }) => id));
      expect(ids).toEqual([...new Set(ids)].sort((one, other) => one - other));
    });

    test("are filtered by level and above", async () => {
      await beginRun(subject);
      await store(...LOG_LEVELS.map((level) => log(level, { level })));
      for (const [rank, level] of LOG_LEVELS.entries()) {
        expect(await search({ level })).toEqual(LOG_LEVELS.slice(rank).toReversed());
      }
    });

    test("are filtered by device, session and project", async () => {
      await beginRun(subject);
      await registerBob(subject);
      await devices().openSession(opening(pixel, "s-2"));
      await devices().openSession(opening(tablet, "s-tablet"));
      await devices().openSession(opening(boatPixel, "s-boat"));
      await store(log("first run"));
      await devices().append(batch({ session: "s-2", logs: [log("second run")] }));
      await devices().append(batch({ ...tablet, session: "s-tablet", logs: [log("tablet")] }));
      await devices().append(batch({ ...boatPixel, session: "s-boat", logs: [log("boat")] }));
      expect(await search({})).toEqual(["tablet", "second run", "first run"]);
      expect(await search({ device: pixel.device })).toEqual(["second run", "first run"]);
      expect(await search({ session: "s-1" })).toEqual(["first run"]);
      expect(await search({ device: tablet.device, session: "s-1" })).toEqual([]);
      expect(await search({ project: boat.id })).toEqual(["boat"]);
      expect(await search({ project: boat.id, session: "s-1" })).toEqual([]);
      expect(await search({ session: "unknown" })).toEqual([]);
      expect(await search({ device: "unknown" })).toEqual([]);
      expect(await search({ project: "unknown" })).toEqual([]);
    });

    test("are filtered by time, both bounds included, whatever the order of arrival", async () => {
      await beginRun(subject);
      await store(log("10", { at: NOON + 10 }), log("30", { at: NOON + 30 }), log("20", { at: NOON + 20 }));
      expect(await search({ from: NOON + 20 })).toEqual(["20", "30"]);
      expect(await search({ to: NOON + 20 })).toEqual(["20", "10"]);
      expect(await search({ from: NOON + 20, to: NOON + 20 })).toEqual(["20"]);
      expect(await search({ from: NOON + 31 })).toEqual([]);
    });

    test.each([
      ["fuel", ["Fuel is low"]],
      ["FUEL IS", ["Fuel is low"]],
      ["", ["Fuel is low"]],
      ["full", []],
    ])("are filtered by a part of the message: %j", async (text, found) => {
      await beginRun(subject);
      await store(log("Fuel is low"));
      expect(await search({ text })).toEqual(found);
    });

    test.each([
      ["ÜBER", "weit über null"],
      ["straße", "STRASSE"],
      ["ошибка", "ОШИБКА сети"],
      ["οδος", "Η ΟΔΟΣ ΜΑΣ"],
      ["100%", "at 100% now"],
      ["a_b", "key a_b set"],
      ["\\", "C:\\game"],
      ["it's", 'it\'s "quoted"'],
      ["*", "2 * 3"],
      ["b\0c", "a\0b\0c"],
    ])("are found by %j", async (text, message) => {
      await beginRun(subject);
      await store(log(message), log("at 1000 now: keyaXbset"));
      expect(await search({ text })).toEqual([message]);
    });

    test("are filtered by everything at once", async () => {
      await beginRun(subject);
      const wanted = log("Wanted", { level: "error", at: NOON + 1 });
      await store(
        wanted,
        { ...wanted, level: "info" },
        { ...wanted, at: NOON + 9 },
        { ...wanted, message: "x" },
      );
      const query = { device: pixel.device, session: "s-1", level: "warn", text: "want" } as const;
      expect(await search({ ...query, from: NOON, to: NOON + 2 })).toEqual(["Wanted"]);
    });

    test("can be read oldest first, from an id on", async () => {
      await beginRun(subject);
      await store(...["1", "2", "3", "4", "5"].map((message) => log(message)));
      const first = await devices().logs({ project: rocket.id, order: "oldest", limit: 2 });
      expect(first.map(({ message }) => message)).toEqual(["1", "2"]);
      const after = first[1]?.id ?? 0;
      expect(await search({ order: "oldest", after, limit: 2 })).toEqual(["3", "4"]);
      expect(await search({ after, text: "5" })).toEqual(["5"]);
      expect(await search({ after, before: after + 3 })).toEqual(["4", "3"]);
    });

    test("come newest first, by pages, which stay the same while new ones arrive", async () => {
      await beginRun(subject);
      await store(...["1", "2", "3", "4", "5"].map((message) => log(message)));
      const first = await devices().logs({ project: rocket.id, limit: 2 });
      expect(first.map(({ message }) => message)).toEqual(["5", "4"]);
      await store(log("6"));
      expect(await search({ limit: 2, before: first[1]?.id ?? 0 })).toEqual(["3", "2"]);
      expect(await search({ limit: 2, before: first[1]?.id ?? 0, text: "1" })).toEqual(["1"]);
      expect(await search({ before: 0 })).toEqual([]);
    });
  });
}
