/**
 * `npm run bench -- queued-calls`: what a message costs a process with half a million casts in its queue, from the moment
 * that calls are made behind them until all are answered. Once beside the calls alone, made to a process with an empty
 * queue; once beside the same casts and calls made a few at a time, which leaves nothing but the queue's length between
 * the two: there half a million messages outlive a moment, and the host's collector copies them. The last row leaves its
 * time out, and sending in.
 */

import { PerformanceObserver } from "node:perf_hooks";

import { start, type Application } from "@wheelhouse/actors";
import { Counter, checkCounted, type CounterProtocol } from "./counter.ts";
import { atMostTimes, medians, printFigures, type Figure, type Size } from "../figure.ts";

/** Calls; so many times {@link CASTS_A_CALL} casts wait before them. */
export const FULL: Size = { count: 10_000, runs: 9 };
const CASTS_A_CALL = 50;
/** Calls at a time where the queue is to stay short. */
const FEW_CALLS = 10;

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export async function measure({ count, runs }: Size): Promise<readonly Figure[]> {
  const counter = await start(Counter, undefined);
  await spend(counter, { calls: count, atATime: FEW_CALLS, castsACall: CASTS_A_CALL });
  const { long, short, empty } = await medians(runs, {
    long: () => spend(counter, { calls: count, atATime: count, castsACall: CASTS_A_CALL }),
    short: () => spend(counter, { calls: count, atATime: FEW_CALLS, castsACall: CASTS_A_CALL }),
    empty: () => spend(counter, { calls: count, atATime: FEW_CALLS, castsACall: 0 }),
  });
  const { longer, shorter } = await medians(runs, {
    longer: () => spendWithoutCollector(counter, { calls: count, atATime: count, castsACall: CASTS_A_CALL }),
    shorter: () =>
      spendWithoutCollector(counter, { calls: count, atATime: FEW_CALLS, castsACall: CASTS_A_CALL }),
  });
  await counter.stop();
  const queued = (count * CASTS_A_CALL).toLocaleString("en");
  return [
    atMostTimes(`a message with ${queued} queued, and of calls to an empty one`, long, empty, 1.5, "ns"),
    atMostTimes("the same, and of as many casts and calls, a few at a time", long, short, 1.5, "ns"),
    atMostTimes("the same, sent and handled, but for the collector's time", longer, shorter, 1.5, "ns"),
  ];
}

interface Load {
  readonly calls: number;
  /** So many calls are made at once, behind their casts. */
  readonly atATime: number;
  readonly castsACall: number;
}

/** Nanoseconds a message for sending and handling, without those that the collector of garbage took. */
async function spendWithoutCollector(counter: Application<CounterProtocol>, load: Load): Promise<number> {
  let collectingMs = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) collectingMs += duration;
  });
  observer.observe({ entryTypes: ["gc"] });
  const begun = performance.now();
  await spend(counter, load);
  const spentMs = performance.now() - begun;
  // The observer is told in a turn of its own.
  await new Promise((resolve) => setImmediate(resolve));
  observer.disconnect();
  return ((spentMs - collectingMs) * 1e6) / (load.calls * (load.castsACall + 1));
}

/** Nanoseconds a message, from the moment the calls are made. */
async function spend(
  counter: Application<CounterProtocol>,
  { calls, atATime, castsACall }: Load,
): Promise<number> {
  const before = await counter.call(counter.ref, "next");
  let [spentMs, last] = [0, before];
  for (let asked = 0; asked < calls; asked += atATime) {
    const now = Math.min(atATime, calls - asked);
    for (let cast = 0; cast < now * castsACall; cast += 1) counter.cast(counter.ref, "add", 1);
    const begun = performance.now();
    last = await ask(counter, now);
    spentMs += performance.now() - begun;
  }
  const messages = calls * (castsACall + 1);
  checkCounted(last - before, messages);
  return (spentMs * 1e6) / messages;
}

async function ask(counter: Application<CounterProtocol>, calls: number): Promise<number> {
  const answers: Promise<number>[] = [];
  // A minute: behind half a million others, the usual time-out may be short on a slow machine.
  for (let asked = 0; asked < calls; asked += 1)
    answers.push(counter.callWithin(60_000, counter.ref, "next"));
  return (await Promise.all(answers)).at(-1) ?? 0;
}
