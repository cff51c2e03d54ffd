/** Waiting for the indexer. */

import { expect } from "vitest";
import type { Storage } from "../../src/index.ts";

/** Answers that are waited for at the most: many more than the indexer can take. */
const MOST_ANSWERS = 100_000;

/** Resolves once everything that is stored is in the index. */
export async function indexed({ devices }: Storage): Promise<void> {
  for (let answers = 0; answers < MOST_ANSWERS; answers += 1) {
    const { indexLagEntries, indexLagSamples } = await devices.status();
    if (indexLagEntries + indexLagSamples === 0) return;
  }
  expect.unreachable("the indexer should have been done by now");
}
