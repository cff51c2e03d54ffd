/**
 * `npm run bench -- queued-calls`: what one message costs a process with a long queue, and one with a short queue. Both
 * handle the same messages in the same order, one call after every fifty casts; sending them is timed too.
 */

import { start, type Application } from "@wheelhouse/actors";
import { Counter, checkCounted, type CounterProtocol } from "./counter.ts";
import { atMostTimes, medians, printFigures, type Figure, type Size } from "./figure.ts";

/** Calls; so many times {@link CASTS_A_CALL} casts wait with them. */
export const FULL: Size = { count: 10_000, runs: 7 };
const CASTS_A_CALL = 50;
/** Calls that wait at a time in the short queue. */
const SHORT_QUEUE = 10;

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export async function measure({ count, runs }: Size): Promise<readonly Figure[]> {
  await askAll(count, count);
  await askAll(count, SHORT_QUEUE);
  const { long, short } = await medians(runs, {
    long: () => askAll(count, count),
    short: () => askAll(count, SHORT_QUEUE),
  });
  const what = `a message, ${(count * CASTS_A_CALL).toLocaleString("en")} queued, and next to none`;
  return [atMostTimes(what, long, short, 1.5, "ns")];
}

/** Nanoseconds a message, with so many calls at a time. */
async function askAll(calls: number, atATime: number): Promise<number> {
  const counter = await start(Counter, undefined);
  const begun = performance.now();
  let last = 0;
  for (let asked = 0; asked < calls; asked += atATime)
    last = await askSome(counter, Math.min(atATime, calls - asked));
  const spentMs = performance.now() - begun;
  const messages = calls * (CASTS_A_CALL + 1);
  checkCounted(last + 1, messages);
  await counter.stop();
  return (spentMs * 1e6) / messages;
}

async function askSome(counter: Application<CounterProtocol>, calls: number): Promise<number> {
  const answers: Promise<number>[] = [];
  for (let asked = 0; asked < calls; asked += 1) {
    for (let cast = 0; cast < CASTS_A_CALL; cast += 1) counter.cast(counter.ref, "add", 1);
    // The time-out is for the calls' own sake: behind half a million others, 5 s may be short on a slow machine.
    answers.push(counter.callWithin(60_000, counter.ref, "next"));
  }
  return Math.max(...(await Promise.all(answers)));
}
