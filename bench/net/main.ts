/** `npm run bench -- net`: all figures of `@wheelhouse/net` as one table. */

import { printFigures, type Figure } from "../figure.ts";
import { measure as measureAccepts, FULL as ACCEPTS } from "./accepts.ts";
import { measure as measureChurn, FULL as CHURN } from "./churn.ts";
import { measure as measureDescriptors, FULL as DESCRIPTORS } from "./descriptors.ts";
import { FULL as ECHO } from "./echo-figures.ts";
import { measure as measureEndlessLine, FULL as ENDLESS_LINE } from "./endless-line.ts";
import { measure as measureIdleMemory, FULL as IDLE_MEMORY } from "./idle-memory.ts";
import { measure as measureLines } from "./lines.ts";
import { measure as measureLongLines } from "./long-lines.ts";
import { measure as measureRoundTrips } from "./round-trips.ts";
import { measure as measureSleeper, FULL as SLEEPER } from "./sleeper.ts";

export async function run(): Promise<void> {
  const figures: Figure[] = [
    ...(await measureLines(ECHO)),
    ...(await measureRoundTrips(ECHO)),
    ...(await measureLongLines(ECHO)),
    ...(await measureIdleMemory(IDLE_MEMORY)),
    ...(await measureAccepts(ACCEPTS)),
    ...(await measureEndlessLine(ENDLESS_LINE)),
    ...(await measureSleeper(SLEEPER)),
    ...(await measureDescriptors(DESCRIPTORS)),
    ...(await measureChurn(CHURN)),
  ];
  printFigures(figures);
}
