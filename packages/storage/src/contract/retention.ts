/** What is dropped, what stays, and what is told about it. */

import { describe, expect, test } from "vitest";
import { DroppedSinceError } from "../ports.ts";
import {
  NOON,
  batch,
  beginRun,
  boatPixel,
  changeOf,
  declaration,
  log,
  marker,
  opening,
  pixel,
  registerBob,
  rocket,
  sample,
  type Subject,
} from "./subject.ts";

const DAY_MS = 86_400_000;
const NOTHING = { segments: 0, bytes: 0, missing: [], damaged: [], damagedIndexes: 0 };

export function retentionContract(subject: Subject): void {
  const devices = () => subject.storage.devices;
  const messages = async (project = rocket.id) =>
    (await devices().logs({ project, limit: 100 })).map(({ message }) => message);
  const points = () => devices().history({ ...pixel, name: "speed", kind: "float", points: 10 });

  /** An entry of each kind, received then. */
  async function store(name: string, at: number, more: { readonly seq?: number } = {}): Promise<void> {
    const times = { at, receivedAt: at };
    await devices().append(
      batch({
        ...more,
        receivedAt: at,
        declarations: [declaration("speed")],
        samples: [sample("speed", at - NOON, at, { receivedAt: at })],
        logs: [log(name, times)],
        markers: [marker(name, times)],
      }),
    );
  }

  describe("retention", () => {
    test("keeps everything unless it is told not to", async () => {
      await beginRun(subject);
      await store("old", NOON);
      expect(await devices().retain(NOON + 10_000 * DAY_MS)).toEqual(NOTHING);
      expect(await messages()).toEqual(["old"]);
    });

    test("drops what is older than its age, and nothing younger", async () => {
      await beginRun(subject);
      await store("old", NOON);
      await subject.storage.accounts.setRetention(rocket.id, { maxAgeMs: DAY_MS, maxBytes: null });
      expect(await devices().retain(NOON + DAY_MS)).toEqual(NOTHING);
      expect(await messages()).toEqual(["old"]);
      const dropped = await devices().retain(NOON + DAY_MS + 1);
      expect(dropped.segments).toBe(1);
      expect(dropped.bytes).toBeGreaterThan(0);
      await store("young", NOON + DAY_MS);
      await devices().retain(NOON + 2 * DAY_MS);
      expect(await messages()).toEqual(["young"]);
      expect(await devices().markers({ project: rocket.id, limit: 10 })).toMatchObject([{ name: "young" }]);
      expect(await points()).toEqual([[NOON + DAY_MS, DAY_MS]]);
      const { samples } = await devices().samples({ project: rocket.id, limit: 10 });
      expect(samples).toMatchObject([{ value: DAY_MS }]);
    });

    test("goes by receipt, whatever a device said the time was", async () => {
      await beginRun(subject);
      await devices().append(batch({ logs: [log("late", { at: NOON - 9 * DAY_MS, receivedAt: NOON })] }));
      await subject.storage.accounts.setRetention(rocket.id, { maxAgeMs: DAY_MS, maxBytes: null });
      await devices().retain(NOON + DAY_MS);
      expect(await messages()).toEqual(["late"]);
    });

    test("leaves the rest: reported values, sessions, writes, and the ids given out", async () => {
      await beginRun(subject);
      await store("old", NOON, { seq: 5 });
      const { writes } = await devices().change(changeOf({ speed: 1 }));
      await devices().append(batch({ seq: 6, missed: 1, logs: [log("last")] }));
      const last = await devices().lastEntry();
      const state = await devices().deviceState(pixel);
      const sessions = await devices().sessions({ project: rocket.id, limit: 10 });
      await subject.storage.accounts.setRetention(rocket.id, { maxAgeMs: 1, maxBytes: null });
      await devices().retain(NOON + DAY_MS);
      expect(await messages()).toEqual([]);
      expect(await points()).toEqual([]);
      expect(await devices().deviceState(pixel)).toEqual(state);
      expect(await devices().sessions({ project: rocket.id, limit: 10 })).toEqual(sessions);
      expect(await devices().writes({ project: rocket.id, limit: 10 })).toEqual(writes);
      await subject.reopen();
      expect(await devices().deviceState(pixel)).toEqual(state);
      expect(await devices().lastEntry()).toBe(last);
      const { logs } = await devices().append(batch({ seq: 7, logs: [log("new")] }));
      expect(logs[0]?.id).toBeGreaterThan(last);
      const resumed = await devices().openSession(opening(pixel, "unused", { resume: "s-1" }));
      expect(resumed).toMatchObject({ acknowledged: 7, missed: 1 });
    });

    test("goes by size too, and is a project's own", async () => {
      await beginRun(subject);
      await registerBob(subject);
      await devices().openSession(opening(boatPixel, "s-boat"));
      await devices().append(batch({ ...boatPixel, session: "s-boat", logs: [log("theirs")] }));
      await store("mine", NOON);
      await subject.storage.accounts.setRetention(rocket.id, { maxAgeMs: null, maxBytes: 1_000_000_000 });
      expect(await devices().retain(NOON)).toEqual(NOTHING);
      await subject.storage.accounts.setRetention(rocket.id, { maxAgeMs: null, maxBytes: 1 });
      expect((await devices().retain(NOON)).segments).toBe(1);
      expect(await messages()).toEqual([]);
      expect(await messages(boatPixel.project)).toEqual(["theirs"]);
    });
  });

  describe("pages that are to be everything", () => {
    test("break where what comes next was dropped since the page before, and only there", async () => {
      await beginRun(subject);
      const project = rocket.id;
      const logs = (after: number) =>
        devices().logs({ project, after, order: "oldest", limit: 1, unbroken: true });
      const markers = (after: number) =>
        devices().markers({ project, after, order: "oldest", limit: 1, unbroken: true });
      const samples = (after: number) => devices().samples({ project, after, limit: 1, unbroken: true });
      for (const name of ["one", "two", "three"]) await store(name, NOON);
      const [log] = await logs(0);
      const [mark] = await markers(0);
      const { next } = await samples(0);
      expect(await logs(log?.id ?? 0)).toMatchObject([{ message: "two" }]);
      expect(await markers(mark?.id ?? 0)).toMatchObject([{ name: "two" }]);
      expect((await samples(next ?? 0)).samples).toHaveLength(1);
      await subject.storage.accounts.setRetention(project, { maxAgeMs: 1, maxBytes: null });
      await devices().retain(NOON + DAY_MS);
      await store("four", NOON + DAY_MS);
      for (const rest of [logs(log?.id ?? 0), markers(mark?.id ?? 0), samples(next ?? 0)])
        await expect(rest).rejects.toThrow(DroppedSinceError);
      expect(await logs(0)).toMatchObject([{ message: "four" }]);
      expect(await markers(0)).toMatchObject([{ name: "four" }]);
      expect((await samples(0)).samples).toHaveLength(1);
    });
  });

  describe("status", () => {
    test("of nothing is zero", async () => {
      const { segments, oldestAt, indexLagEntries, indexLagSamples, projects } = await devices().status();
      expect({ segments, oldestAt, indexLagEntries, indexLagSamples, projects }).toEqual({
        segments: 0,
        oldestAt: null,
        indexLagEntries: 0,
        indexLagSamples: 0,
        projects: [],
      });
    });

    test("tells how much there is, and how old, of each project", async () => {
      await beginRun(subject);
      await registerBob(subject);
      await store("a", NOON + 20);
      await store("b", NOON + 10);
      const status = await devices().status();
      expect(status).toMatchObject({ segments: 1, oldestAt: NOON + 10 });
      const [mine, theirs] = status.projects.toSorted((one, other) => other.bytes - one.bytes);
      expect(mine).toMatchObject({ project: rocket.id, segments: 1, oldestAt: NOON + 10 });
      expect(theirs).toEqual({ project: boatPixel.project, bytes: 0, segments: 0, oldestAt: null });
      expect(status.bytes).toBeGreaterThanOrEqual(mine?.bytes ?? Infinity);
    });
  });
}
