/** What was stored after an entry id. */

import { describe, expect, test } from "vitest";
import type { MarkerRecord, PersonMarker, StoredChange, StoredEntries, WriteRecord } from "../ports.ts";
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
  registerBob,
  rocket,
  type Subject,
} from "./subject.ts";

export function entryContract(subject: Subject): void {
  const devices = () => subject.storage.devices;

  describe("entries", () => {
    test("none are given out at first", async () => {
      expect(await devices().lastEntry()).toBe(0);
      expect(await devices().entriesAfter(rocket.id, 0, 10)).toEqual({ logs: [], markers: [], writes: [] });
    });

    test("share one rising count between log entries, markers and changes of writes", async () => {
      await beginRun(subject);
      await devices().append(batch({ declarations: [declaration("speed")] }));
      const ids: number[] = [];
      const { logs } = await devices().append(batch({ logs: [log("a"), log("b")] }));
      ids.push(...logs.map(({ id }) => id));
      const { markers } = await devices().append(batch({ markers: [marker("boss fight")] }));
      ids.push(...markers.map(({ id }) => id));
      const first = await devices().change(changeOf({ speed: 1 }));
      ids.push(...first.writes.map(({ entry }) => entry));
      const second = await devices().change(changeOf({ speed: 2 }));
      ids.push(...[...second.replaced, ...second.writes].map(({ entry }) => entry));
      const updates = second.writes.map(({ id }) => ({ id, state: "sent" as const, at: NOON }));
      const sent = await devices().updateWrites(updates);
      ids.push(...sent.map(({ entry }) => entry));
      expect(ids).toHaveLength(7);
      expect(ids).toEqual([...new Set(ids)].sort((one, other) => one - other));
      expect(await devices().lastEntry()).toBe(ids.at(-1));
      await subject.reopen();
      expect(await devices().lastEntry()).toBe(ids.at(-1));
      const after = await devices().updateWrites(updates);
      expect(after[0]?.entry).toBeGreaterThan(ids.at(-1) ?? Infinity);
    });

    test("are answered for in the order of their ids, whatever stored them", async () => {
      const ROUNDS = 10;
      const names = Array.from({ length: ROUNDS }, (_, round) => `v${round}`);
      await beginRun(subject);
      await devices().append(batch({ declarations: ["speed", ...names].map((name) => declaration(name)) }));
      const open: WriteRecord[] = [];
      for (const [round, name] of names.entries()) {
        const expiring = { ...changeOf({ [name]: 1 }), expiresAt: NOON + round };
        open.push(...(await devices().change(expiring)).writes);
      }
      const answered: number[] = [];
      const hear = (stored: Promise<Stored | MarkerRecord | readonly WriteRecord[]>) =>
        stored.then((answer) => void answered.push(...entriesOf(answer)));
      const mark: PersonMarker = { ...marker("here"), project: rocket.id, device: null, by: "ann" };
      const asked = open.flatMap(({ id }, round) => [
        hear(devices().append(batch({ logs: [log("a"), log("b")] }))),
        hear(devices().change(changeOf({ speed: round }))),
        hear(devices().append(batch({ markers: [marker("boss fight")] }))),
        hear(devices().addMarker(mark)),
        hear(devices().updateWrites([{ id, state: "sent", at: NOON }])),
        hear(devices().expireWrites(NOON + round)),
      ]);
      await Promise.all(asked);
      expect(answered.length).toBeGreaterThan(ROUNDS * 7);
      expect(answered).toEqual(answered.toSorted((one, other) => one - other));
    });

    test("after an id are the log entries and the writes that changed since, by rising id", async () => {
      await beginRun(subject);
      await devices().append(batch({ declarations: [declaration("speed"), declaration("lives")] }));
      const { writes } = await devices().change(changeOf({ speed: 1, lives: 1 }));
      const [speed, lives] = writes;
      const before = await devices().lastEntry();
      const { logs, markers } = await devices().append(
        batch({ logs: [log("a"), log("b")], markers: [marker("boss fight")] }),
      );
      const changed = [
        ...(await devices().updateWrites([{ id: lives?.id ?? 0, state: "sent", at: NOON }])),
        ...(await devices().updateWrites([{ id: speed?.id ?? 0, state: "sent", at: NOON }])),
      ];
      expect(await devices().entriesAfter(rocket.id, before, 10)).toEqual({ logs, markers, writes: changed });
      expect(await devices().entriesAfter(rocket.id, logs[0]?.id ?? 0, 10)).toEqual({
        logs: logs.slice(1),
        markers,
        writes: changed,
      });
      expect(await devices().entriesAfter(rocket.id, await devices().lastEntry(), 10)).toEqual({
        logs: [],
        markers: [],
        writes: [],
      });
    });

    test("are undefined when they are more than the limit in all", async () => {
      await beginRun(subject);
      await devices().append(batch({ declarations: [declaration("speed")], logs: [log("a"), log("b")] }));
      await devices().change(changeOf({ speed: 1 }));
      await devices().append(batch({ markers: [marker("boss fight")] }));
      const all = await devices().entriesAfter(rocket.id, 0, 4);
      expect([all?.logs.length, all?.markers.length, all?.writes.length]).toEqual([2, 1, 1]);
      expect(await devices().entriesAfter(rocket.id, 0, 3)).toBeUndefined();
    });

    test("are those of a project, which others don't count against", async () => {
      await beginRun(subject);
      await registerBob(subject);
      await devices().openSession(opening(boatPixel, "s-boat"));
      const { logs } = await devices().append(batch({ logs: [log("mine")] }));
      const theirs = batch({ ...boatPixel, session: "s-boat", logs: [log("a"), log("b")] });
      await devices().append({ ...theirs, declarations: [declaration("speed")] });
      await devices().change(changeOf({ speed: 1 }, boatPixel));
      expect(await devices().entriesAfter(rocket.id, 0, 1)).toEqual({ logs, markers: [], writes: [] });
      expect(await devices().entriesAfter("unknown", 0, 1)).toEqual({ logs: [], markers: [], writes: [] });
    });
  });
}

type Stored = Partial<StoredEntries & StoredChange>;

/** The ids of entries that a call has stored. */
function entriesOf(stored: Stored | MarkerRecord | readonly WriteRecord[]): readonly number[] {
  if ("id" in stored) return [stored.id];
  const {
    logs = [],
    markers = [],
    replaced = [],
    writes = [],
  } = isList(stored) ? { writes: stored } : stored;
  return [
    ...[...logs, ...markers].map(({ id }) => id),
    ...[...replaced, ...writes].map(({ entry }) => entry),
  ];
}

const isList = (stored: Stored | readonly WriteRecord[]): stored is readonly WriteRecord[] =>
  Array.isArray(stored);
