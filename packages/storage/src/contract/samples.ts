/** Samples as they arrived: what an export reads. */

import { describe, expect, test } from "vitest";
import type { SampleQuery, SampleRecord } from "../ports.ts";
import {
  NOON,
  batch,
  beginRun,
  boatPixel,
  declaration,
  opening,
  pixel,
  registerBob,
  rocket,
  sample,
  tablet,
  type Subject,
} from "./subject.ts";

/** Pages that a reading takes at the most. */
const MAX_PAGES = 1_000;

export function sampleContract(subject: Subject): void {
  const devices = () => subject.storage.devices;

  /** All of them, by pages of that size. */
  async function readAll(more: Partial<SampleQuery> = {}): Promise<readonly SampleRecord[]> {
    const read: SampleRecord[] = [];
    let after: number | null = null;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const query: SampleQuery = { project: rocket.id, limit: 100, ...more };
      const { samples, next } = await devices().samples(after === null ? query : { ...query, after });
      expect(samples.length).toBeLessThanOrEqual(query.limit);
      read.push(...samples);
      if (next === null) return read;
      after = next;
    }
    throw new Error("the pages have no end");
  }

  const values = async (more: Partial<SampleQuery> = {}) => (await readAll(more)).map(({ value }) => value);

  async function store(): Promise<void> {
    await beginRun(subject);
    await registerBob(subject);
    for (const [address, session] of [
      [tablet, "s-tablet"],
      [boatPixel, "s-boat"],
    ] as const) {
      await devices().openSession(opening(address, session));
      const declarations = [declaration("speed")];
      const samples = [sample("speed", session)];
      await devices().append(batch({ ...address, session, declarations, samples }));
    }
    const declarations = [declaration("speed"), declaration("lives")];
    const samples = [sample("speed", 1, NOON + 50), sample("lives", null, NOON + 10), sample("speed", 3)];
    await devices().append(batch({ declarations, samples }));
    await devices().append(batch({ samples: [sample("lives", { a: [4] }, NOON + 20, { backlog: true })] }));
  }

  describe("samples", () => {
    test("come in the order of their arrival, with everything that was said", async () => {
      await store();
      const own = { device: pixel.device, receivedAt: NOON + 5 };
      expect(await readAll()).toEqual([
        { ...own, device: tablet.device, name: "speed", value: "s-tablet", at: NOON },
        { ...own, name: "speed", value: 1, at: NOON + 50 },
        { ...own, name: "lives", value: null, at: NOON + 10 },
        { ...own, name: "speed", value: 3, at: NOON },
        { ...own, name: "lives", value: { a: [4] }, at: NOON + 20 },
      ]);
    });

    test.each([1, 2, 3])("are the same by pages of %i", async (limit) => {
      await store();
      expect(await readAll({ limit })).toEqual(await readAll());
    });

    test("that come later are found by going on", async () => {
      await store();
      const first = await devices().samples({ project: rocket.id, limit: 4 });
      expect(first.next).not.toBeNull();
      await devices().append(batch({ samples: [sample("speed", 5)] }));
      await subject.reopen();
      await devices().append(batch({ samples: [sample("speed", 6)] }));
      expect(await values({ after: first.next ?? 0 })).toEqual([{ a: [4] }, 5, 6]);
    });

    test("are filtered by project, device, name and time", async () => {
      await store();
      expect(await values({ device: pixel.device })).toEqual([1, null, 3, { a: [4] }]);
      expect(await values({ name: "speed" })).toEqual(["s-tablet", 1, 3]);
      expect(await values({ device: pixel.device, name: "lives", limit: 1 })).toEqual([null, { a: [4] }]);
      expect(await values({ from: NOON + 10, to: NOON + 20 })).toEqual([null, { a: [4] }]);
      expect(await values({ project: boatPixel.project })).toEqual(["s-boat"]);
      expect(await values({ device: "unknown" })).toEqual([]);
      expect(await values({ project: "unknown" })).toEqual([]);
    });
  });
}
