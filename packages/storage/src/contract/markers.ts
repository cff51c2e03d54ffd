/** Markers: moments that a device or a person wants to find again. */

import { describe, expect, test } from "vitest";
import type { MarkerQuery, PersonMarker } from "../ports.ts";
import {
  NOON,
  ann,
  batch,
  beginRun,
  boatPixel,
  marker,
  opening,
  pixel,
  registerBob,
  rocket,
  tablet,
  type Subject,
} from "./subject.ts";

export function markerContract(subject: Subject): void {
  const devices = () => subject.storage.devices;

  async function search(more: Partial<MarkerQuery> = {}): Promise<readonly string[]> {
    const found = await devices().markers({ project: rocket.id, limit: 100, ...more });
    return found.map(({ name }) => name);
  }

  function byAnn(name: string, more: Partial<PersonMarker> = {}): PersonMarker {
    return { ...marker(name), project: rocket.id, device: null, by: ann.id, ...more };
  }

  describe("markers", () => {
    test("by a person come back as they were stored", async () => {
      await beginRun(subject);
      const set = byAnn("release", { at: NOON - 5, fields: { version: "1.4" } });
      const stored = await devices().addMarker(set);
      expect(stored).toEqual({ ...set, session: null, id: await devices().lastEntry() });
      const onDevice = await devices().addMarker(byAnn("odd", { device: pixel.device }));
      expect(onDevice.id).toBeGreaterThan(stored.id);
      expect(await devices().markers({ project: rocket.id, limit: 10 })).toEqual([onDevice, stored]);
    });

    test("of what isn't there are refused, and leave nothing behind", async () => {
      await beginRun(subject);
      await expect(devices().addMarker(byAnn("lost", { project: "unknown" }))).rejects.toThrow(TypeError);
      await expect(devices().addMarker(byAnn("lost", { device: "unknown" }))).rejects.toThrow(TypeError);
      expect(await search()).toEqual([]);
      expect(await devices().lastEntry()).toBe(0);
    });

    test("are filtered by project, by session, and by device with those of the whole project", async () => {
      await beginRun(subject);
      await registerBob(subject);
      await devices().openSession(opening(pixel, "s-2"));
      await devices().openSession(opening(tablet, "s-tablet"));
      await devices().openSession(opening(boatPixel, "s-boat"));
      await devices().append(batch({ markers: [marker("first run")] }));
      await devices().append(batch({ session: "s-2", markers: [marker("second run")] }));
      await devices().append(batch({ ...tablet, session: "s-tablet", markers: [marker("tablet")] }));
      await devices().append(batch({ ...boatPixel, session: "s-boat", markers: [marker("boat")] }));
      await devices().addMarker(byAnn("everywhere"));
      expect(await search()).toEqual(["everywhere", "tablet", "second run", "first run"]);
      expect(await search({ device: pixel.device })).toEqual(["everywhere", "second run", "first run"]);
      expect(await search({ device: tablet.device })).toEqual(["everywhere", "tablet"]);
      expect(await search({ session: "s-1" })).toEqual(["first run"]);
      expect(await search({ session: "unknown" })).toEqual([]);
      expect(await search({ project: boatPixel.project })).toEqual(["boat"]);
      expect(await search({ project: "unknown" })).toEqual([]);
    });

    test("are filtered by time, both bounds included", async () => {
      await beginRun(subject);
      const markers = [10, 30, 20].map((offset) => marker(`${offset}`, { at: NOON + offset }));
      await devices().append(batch({ markers }));
      expect(await search({ from: NOON + 20 })).toEqual(["20", "30"]);
      expect(await search({ to: NOON + 20 })).toEqual(["20", "10"]);
      expect(await search({ from: NOON + 11, to: NOON + 29 })).toEqual(["20"]);
    });

    test("go by pages, either way", async () => {
      await beginRun(subject);
      await devices().append(batch({ markers: ["1", "2", "3", "4"].map((name) => marker(name)) }));
      const first = await devices().markers({ project: rocket.id, limit: 2 });
      expect(first.map(({ name }) => name)).toEqual(["4", "3"]);
      expect(await search({ before: first[1]?.id ?? 0, limit: 1 })).toEqual(["2"]);
      expect(await search({ order: "oldest", limit: 2 })).toEqual(["1", "2"]);
      expect(await search({ order: "oldest", after: first[1]?.id ?? 0 })).toEqual(["4"]);
    });
  });
}
