/** `npm run bench -- storage-ingest`: log entries and values a second that are stored, each synced before it is answered. */

import type { Storage } from "@wheelhouse/storage";
import { atLeast, medians, printFigures, type Figure } from "../figure.ts";
import {
  addSpeakers,
  batchOf,
  diceFrom,
  logsOf,
  sampleOf,
  variableNames,
  withStorage,
  STARTS_AT,
  type Speaker,
} from "./data.ts";
import { sizesFrom } from "./sizes.ts";

export interface IngestSize {
  readonly entries: number;
  readonly values: number;
  readonly devices: number;
  readonly runs: number;
}

export const FULL: IngestSize = { entries: 2_000_000, values: 2_000_000, devices: 5_000, runs: 3 };

/** Devices that log, each with as many entries on their way as its process gathers under load. */
const LOGGING = 8;
const ENTRIES_A_BATCH = 200;
const VARIABLES = 10;
/** Devices whose batch is on its way at a time. */
const IN_FLIGHT = 500;

export async function run(args: readonly string[]): Promise<void> {
  printFigures(await measure(sizesFrom(args, FULL)));
}

export async function measure({ entries, values, devices, runs }: IngestSize): Promise<readonly Figure[]> {
  const seconds = await medians(runs, {
    entries: () => withStorage(({ storage }) => storeEntries(storage, entries)),
    values: () => withStorage(({ storage }) => storeValues(storage, values, devices)),
  });
  return [
    atLeast("log entries of 120 bytes stored, 8 devices", entries / seconds.entries, 150_000, "/s"),
    atLeast(`values stored, ${devices} devices × ${VARIABLES}`, values / seconds.values, 100_000, "/s"),
  ];
}

async function storeEntries(storage: Storage, count: number): Promise<number> {
  const speakers = await addSpeakers(storage, LOGGING);
  // Made before: what is measured is the storing.
  const logs = logsOf(0, ENTRIES_A_BATCH, () => STARTS_AT);
  return inTurns(speakers, LOGGING, Math.ceil(count / ENTRIES_A_BATCH), (speaker, seq) =>
    storage.devices.append(batchOf(speaker, STARTS_AT + seq, { seq, logs })),
  );
}

async function storeValues(storage: Storage, count: number, devices: number): Promise<number> {
  const names = variableNames(VARIABLES);
  const speakers = await addSpeakers(storage, devices, names);
  const roll = diceFrom(1);
  return inTurns(speakers, IN_FLIGHT, Math.ceil(count / VARIABLES), (speaker, seq) => {
    const at = STARTS_AT + seq * 500;
    const samples = names.map((name) => sampleOf(name, roll(10_000) / 8, at));
    return storage.devices.append(batchOf(speaker, at, { seq, samples }));
  });
}

/** Lets the speakers speak in turn, so many at a time and so often in all; gives the seconds that takes. */
async function inTurns(
  speakers: readonly Speaker[],
  atATime: number,
  count: number,
  speak: (speaker: Speaker, seq: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const begun = performance.now();
  const speakOn = async () => {
    while (next < count) {
      const turn = next;
      next += 1;
      const speaker = speakers[turn % speakers.length] as Speaker;
      await speak(speaker, Math.floor(turn / speakers.length) + 1);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atATime, speakers.length) }, speakOn));
  return (performance.now() - begun) / 1_000;
}
