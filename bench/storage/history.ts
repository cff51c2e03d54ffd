/** `npm run bench -- storage-history`: a day of one variable at 10 Hz, thinned to 1,000 points with its peaks. */

import { DAY_MS } from "@wheelhouse/api";
import type { HistoryQuery, Storage } from "@wheelhouse/storage";
import { atMost, printFigures, quantile, type Figure } from "../figure.ts";
import {
  STARTS_AT,
  addSpeakers,
  batchOf,
  diceFrom,
  indexed,
  sampleOf,
  withStorage,
  type Speaker,
} from "./data.ts";
import { sizesFrom } from "./sizes.ts";

export interface HistorySize {
  readonly samples: number;
  readonly times: number;
}

export const FULL: HistorySize = { samples: 864_000, times: 100 };

const CEILING_MS = 20;
const SAMPLES_A_BATCH = 1_000;
const POINTS = 1_000;
const VARIABLE = "speed";

export async function run(args: readonly string[]): Promise<void> {
  printFigures(await measure(sizesFrom(args, FULL)));
}

export function measure({ samples, times }: HistorySize): Promise<readonly Figure[]> {
  return withStorage(async ({ storage }) => {
    const [speaker] = await addSpeakers(storage, 1, [VARIABLE]);
    const peak = await fill(storage, speaker as Speaker, samples);
    await indexed(storage);
    const { project, device } = speaker as Speaker;
    const day: HistoryQuery = { project, device, name: VARIABLE, kind: "float", points: POINTS };
    const hours = { ...day, from: STARTS_AT + DAY_MS / 4, to: STARTS_AT + DAY_MS / 2 };
    const points = await storage.devices.history(day);
    const hasPeak = points.length <= POINTS && points.some(([, value]) => value === peak);
    return [
      await read(storage, `${samples} samples of a day as ${points.length} points, median`, day, times),
      await read(storage, "six hours of it, median", hours, times),
      atMost("peaks that are missing", hasPeak ? 0 : 1, 0, ""),
    ];
  });
}

/** Gives the highest value. */
async function fill({ devices }: Storage, speaker: Speaker, count: number): Promise<number> {
  const roll = diceFrom(3);
  let peak = -Infinity;
  for (let first = 0; first < count; first += SAMPLES_A_BATCH) {
    const length = Math.min(SAMPLES_A_BATCH, count - first);
    const samples = Array.from({ length }, (_, offset) => {
      const index = first + offset;
      const value = Math.sin(index / 5_000) * 50 + roll(1_000) / 128;
      peak = Math.max(peak, value);
      return sampleOf(VARIABLE, value, STARTS_AT + Math.floor((index / count) * DAY_MS));
    });
    await devices.append(batchOf(speaker, samples[0]?.at ?? STARTS_AT, { samples }));
  }
  return peak;
}

async function read({ devices }: Storage, what: string, query: HistoryQuery, times: number): Promise<Figure> {
  const taken: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const begun = performance.now();
    await devices.history(query);
    taken.push(performance.now() - begun);
  }
  return atMost(what, quantile(taken, 0.5), CEILING_MS, "ms");
}
