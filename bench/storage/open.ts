/** `npm run bench -- storage-open --bytes 5000000000`: opening a big data folder. */

import type { Storage } from "@wheelhouse/storage";
import { atMost, printFigures, quantile, type Figure } from "../figure.ts";
import {
  PROJECT,
  STARTS_AT,
  addSpeakers,
  batchOf,
  bytesIn,
  logsOf,
  withStorage,
  type Speaker,
} from "./data.ts";
import { sizesFrom } from "./sizes.ts";

export interface OpenSize {
  readonly bytes: number;
  readonly times: number;
}

export const FULL: OpenSize = { bytes: 5_000_000_000, times: 5 };

const CEILING_MS = 1_000;
const ENTRIES_A_BATCH = 2_000;
const BATCHES_A_LOOK = 50;
const IN_FLIGHT = 4;

export async function run(args: readonly string[]): Promise<void> {
  printFigures(await measure(sizesFrom(args, FULL)));
}

export function measure({ bytes, times }: OpenSize): Promise<readonly Figure[]> {
  return withStorage(async (filled) => {
    const speakers = await addSpeakers(filled.storage, IN_FLIGHT);
    await fillTo(filled.storage, speakers, bytes);
    const taken: number[] = [];
    for (let time = 0; time < times; time += 1) {
      const begun = performance.now();
      await filled.reopen();
      await filled.storage.devices.devices(PROJECT);
      taken.push(performance.now() - begun);
    }
    const size = ((await bytesIn(filled.folder)) / 1e9).toFixed(2);
    const what = `closing, opening and the first answer with ${size} GB, median`;
    return [atMost(what, quantile(taken, 0.5), CEILING_MS, "ms")];
  });
}

async function fillTo({ devices }: Storage, speakers: readonly Speaker[], bytes: number): Promise<void> {
  const logs = logsOf(0, ENTRIES_A_BATCH, () => STARTS_AT);
  for (let filled = 0; filled < bytes; filled = (await devices.status()).bytes) {
    await Promise.all(
      speakers.map(async (speaker) => {
        for (let batch = 0; batch < BATCHES_A_LOOK; batch += 1) {
          await devices.append(batchOf(speaker, STARTS_AT, { logs }));
        }
      }),
    );
  }
}
