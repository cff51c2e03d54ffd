/** Devices beginning, resuming and ending their runs. */

import { describe, expect, test } from "vitest";
import type { SessionOpening, SessionQuery } from "../ports.ts";
import {
  NOON,
  batch,
  beginRun,
  boatPixel,
  log,
  opening,
  pixel,
  registerAnn,
  registerBob,
  rocket,
  tablet,
  type Subject,
} from "./subject.ts";

export function sessionContract(subject: Subject): void {
  const devices = () => subject.storage.devices;
  const fresh = { session: "s-2", resumed: false, acknowledged: 0, missed: 0 };

  describe("devices", () => {
    test("keep what an opening leaves out", async () => {
      await registerAnn(subject);
      await devices().openSession(
        opening(pixel, "s-1", { name: "Ann's phone", app: "rocket", build: "1.4", tags: ["qa"] }),
      );
      const reported = { name: "Ann's phone", tags: ["qa"] };
      const record = {
        ...pixel,
        reported,
        given: { name: null, tags: null },
        app: "rocket",
        build: "1.4",
        firstSeen: NOON,
        lastSeen: NOON,
      };
      expect(await devices().devices(rocket.id)).toEqual([record]);
      await devices().openSession(opening(pixel, "s-2", { build: "1.5", at: NOON + 10 }));
      expect(await devices().devices(rocket.id)).toEqual([{ ...record, build: "1.5", lastSeen: NOON + 10 }]);
      await devices().openSession(opening(pixel, "s-3", { tags: [], at: NOON + 5 }));
      expect(await devices().devices(rocket.id)).toEqual([
        { ...record, reported: { ...reported, tags: [] }, build: "1.5", lastSeen: NOON + 10 },
      ]);
    });

    test("are listed by id, and only a project's own", async () => {
      await registerAnn(subject);
      await registerBob(subject);
      await devices().openSession(opening(tablet, "s-1"));
      await devices().openSession(opening(pixel, "s-2"));
      await devices().openSession(opening(boatPixel, "s-3"));
      expect((await devices().devices(rocket.id)).map(({ device }) => device)).toEqual(["pixel-7", "tablet"]);
      expect(await devices().devices(boatPixel.project)).toMatchObject([boatPixel]);
      expect(await devices().devices("unknown")).toEqual([]);
    });

    test("are seen when they store and when they leave", async () => {
      await beginRun(subject);
      const lastSeen = async () => (await devices().deviceState(pixel))?.record.lastSeen;
      await devices().append(batch({ receivedAt: NOON + 20 }));
      expect(await lastSeen()).toBe(NOON + 20);
      await devices().closeSession({ session: "s-1", at: NOON + 30, reason: "bye", resumable: false });
      expect(await lastSeen()).toBe(NOON + 30);
    });

    test("are given names and tags by people, and keep what is left out", async () => {
      await beginRun(subject);
      const nothing = { name: null, tags: null };
      expect(await devices().devices(rocket.id)).toMatchObject([{ given: nothing }]);
      const tagged = await devices().updateDevice({ ...pixel, tags: ["lab", "qa"] });
      expect(tagged).toMatchObject({ ...pixel, given: { name: null, tags: ["lab", "qa"] } });
      const named = await devices().updateDevice({ ...pixel, name: "Ann's phone" });
      expect(named).toEqual({ ...tagged, given: { name: "Ann's phone", tags: ["lab", "qa"] } });
      expect(await devices().devices(rocket.id)).toEqual([named]);
      expect(await devices().updateDevice({ ...pixel })).toEqual(named);
      const given = async () => (await devices().deviceState(pixel))?.record.given;
      await devices().updateDevice({ ...pixel, name: null });
      expect(await given()).toEqual({ name: null, tags: ["lab", "qa"] });
      await devices().updateDevice({ ...pixel, tags: [] });
      expect(await given()).toEqual({ name: null, tags: [] });
      await devices().updateDevice({ ...pixel, tags: null });
      expect(await given()).toEqual(nothing);
      expect(await devices().updateDevice({ ...tablet, name: "Nobody's" })).toBeUndefined();
    });

    test("keep what people gave, and what they say of themselves, apart", async () => {
      await beginRun(subject);
      await devices().openSession(opening(pixel, "s-2", { name: "Phone", tags: ["qa"] }));
      const given = { name: "Ann's phone", tags: ["lab"] };
      await devices().updateDevice({ ...pixel, ...given });
      await devices().openSession(opening(pixel, "s-3", { name: "Phone 2", tags: [] }));
      const record = async () => (await devices().deviceState(pixel))?.record;
      expect(await record()).toMatchObject({ reported: { name: "Phone 2", tags: [] }, given });
      await subject.reopen();
      expect(await record()).toMatchObject({ reported: { name: "Phone 2", tags: [] }, given });
      await devices().updateDevice({ ...pixel, name: null, tags: null });
      expect(await record()).toMatchObject({
        reported: { name: "Phone 2", tags: [] },
        given: { name: null, tags: null },
      });
    });

    test("are refused for a project that isn't there", async () => {
      await expect(devices().openSession(opening(pixel, "s-1"))).rejects.toThrow(TypeError);
      expect(await devices().devices(rocket.id)).toEqual([]);
    });
  });

  describe("the list of sessions", () => {
    const sessions = (more: Partial<SessionQuery> = {}) =>
      devices().sessions({ project: rocket.id, limit: 10, ...more });

    test("tells how each began, went on and ended, newest first", async () => {
      await beginRun(subject);
      await devices().openSession(opening(pixel, "s-2", { at: NOON + 10 }));
      await devices().append(batch({ session: "s-2", seq: 7, missed: 2, receivedAt: NOON + 30 }));
      await devices().closeSession({ session: "s-1", at: NOON + 20, reason: "bye", resumable: false });
      const list = await sessions();
      expect(list).toEqual([
        {
          ...pixel,
          id: "s-2",
          cursor: list[0]?.cursor,
          startedAt: NOON + 10,
          seenAt: NOON + 30,
          endedAt: null,
          reason: null,
          missed: 2,
          acknowledged: 7,
        },
        {
          ...pixel,
          id: "s-1",
          cursor: list[1]?.cursor,
          startedAt: NOON,
          seenAt: NOON + 20,
          endedAt: NOON + 20,
          reason: "bye",
          missed: 0,
          acknowledged: 0,
        },
      ]);
    });

    test("keeps the first end for good, and forgets one that was gone back on", async () => {
      await beginRun(subject);
      await devices().closeSession({ session: "s-1", at: NOON + 1, reason: "lost", resumable: true });
      expect(await sessions()).toMatchObject([{ endedAt: NOON + 1, reason: "lost" }]);
      await devices().openSession(opening(pixel, "unused", { resume: "s-1" }));
      expect(await sessions()).toMatchObject([{ endedAt: null, reason: null }]);
      await devices().closeSession({ session: "s-1", at: NOON + 2, reason: "bye", resumable: false });
      await devices().closeSession({ session: "s-1", at: NOON + 3, reason: "lost", resumable: true });
      expect(await sessions()).toMatchObject([{ endedAt: NOON + 2, reason: "bye" }]);
    });

    test("has none that goes on for ever: one that nobody ended has, when its device was last heard of", async () => {
      await beginRun(subject);
      await devices().openSession(opening(tablet, "s-2"));
      await devices().append(batch({ seq: 1, receivedAt: NOON + 30, logs: [log("last")] }));
      await subject.reopen();
      expect(await sessions()).toMatchObject([
        { id: "s-2", endedAt: NOON, reason: "server ended" },
        { id: "s-1", endedAt: NOON + 30, seenAt: NOON + 30, reason: "server ended" },
      ]);
      await devices().openSession(opening(pixel, "unused", { resume: "s-1", at: NOON + 40 }));
      expect(await sessions({ device: pixel.device })).toMatchObject([{ endedAt: null, reason: null }]);
      await devices().append(batch({ seq: 2, receivedAt: NOON + 50, logs: [log("more")] }));
      await devices().openSession(opening(pixel, "s-3", { at: NOON + 60 }));
      expect(await sessions()).toMatchObject([
        { id: "s-3", endedAt: null },
        { id: "s-2", endedAt: NOON },
        { id: "s-1", endedAt: NOON + 50, reason: "connection lost" },
      ]);
    });

    test("goes by pages, of a project or of one device", async () => {
      await beginRun(subject);
      await registerBob(subject);
      await devices().openSession(opening(tablet, "s-2"));
      await devices().openSession(opening(boatPixel, "s-boat"));
      await devices().openSession(opening(pixel, "s-3"));
      const ids = async (more: Partial<SessionQuery>) => (await sessions(more)).map(({ id }) => id);
      const first = await sessions({ limit: 2 });
      expect(first.map(({ id }) => id)).toEqual(["s-3", "s-2"]);
      await devices().openSession(opening(pixel, "s-4"));
      expect(await ids({ limit: 2, before: first[1]?.cursor ?? 0 })).toEqual(["s-1"]);
      expect(await ids({ device: pixel.device })).toEqual(["s-4", "s-3", "s-1"]);
      expect(await ids({ device: "unknown" })).toEqual([]);
      expect(await ids({ project: "unknown" })).toEqual([]);
    });
  });

  describe("a session", () => {
    test("is new unless one is to be resumed", async () => {
      expect(await beginRun(subject)).toEqual({ ...fresh, session: "s-1" });
      expect(await devices().openSession(opening(pixel, "s-2"))).toEqual(fresh);
    });

    test("is resumed with what was acknowledged and missed", async () => {
      await beginRun(subject);
      await devices().append(batch({ seq: 9, missed: 2 }));
      await devices().append(batch({ seq: 12, missed: 1 }));
      await devices().closeSession({ session: "s-1", at: NOON, reason: "lost", resumable: true });
      expect(await resume()).toEqual({ session: "s-1", resumed: true, acknowledged: 12, missed: 3 });
    });

    test("is resumed after a crash, when nobody closed it", async () => {
      await beginRun(subject);
      await devices().append(batch({ seq: 4 }));
      await subject.reopen();
      expect(await resume()).toEqual({ session: "s-1", resumed: true, acknowledged: 4, missed: 0 });
    });

    test("is resumed as often as it is lost", async () => {
      await beginRun(subject);
      for (const at of [NOON + 500, NOON + 1_000, NOON + 1_500]) {
        await devices().closeSession({ session: "s-1", at, reason: "lost", resumable: true });
        expect(await resume({ at, resumeAfter: at - 100 })).toMatchObject({ session: "s-1", resumed: true });
      }
    });

    test("isn't resumed when it is unknown", async () => {
      await beginRun(subject);
      expect(await resume({ resume: "unknown" })).toEqual(fresh);
    });

    test("isn't resumed by another device, nor by its namesake in another project", async () => {
      await beginRun(subject);
      await registerBob(subject);
      await devices().append(batch({ seq: 9 }));
      expect(await resume({ ...tablet })).toEqual(fresh);
      expect(await resume({ ...boatPixel, newSession: "s-3" })).toEqual({ ...fresh, session: "s-3" });
    });

    test("isn't resumed once it ended for good, also not when its connection is lost after that", async () => {
      await beginRun(subject);
      await devices().append(batch({ seq: 9 }));
      await devices().closeSession({ session: "s-1", at: NOON, reason: "bye", resumable: false });
      await devices().closeSession({ session: "s-1", at: NOON, reason: "lost", resumable: true });
      expect(await resume()).toEqual(fresh);
    });

    test("isn't resumed when it was silent since before the limit, and is at the limit", async () => {
      await beginRun(subject);
      await devices().append(batch({ seq: 9, receivedAt: NOON + 100 }));
      expect(await resume({ resumeAfter: NOON + 101 })).toEqual(fresh);
      expect(await resume({ resumeAfter: NOON + 100 })).toMatchObject({ resumed: true, acknowledged: 9 });
    });

    test("was heard of when it was closed, and when it was resumed", async () => {
      await beginRun(subject);
      await devices().closeSession({ session: "s-1", at: NOON + 100, reason: "lost", resumable: true });
      expect(await resume({ at: NOON + 200, resumeAfter: NOON + 100 })).toMatchObject({ resumed: true });
      expect(await resume({ at: NOON + 300, resumeAfter: NOON + 200 })).toMatchObject({ resumed: true });
    });

    test("that is unknown is closed without an error", async () => {
      await devices().closeSession({ session: "unknown", at: NOON, reason: "lost", resumable: true });
      expect(await devices().lastEntry()).toBe(0);
    });

    test("ids are given once", async () => {
      await beginRun(subject);
      await expect(devices().openSession(opening(tablet, "s-1"))).rejects.toThrow(TypeError);
      expect(await devices().devices(rocket.id)).toHaveLength(1);
    });

    function resume(more: Partial<SessionOpening> = {}) {
      return devices().openSession(opening(pixel, "s-2", { resume: "s-1", ...more }));
    }
  });
}
