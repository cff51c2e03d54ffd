/** `npm run bench -- storage-search --entries 10000000`: the first page of searches among many log entries of one day. */

import { DAY_MS, HOUR_MS } from "@wheelhouse/api";
import type { LogQuery, Storage } from "@wheelhouse/storage";
import { atMost, printFigures, quantile, type Figure } from "../figure.ts";
import {
  COMMON_WORD,
  PROJECT,
  RARE_WORD,
  STARTS_AT,
  addSpeakers,
  batchOf,
  indexed,
  logsOf,
  withStorage,
} from "./data.ts";
import { sizesFrom } from "./sizes.ts";

export interface SearchSize {
  readonly entries: number;
  /** Of each search. */
  readonly times: number;
}

export const FULL: SearchSize = { entries: 10_000_000, times: 100 };

const CEILING_MS = 100;
const DEVICES = 8;
const ENTRIES_A_BATCH = 1_000;
const PAGE = 100;

export async function run(args: readonly string[]): Promise<void> {
  printFigures(await measure(sizesFrom(args, FULL)));
}

export function measure({ entries, times }: SearchSize): Promise<readonly Figure[]> {
  return withStorage(async ({ storage }) => {
    await fill(storage, entries);
    await indexed(storage);
    const anHour = { from: STARTS_AT + DAY_MS / 2, to: STARTS_AT + DAY_MS / 2 + HOUR_MS };
    const searches: readonly (readonly [string, Partial<LogQuery>])[] = [
      ["a rare word", { text: RARE_WORD }],
      ["a common word", { text: COMMON_WORD }],
      ["a common word, a level and an hour", { text: COMMON_WORD, level: "warn", ...anHour }],
      ["a number", { text: " 48213" }],
      ["what isn't there", { text: "nowhere to be found" }],
      ["one device's errors", { device: "device-3", level: "error" }],
    ];
    const figures: Figure[] = [];
    for (const [what, query] of searches) figures.push(await search(storage, what, entries, query, times));
    return figures;
  });
}

async function fill(storage: Storage, entries: number): Promise<void> {
  const speakers = await addSpeakers(storage, DEVICES);
  const at = (index: number) => STARTS_AT + Math.floor((index / entries) * DAY_MS);
  let next = 0;
  await Promise.all(
    speakers.map(async (speaker) => {
      while (next < entries) {
        const first = next;
        next += ENTRIES_A_BATCH;
        const logs = logsOf(first, Math.min(ENTRIES_A_BATCH, entries - first), at);
        await storage.devices.append(batchOf(speaker, at(first), { logs }));
      }
    }),
  );
}

async function search(
  { devices }: Storage,
  what: string,
  entries: number,
  query: Partial<LogQuery>,
  times: number,
): Promise<Figure> {
  const taken: number[] = [];
  let found = 0;
  for (let time = 0; time < times; time += 1) {
    const begun = performance.now();
    found = (await devices.logs({ project: PROJECT, limit: PAGE, ...query })).length;
    taken.push(performance.now() - begun);
  }
  const among = `${what}, among ${entries / 1e6} M: ${found} found, p95`;
  return atMost(among, quantile(taken, 0.95), CEILING_MS, "ms");
}
