/** What a device said, stored as a whole. */

import type { JsonValue } from "@wheelhouse/protocol";
import { describe, expect, test } from "vitest";
import {
  NOON,
  batch,
  beginRun,
  changeOf,
  declaration,
  log,
  marker,
  opening,
  pixel,
  rocket,
  sample,
  tablet,
  type Subject,
} from "./subject.ts";

export function batchContract(subject: Subject): void {
  const devices = () => subject.storage.devices;
  const acknowledged = async () =>
    (await devices().openSession(opening(pixel, "unused", { resume: "s-1" }))).acknowledged;
  const variables = async () => (await devices().deviceState(pixel))?.variables;
  const history = (name: string) => devices().history({ ...pixel, name, kind: "json", points: 100 });

  describe("a batch", () => {
    test("is stored with the seq that covers it, and gives its log entries their ids", async () => {
      await beginRun(subject);
      const stored = await devices().append(
        batch({
          seq: 3,
          declarations: [declaration("speed")],
          samples: [sample("speed", 3.5)],
          logs: [log("one", { level: "warn", fields: { lives: 2 } }), log("two")],
        }),
      );
      expect(stored.writes).toEqual([]);
      expect(stored.logs).toMatchObject([
        { ...pixel, session: "s-1", ...log("one", { level: "warn", fields: { lives: 2 } }) },
        { ...pixel, session: "s-1", ...log("two") },
      ]);
      expect(await devices().logs({ project: rocket.id, limit: 10 })).toEqual(stored.logs.toReversed());
      expect(await history("speed")).toEqual([[NOON, 3.5]]);
      expect(await acknowledged()).toBe(3);
    });

    test("that can't be stored leaves nothing behind, whatever part of it is wrong", async () => {
      await beginRun(subject);
      const wrong = batch({
        seq: 3,
        declarations: [declaration("speed")],
        samples: [sample("speed", 1), sample("undeclared", 1)],
        logs: [log("lost")],
      });
      await expect(devices().append(wrong)).rejects.toThrow(TypeError);
      expect(await variables()).toEqual([]);
      expect(await devices().logs({ project: rocket.id, limit: 10 })).toEqual([]);
      expect(await acknowledged()).toBe(0);
    });

    test("that can't be stored harms none of those that are asked at the same time", async () => {
      await beginRun(subject);
      const outcomes = await Promise.allSettled([
        devices().append(batch({ seq: 1, logs: [log("before")] })),
        devices().append(batch({ seq: 7, samples: [sample("undeclared", 1)], logs: [log("lost")] })),
        devices().append(batch({ seq: 2, logs: [log("after")] })),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
      const stored = await devices().logs({ project: rocket.id, limit: 10 });
      expect(stored.map(({ message }) => message)).toEqual(["after", "before"]);
      expect(await acknowledged()).toBe(2);
    });

    test("needs a session of its device", async () => {
      await beginRun(subject);
      await devices().openSession(opening(tablet, "s-tablet"));
      for (const session of ["unknown", "s-tablet"]) {
        await expect(devices().append(batch({ session, logs: [log("lost")] }))).rejects.toThrow(TypeError);
      }
      expect(await devices().lastEntry()).toBe(0);
    });

    test("never takes the acknowledged seq back, and without one leaves it", async () => {
      await beginRun(subject);
      await devices().append(batch({ seq: 8 }));
      await devices().append(batch({ seq: 5 }));
      await devices().append(batch());
      expect(await acknowledged()).toBe(8);
    });

    test("gives its markers their ids after those of its log entries", async () => {
      await beginRun(subject);
      const fight = marker("boss fight", { at: NOON - 1, fields: { hp: [3, null] } });
      const stored = await devices().append(batch({ seq: 4, logs: [log("one")], markers: [fight] }));
      const own = { ...pixel, session: "s-1", by: null };
      expect(stored.markers).toEqual([{ ...own, ...fight, id: (stored.logs[0]?.id ?? 0) + 1 }]);
      expect(await devices().markers({ project: rocket.id, limit: 10 })).toEqual(stored.markers);
      expect(await acknowledged()).toBe(4);
    });

    test("is stored in the order it was asked", async () => {
      await beginRun(subject);
      const asked = Array.from({ length: 50 }, (_, index) => index);
      const stored = await Promise.all(
        asked.map((index) => devices().append(batch({ seq: index + 1, logs: [log(`entry ${index}`)] }))),
      );
      const ids = stored.flatMap(({ logs }) => logs.map(({ id }) => id));
      expect(ids).toEqual(ids.toSorted((one, other) => one - other));
      expect(new Set(ids).size).toBe(50);
    });
  });

  describe("variables", () => {
    test("come in the order of their first declaration", async () => {
      await beginRun(subject);
      await devices().append(batch({ declarations: [declaration("b"), declaration("a")] }));
      await devices().append(batch({ declarations: [declaration("c"), declaration("b", "string")] }));
      expect((await variables())?.map((variable) => variable.declaration)).toEqual([
        { name: "b", kind: "string", writable: true },
        { name: "a", kind: "float", writable: true },
        { name: "c", kind: "float", writable: true },
      ]);
    });

    test("keep the reported value when they are declared again", async () => {
      await beginRun(subject);
      const { declaration: plain } = declaration("speed");
      const full = { ...plain, min: 0, max: 9, step: 0.1, unit: "m/s", group: "Enemies", help: "…" };
      await devices().append(
        batch({ declarations: [{ declaration: plain, type: "float" }], samples: [sample("speed", 4)] }),
      );
      const reported = { value: 4, at: NOON, receivedAt: NOON + 5 };
      expect(await variables()).toEqual([{ declaration: plain, type: "float", reported }]);
      await devices().append(batch({ declarations: [{ declaration: full, type: null }] }));
      expect(await variables()).toEqual([{ declaration: full, type: null, reported }]);
    });

    test("report nothing before their first value", async () => {
      await beginRun(subject);
      await devices().append(batch({ declarations: [declaration("speed")] }));
      expect(await variables()).toMatchObject([{ reported: null }]);
    });

    test("report what was said last, whatever its time", async () => {
      await beginRun(subject);
      await devices().append(
        batch({
          declarations: [declaration("speed")],
          samples: [sample("speed", 1, NOON + 50), sample("speed", 2, NOON + 10)],
        }),
      );
      expect(await variables()).toMatchObject([{ reported: { value: 2, at: NOON + 10 } }]);
      expect(await history("speed")).toEqual([
        [NOON + 10, 2],
        [NOON + 50, 1],
      ]);
    });

    test("keep a backlog's samples in their history only", async () => {
      await beginRun(subject);
      await devices().append(
        batch({
          declarations: [declaration("speed")],
          samples: [sample("speed", 1), sample("speed", 2, NOON + 10, { backlog: true })],
        }),
      );
      expect(await variables()).toMatchObject([{ reported: { value: 1, at: NOON } }]);
      expect(await history("speed")).toEqual([
        [NOON, 1],
        [NOON + 10, 2],
      ]);
    });

    test("may be anything that JSON can say", async () => {
      await beginRun(subject);
      const values: JsonValue[] = [
        null,
        true,
        false,
        0,
        -0.5,
        1e300,
        Number.MAX_SAFE_INTEGER,
        2 ** 60,
        "",
        "12",
        "null",
        "line\nand \0 and ü and 🚀",
        [],
        [1, "two", [null]],
        { x: 1, "y z": { deep: [true] } },
      ];
      const names = values.map((_, index) => `v${index}`);
      await devices().append(
        batch({
          declarations: names.map((name) => declaration(name, "json")),
          samples: values.map((value, index) => sample(`v${index}`, value)),
        }),
      );
      expect((await variables())?.map(({ reported }) => reported?.value)).toEqual(values);
      for (const [index, name] of names.entries()) {
        expect(await history(name)).toEqual([[NOON, values[index]]]);
      }
    });
  });

  test("a device's state is undefined for one that isn't there", async () => {
    await beginRun(subject);
    expect(await devices().deviceState(tablet)).toBeUndefined();
    expect(await devices().deviceState({ ...pixel, project: "unknown" })).toBeUndefined();
  });

  test("a device's state holds all that was asked to be stored before", async () => {
    await beginRun(subject);
    const stored = devices().append(
      batch({ declarations: [declaration("speed")], samples: [sample("speed", 7)] }),
    );
    const state = await devices().deviceState(pixel);
    expect(state?.variables.map(({ reported }) => reported?.value)).toEqual([7]);
    await stored;
  });

  test("a batch's answers to writes are stored with it", async () => {
    await beginRun(subject);
    await devices().append(batch({ declarations: [declaration("speed")] }));
    const { writes } = await devices().change(changeOf({ speed: 5 }));
    const id = writes[0]?.id ?? 0;
    const update = { id, state: "applied", applied: 4.5, at: NOON + 9 } as const;
    const answer = await devices().append(batch({ logs: [log("answered")], writes: [update] }));
    expect(answer.writes).toMatchObject([{ id, state: "applied", applied: 4.5, updatedAt: NOON + 9 }]);
    expect((await devices().deviceState(pixel))?.writes).toEqual(answer.writes);
    expect(new Set([writes[0]?.entry, answer.logs[0]?.id, answer.writes[0]?.entry]).size).toBe(3);
  });
}
