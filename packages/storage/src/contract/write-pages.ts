/** The list of writes, by pages and by filters. */

import type { JsonValue } from "@wheelhouse/protocol";
import { describe, expect, test } from "vitest";
import type { DeviceAddress, WriteQuery, WriteRecord } from "../ports.ts";
import {
  NOON,
  ann,
  batch,
  beginRun,
  boatPixel,
  changeOf,
  declaration,
  opening,
  pixel,
  registerBob,
  rocket,
  tablet,
  type Subject,
} from "./subject.ts";

export function writePageContract(subject: Subject): void {
  const devices = () => subject.storage.devices;
  const idsOf = (writes: readonly WriteRecord[]) => writes.map(({ id }) => id);
  const list = (query: Partial<WriteQuery> = {}) =>
    devices().writes({ project: rocket.id, limit: 100, ...query });

  async function beginWithVariables(): Promise<void> {
    await beginRun(subject);
    await devices().append(batch({ declarations: ["speed", "lives"].map((name) => declaration(name)) }));
  }

  async function addDevice(address: DeviceAddress, session: string): Promise<void> {
    await devices().openSession(opening(address, session));
    await devices().append(
      batch({ ...address, session, declarations: ["speed", "lives"].map((name) => declaration(name)) }),
    );
  }

  async function writeOf(
    values: Readonly<Record<string, JsonValue>>,
    { by = ann.id, at = NOON, address = pixel } = {},
  ): Promise<WriteRecord> {
    const { writes } = await devices().change({ ...changeOf(values, address), by, at });
    return writes[0] as WriteRecord;
  }

  describe("the list of writes", () => {
    test("is newest first, by pages, and stays the same while new ones arrive", async () => {
      await beginWithVariables();
      const ids: number[] = [];
      for (let count = 0; count < 5; count += 1) ids.unshift((await writeOf({ speed: count })).id);
      const page = (before?: number) => list({ limit: 2, ...(before === undefined ? {} : { before }) });
      const first = await page();
      expect(idsOf(first)).toEqual(ids.slice(0, 2));
      await writeOf({ lives: 1 });
      expect(idsOf(await page(first[1]?.id))).toEqual(ids.slice(2, 4));
      expect(idsOf(await page(ids[3]))).toEqual(ids.slice(4));
      expect(await page(ids[4])).toEqual([]);
    });

    test("can be read oldest first, from an id on", async () => {
      await beginWithVariables();
      const ids: number[] = [];
      for (let count = 0; count < 4; count += 1) ids.push((await writeOf({ speed: count })).id);
      const oldest = { order: "oldest", limit: 2 } as const;
      expect(idsOf(await list(oldest))).toEqual(ids.slice(0, 2));
      expect(idsOf(await list({ ...oldest, after: ids[1] ?? 0 }))).toEqual(ids.slice(2));
      expect(idsOf(await list({ ...oldest, device: pixel.device, after: ids[2] ?? 0 }))).toEqual(
        ids.slice(3),
      );
    });

    test("is of a project, or of one device", async () => {
      await beginWithVariables();
      await addDevice(tablet, "s-tablet");
      const mine = await writeOf({ speed: 1 });
      const other = await writeOf({ speed: 2 }, { address: tablet });
      expect(await list()).toEqual([other, mine]);
      expect(await list({ device: pixel.device })).toEqual([mine]);
      expect(await list({ device: "unknown" })).toEqual([]);
      expect(await list({ project: "unknown" })).toEqual([]);
    });

    test("is found by variable, of one device or of all", async () => {
      await beginWithVariables();
      await addDevice(tablet, "s-tablet");
      const speed = await writeOf({ speed: 1 });
      const lives = await writeOf({ lives: 1 });
      const other = await writeOf({ speed: 2 }, { address: tablet });
      expect(await list({ name: "speed" })).toEqual([other, speed]);
      expect(await list({ name: "lives" })).toEqual([lives]);
      expect(await list({ name: "speed", device: pixel.device })).toEqual([speed]);
      expect(await list({ name: "lives", device: tablet.device })).toEqual([]);
      expect(await list({ name: "unknown" })).toEqual([]);
      expect(await list({ name: "unknown", device: pixel.device })).toEqual([]);
    });

    test("is found by the state it has now", async () => {
      await beginWithVariables();
      const first = await writeOf({ speed: 1 });
      const second = await writeOf({ speed: 2 });
      const replaced = await list({ state: "replaced" });
      expect(idsOf(replaced)).toEqual([first.id]);
      expect(await list({ state: "pending" })).toEqual([second]);
      await devices().updateWrites([{ id: second.id, state: "applied", applied: 2, at: NOON + 1 }]);
      expect(await list({ state: "pending" })).toEqual([]);
      expect(await list({ state: "applied" })).toMatchObject([{ id: second.id, applied: 2 }]);
      expect(await list({ state: "replaced" })).toEqual(replaced);
    });

    test("is found by who wrote and when, both bounds included", async () => {
      await beginWithVariables();
      const made: WriteRecord[] = [];
      for (const at of [NOON, NOON + 20, NOON + 10])
        made.push(await writeOf({ speed: at }, { by: at === NOON ? "bob" : "ann", at }));
      const [early, late, between] = made.map(({ id }) => id);
      expect(idsOf(await list({ by: "bob" }))).toEqual([early]);
      expect(idsOf(await list({ by: "ann" }))).toEqual([between, late]);
      expect(await list({ by: "nobody" })).toEqual([]);
      expect(idsOf(await list({ from: NOON + 10 }))).toEqual([between, late]);
      expect(idsOf(await list({ to: NOON + 10 }))).toEqual([between, early]);
      expect(idsOf(await list({ from: NOON + 10, to: NOON + 10 }))).toEqual([between]);
      expect(await list({ from: NOON + 21 })).toEqual([]);
      expect(await list({ from: NOON + 1, to: NOON + 9 })).toEqual([]);
    });

    test("is found by all of these at once, page by page, while new ones that fit arrive", async () => {
      await beginWithVariables();
      await addDevice(tablet, "s-tablet");
      const fitting: number[] = [];
      for (let count = 0; count < 24; count += 1) {
        const at = NOON + count;
        const by = count % 2 === 0 ? "bob" : "ann";
        const address = count % 3 === 0 ? tablet : pixel;
        const name = count % 5 === 0 ? "lives" : "speed";
        const { id } = await writeOf({ [name]: count }, { by, at, address });
        if (by === "ann" && address === pixel && name === "speed" && at >= NOON + 4) fitting.unshift(id);
      }
      const query = { device: pixel.device, name: "speed", by: "ann", from: NOON + 4, limit: 1 };
      const [open, ...replaced] = fitting;
      expect(idsOf(await list({ ...query, limit: 10 }))).toEqual(fitting);
      expect(idsOf(await list({ ...query, state: "pending" }))).toEqual([open]);
      const seen: number[] = [];
      for (let pages = 0; pages < 10; pages += 1) {
        const before = seen.at(-1);
        const [write] = await list({
          ...query,
          state: "replaced",
          ...(before === undefined ? {} : { before }),
        });
        if (write === undefined) break;
        seen.push(write.id);
        await writeOf({ speed: 0 }, { by: "ann", at: NOON + 5 });
      }
      expect(seen).toEqual(replaced);
    });

    test("has nothing of another project, whatever it is found by", async () => {
      await beginWithVariables();
      await registerBob(subject);
      await addDevice(boatPixel, "s-boat");
      const mine = await writeOf({ speed: 1 });
      await writeOf({ speed: 2 }, { address: boatPixel });
      for (const query of [
        { device: pixel.device },
        { name: "speed" },
        { device: pixel.device, name: "speed" },
        { state: "pending" },
        { by: ann.id },
        { from: NOON },
      ] as const)
        expect(await list(query)).toEqual([mine]);
    });
  });
}
