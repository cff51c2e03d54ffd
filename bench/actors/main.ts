/** `npm run bench -- actors`: all figures of `@wheelhouse/actors` as one table. */

import { start } from "@wheelhouse/actors";
import { measure as measureCalls, FULL as CALLS } from "./calls.ts";
import { measure as measureCasts, FULL as CASTS } from "./casts.ts";
import { measure as measureChildren, FULL as CHILDREN } from "./children.ts";
import { measure as measureFairness, FULL as FAIRNESS } from "./fairness.ts";
import { Counter } from "./counter.ts";
import { printFigures, type Figure } from "../figure.ts";
import { measure as measureMemory, FULL as MEMORY } from "./memory.ts";
import { measure as measureQueuedCalls, FULL as QUEUED_CALLS } from "./queued-calls.ts";

export async function run(): Promise<void> {
  // While no process lives, the host forgets what it has learnt about their code.
  const kept = await start(Counter, undefined);
  const figures: Figure[] = [
    ...(await measureCasts(CASTS)),
    ...(await measureCalls(CALLS)),
    ...(await measureQueuedCalls(QUEUED_CALLS)),
    ...(await measureChildren(CHILDREN)),
    ...(await measureMemory(MEMORY)),
    ...(await measureFairness(FAIRNESS)),
  ];
  await kept.stop();
  printFigures(figures);
}
