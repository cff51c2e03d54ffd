/** Changes by people, and what becomes of them. */

import { describe, expect, test } from "vitest";
import type { WriteRecord, WriteStateName } from "../ports.ts";
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

export function writeContract(subject: Subject): void {
  const devices = () => subject.storage.devices;
  const stateWrites = async () => (await devices().deviceState(pixel))?.writes ?? [];

  async function beginWithVariables(): Promise<void> {
    await beginRun(subject);
    await devices().append(
      batch({ declarations: ["speed", "lives", "name"].map((name) => declaration(name)) }),
    );
  }

  async function writeOf(values: Parameters<typeof changeOf>[0]): Promise<WriteRecord> {
    const { writes } = await devices().change(changeOf(values));
    return writes[0] as WriteRecord;
  }

  describe("a change", () => {
    test("stores a pending write of each variable, in the order given", async () => {
      await beginWithVariables();
      const values = [
        { name: "speed", from: 1, value: 2 },
        { name: "name", from: "Ann", value: { first: "Bob" } },
      ];
      const change = await devices().change({
        ...pixel,
        by: ann.id,
        at: NOON + 3,
        expiresAt: NOON + 9,
        values,
      });
      expect(change).toMatchObject({ set: 1, replaced: [] });
      const rest = {
        ...pixel,
        set: 1,
        state: "pending",
        applied: null,
        reason: null,
        by: ann.id,
        createdAt: NOON + 3,
        updatedAt: NOON + 3,
        expiresAt: NOON + 9,
      };
      expect(change.writes).toMatchObject(values.map((value) => ({ ...rest, ...value })));
      expect(await stateWrites()).toEqual(change.writes);
    });

    test("replaces the open writes of its variables, and of no others", async () => {
      await beginWithVariables();
      const [speed, lives] = (await devices().change(changeOf({ speed: 1, lives: 1 }))).writes;
      const newer = await devices().change({ ...changeOf({ speed: 2 }), at: NOON + 8 });
      expect(newer.replaced).toMatchObject([{ id: speed?.id, state: "replaced", updatedAt: NOON + 8 }]);
      expect(newer.replaced[0]?.entry).toBeGreaterThan(lives?.entry ?? Infinity);
      expect(await stateWrites()).toEqual([lives, ...newer.writes]);
    });

    test("replaces a sent write, and leaves one that has ended", async () => {
      await beginWithVariables();
      const sent = await writeOf({ speed: 1 });
      const ended = await writeOf({ lives: 1 });
      await devices().updateWrites([
        { id: sent.id, state: "sent", at: NOON },
        { id: ended.id, state: "applied", applied: 1, at: NOON },
      ]);
      const { replaced } = await devices().change(changeOf({ speed: 2, lives: 2 }));
      expect(replaced).toMatchObject([{ id: sent.id, state: "replaced" }]);
    });

    test("replaces nothing of another device", async () => {
      await beginWithVariables();
      await registerBob(subject);
      for (const [address, session] of [
        [tablet, "s-tablet"],
        [boatPixel, "s-boat"],
      ] as const) {
        await devices().openSession(opening(address, session));
        await devices().append(batch({ ...address, session, declarations: [declaration("speed")] }));
      }
      const mine = await writeOf({ speed: 1 });
      expect((await devices().change(changeOf({ speed: 2 }, tablet))).replaced).toEqual([]);
      expect((await devices().change(changeOf({ speed: 3 }, boatPixel))).replaced).toEqual([]);
      expect(await stateWrites()).toEqual([mine]);
    });

    test("has a number that rises per device, from 1", async () => {
      await beginWithVariables();
      await devices().openSession(opening(tablet, "s-tablet"));
      await devices().append(batch({ ...tablet, session: "s-tablet", declarations: [declaration("speed")] }));
      const sets: number[] = [];
      for (const address of [pixel, pixel, tablet, pixel]) {
        sets.push((await devices().change(changeOf({ speed: 1 }, address))).set);
      }
      expect(sets).toEqual([1, 2, 1, 3]);
      await subject.reopen();
      expect((await devices().change(changeOf({ speed: 1 }))).set).toBe(4);
    });

    test("of what isn't there is refused, and leaves nothing behind", async () => {
      await beginWithVariables();
      const open = await writeOf({ speed: 1 });
      await expect(devices().change(changeOf({ speed: 2, unknown: 2 }))).rejects.toThrow(TypeError);
      await expect(devices().change(changeOf({ speed: 2 }, tablet))).rejects.toThrow(TypeError);
      expect(await stateWrites()).toEqual([open]);
      expect((await devices().change(changeOf({ lives: 1 }))).set).toBe(2);
    });
  });

  describe("an update", () => {
    test("moves a write on, keeps what it leaves out, and takes a new entry id", async () => {
      await beginWithVariables();
      const pending = await writeOf({ speed: 1 });
      const [sent] = await devices().updateWrites([{ id: pending.id, state: "sent", at: NOON + 1 }]);
      expect(sent).toEqual({ ...pending, state: "sent", updatedAt: NOON + 1, entry: sent?.entry });
      expect(sent?.entry).toBeGreaterThan(pending.entry);
      const [rejected] = await devices().updateWrites([
        { id: pending.id, state: "rejected", applied: 0.5, reason: "out of range", at: NOON + 2 },
      ]);
      expect(rejected).toMatchObject({ state: "rejected", applied: 0.5, reason: "out of range" });
      expect(rejected?.entry).toBeGreaterThan(sent?.entry ?? Infinity);
      expect(await stateWrites()).toEqual([rejected]);
    });

    test("does nothing to a write that isn't open, and gives it as it is", async () => {
      await beginWithVariables();
      const ends: WriteStateName[] = ["applied", "rejected", "expired", "cancelled", "replaced"];
      for (const state of ends) {
        const { id } = await writeOf({ speed: 1 });
        const [ended] = await devices().updateWrites([{ id, state, at: NOON }]);
        const before = await devices().lastEntry();
        const again = await devices().updateWrites([{ id, state: "sent", applied: 7, at: NOON + 9 }]);
        expect(again).toEqual([ended]);
        expect(await devices().lastEntry()).toBe(before);
      }
    });

    test("of a write that isn't there is left out of the answer", async () => {
      await beginWithVariables();
      const { id } = await writeOf({ speed: 1 });
      const updated = await devices().updateWrites([
        { id: id + 1_000, state: "sent", at: NOON },
        { id, state: "sent", at: NOON },
      ]);
      expect(updated).toMatchObject([{ id, state: "sent" }]);
      expect(await devices().updateWrites([])).toEqual([]);
    });

    test("may apply any value, null too", async () => {
      await beginWithVariables();
      const { id } = await writeOf({ speed: [1, 2] });
      const [updated] = await devices().updateWrites([{ id, state: "applied", applied: [2, 1], at: NOON }]);
      expect(updated).toMatchObject({ value: [1, 2], applied: [2, 1] });
    });
  });

  describe("expiry", () => {
    async function writeThatExpires(name: string, expiresAt: number | null): Promise<WriteRecord> {
      const { writes } = await devices().change({ ...changeOf({ [name]: 1 }), expiresAt });
      return writes[0] as WriteRecord;
    }

    test("ends what is open and whose time is over, at that time, each with a new entry id", async () => {
      await beginWithVariables();
      const pending = await writeThatExpires("speed", NOON + 10);
      const sent = await writeThatExpires("lives", NOON + 5);
      await devices().updateWrites([{ id: sent.id, state: "sent", at: NOON }]);
      const later = await writeThatExpires("name", NOON + 11);
      expect(await devices().expireWrites(NOON + 4)).toEqual([]);
      const before = await devices().lastEntry();
      const expired = await devices().expireWrites(NOON + 10);
      expect(expired).toMatchObject(
        [pending, sent].map(({ id }) => ({ id, state: "expired", updatedAt: NOON + 10 })),
      );
      expect(expired.every(({ entry }) => entry > before)).toBe(true);
      expect(await stateWrites()).toEqual([...expired, later]);
      expect(await devices().expireWrites(NOON + 10)).toEqual([]);
    });

    test("leaves what has ended, and what has no time", async () => {
      await beginWithVariables();
      const ended = await writeThatExpires("speed", NOON + 1);
      await devices().updateWrites([{ id: ended.id, state: "applied", at: NOON }]);
      await writeThatExpires("lives", null);
      expect(await devices().expireWrites(NOON + 1_000_000)).toEqual([]);
    });
  });

  test("a write is found by its id, in its project only", async () => {
    await beginWithVariables();
    const written = await writeOf({ speed: 1 });
    expect(await devices().write(rocket.id, written.id)).toEqual(written);
    expect(await devices().write("p-boat", written.id)).toBeUndefined();
    expect(await devices().write(rocket.id, written.id + 1)).toBeUndefined();
  });

  test("a device's state has the newest write of each variable and every open one, by rising id", async () => {
    await beginWithVariables();
    const old = await writeOf({ speed: 1 });
    await devices().updateWrites([{ id: old.id, state: "applied", at: NOON }]);
    const newest = await writeOf({ speed: 2 });
    const [expired] = await devices().updateWrites([{ id: newest.id, state: "expired", at: NOON }]);
    const open = await writeOf({ lives: 3 });
    expect(await stateWrites()).toEqual([expired, open]);
  });
}
