/** Four hours of a device's log and of a variable's values, each hour in a segment of its own: hour 0 in number 1, and so on. */

import { join } from "node:path";
import { beforeEach, expect } from "vitest";
import {
  NOON,
  batch,
  beginRun,
  declaration,
  log,
  opening,
  pixel,
  rocket,
  sample,
} from "../../src/contract/subject.ts";
import type { Storage } from "../../src/index.ts";
import { useStorage } from "./storages.ts";

const HOUR_MS = 3_600_000;
/** Nothing is indexed before the end of the test. */
const UNINDEXED = 1_000_000;

/** The hours that are found in each kind of list. */
export interface Hours {
  readonly logs: readonly number[];
  readonly values: readonly number[];
}

/** A storage on those four hours, of each test of a file. */
export interface StorageOfHours {
  readonly storage: Storage;
  readonly folder: string;
  /** To be called when it is closed. */
  open(indexDelayMs?: number): Promise<void>;
  append(hour: number): Promise<void>;
  read(): Promise<Hours>;
  expect(...hours: readonly number[]): Promise<void>;
  /** Opens it without a segment that was closed, number 2: the others are read, and what comes is stored. */
  openWithoutClosed(): Promise<void>;
  /** Opens it without the one that was being written to, number 4: what comes goes into another. */
  openWithoutLast(): Promise<void>;
  /** A segment's file, from the folder on. */
  nameOf(number: number): string;
  file(number: number): string;
}

export function useHours(): StorageOfHours {
  const place = useStorage();
  const nameOf = (number: number) => join("segments", "1", `${number}.db`);

  async function open(indexDelayMs = UNINDEXED): Promise<void> {
    await place.open({ indexDelayMs, segmentAgeMs: HOUR_MS });
  }

  async function append(hour: number): Promise<void> {
    const at = NOON + hour * HOUR_MS;
    const times = { at, receivedAt: at };
    const samples = [sample("speed", hour, at, times)];
    await place.storage.devices.append(
      batch({ receivedAt: at, samples, logs: [log(`hour ${hour}`, times)] }),
    );
  }

  async function read(): Promise<Hours> {
    const { devices } = place.storage;
    const logs = await devices.logs({ project: rocket.id, limit: 100, order: "oldest" });
    const history = await devices.history({ ...pixel, name: "speed", kind: "float", points: 100 });
    const { samples } = await devices.samples({ project: rocket.id, limit: 100 });
    expect(samples.map(({ value }) => value)).toEqual(history.map(([, value]) => value));
    const hours = logs.map(({ message }) => Number(message.slice("hour ".length)));
    expect(logs.map(({ message }) => message)).toEqual(hours.map((hour) => `hour ${hour}`));
    await devices.markers({ project: rocket.id, limit: 100 });
    await devices.status();
    return {
      logs: hours,
      values: history.map(([, value]) => value as number),
    };
  }

  async function expectHours(...hours: readonly number[]): Promise<void> {
    expect(await read()).toEqual({ logs: hours, values: hours });
  }

  async function openWithoutClosed(): Promise<void> {
    await open();
    await expectHours(0, 2, 3);
    await append(4);
    await expectHours(0, 2, 3, 4);
  }

  async function openWithoutLast(): Promise<void> {
    await open();
    await expectHours(0, 1, 2);
    await place.storage.devices.openSession(opening(pixel, "s-1", { resume: "s-1" }));
    expect(await place.storage.devices.deviceState(pixel)).toBeDefined();
    await append(4);
    await append(5);
    await expectHours(0, 1, 2, 4, 5);
  }

  beforeEach(async () => {
    await open();
    await beginRun({ storage: place.storage, reopen: () => place.storage.close() });
    await place.storage.devices.append(batch({ declarations: [declaration("speed")] }));
    for (let hour = 0; hour < 4; hour += 1) await append(hour);
  });

  return {
    get storage() {
      return place.storage;
    },
    get folder() {
      return place.folder;
    },
    open,
    append,
    read,
    expect: expectHours,
    openWithoutClosed,
    openWithoutLast,
    nameOf,
    file: (number) => join(place.folder, nameOf(number)),
  };
}
