/** `npm run bench -- storage-disk`: megabytes for a million log entries and a million values, beside plain lines of JSON. */

import { join } from "node:path";
import { atMostTimes, printFigures, type Figure } from "../figure.ts";
import {
  STARTS_AT,
  addSpeakers,
  batchOf,
  bytesIn,
  diceFrom,
  finished,
  indexed,
  logsOf,
  sampleOf,
  variableNames,
  withStorage,
  type Filled,
  type Speaker,
} from "./data.ts";
import { sizesFrom } from "./sizes.ts";

export interface DiskSize {
  readonly entries: number;
  readonly values: number;
  readonly devices: number;
}

/** So many that segments are full and closed. */
export const FULL: DiskSize = { entries: 2_000_000, values: 5_000_000, devices: 50 };

const A_BATCH = 1_000;
const VARIABLES = 10;
/** With an index of every part of each message, and without any compression. */
const ENTRIES_CEILING = 1.5;
const VALUES_CEILING = 1;

export async function run(args: readonly string[]): Promise<void> {
  printFigures(await measure(sizesFrom(args, FULL)));
}

export async function measure({ entries, values, devices }: DiskSize): Promise<readonly Figure[]> {
  const ofEntries = await withStorage((filled) => storeEntries(filled, entries));
  const ofValues = await withStorage((filled) => storeValues(filled, values, devices));
  /** Bytes for one are megabytes for a million. */
  const megabytes = (bytes: number, count: number) => bytes / count;
  return [
    atMostTimes(
      "a million log entries of 120 bytes, indexed",
      megabytes(ofEntries.ours, entries),
      megabytes(ofEntries.plain, entries),
      ENTRIES_CEILING,
      "MB",
    ),
    atMostTimes(
      "a million values, indexed",
      megabytes(ofValues.ours, values),
      megabytes(ofValues.plain, values),
      VALUES_CEILING,
      "MB",
    ),
  ];
}

interface Bytes {
  readonly ours: number;
  readonly plain: number;
}

/** Closed, so that no write-ahead log is counted that goes away by itself. */
async function bytesOf(filled: Filled, plain: number): Promise<Bytes> {
  await indexed(filled.storage);
  await finished(filled);
  await filled.reopen();
  return { ours: await bytesIn(join(filled.folder, "segments")), plain };
}

async function storeEntries(filled: Filled, count: number): Promise<Bytes> {
  const [speaker] = await addSpeakers(filled.storage, 1);
  let plain = 0;
  for (let first = 0; first < count; first += A_BATCH) {
    const logs = logsOf(first, Math.min(A_BATCH, count - first), (index) => STARTS_AT + index);
    await filled.storage.devices.append(batchOf(speaker as Speaker, STARTS_AT + first, { logs }));
    for (const log of logs) plain += lineBytes({ device: speaker?.device, ...log });
  }
  return bytesOf(filled, plain);
}

async function storeValues(filled: Filled, count: number, devices: number): Promise<Bytes> {
  const names = variableNames(VARIABLES);
  const speakers = await addSpeakers(filled.storage, devices, names);
  const roll = diceFrom(5);
  let plain = 0;
  const rounds = Math.ceil(count / VARIABLES / devices);
  for (let round = 0; round < rounds; round += 1) {
    const at = STARTS_AT + round * 100;
    const said = speakers.map((speaker) => {
      const samples = names.map((name) => sampleOf(name, roll(10_000) / 8, at));
      for (const { name, value } of samples)
        plain += lineBytes({ device: speaker.device, name, at, receivedAt: at, value });
      return filled.storage.devices.append(batchOf(speaker, at, { samples }));
    });
    await Promise.all(said);
  }
  return bytesOf(filled, plain);
}

function lineBytes(line: object): number {
  return Buffer.byteLength(JSON.stringify(line)) + 1;
}
