/**
 * `npm run bench -- queued-calls`: what one message costs a process with a long queue, and what the same messages cost one
 * whose queue is next to empty. First from the moment that the calls are made, the casts before them being there already;
 * then with the casts' sending, which is when the host copies whatever lives longer than a moment.
 */

import { start, type Application } from "@wheelhouse/actors";
import { Counter, checkCounted, type CounterProtocol } from "./counter.ts";
import { atMostTimes, medians, printFigures, type Figure, type Size } from "./figure.ts";

/** Calls; so many times {@link CASTS_A_CALL} casts wait before them. */
export const FULL: Size = { count: 10_000, runs: 9 };
const CASTS_A_CALL = 50;
/** Calls at a time that the short queue is asked. */
const SHORT_QUEUE = 10;

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export async function measure(size: Size): Promise<readonly Figure[]> {
  const waiting = (size.count * CASTS_A_CALL).toLocaleString("en");
  return [
    await compare(`a message with ${waiting} queued, and with few`, "handling", size),
    await compare("the same, the sending of the casts included", "all", size),
  ];
}

async function compare(what: string, part: keyof Spent, { count, runs }: Size): Promise<Figure> {
  const counter = await start(Counter, undefined);
  await askAll(counter, count, SHORT_QUEUE);
  const { long, short } = await medians(runs, {
    long: async () => (await askAll(counter, count, count))[part],
    short: async () => (await askAll(counter, count, SHORT_QUEUE))[part],
  });
  await counter.stop();
  return atMostTimes(what, long, short, 1.5, "ns");
}

/** Nanoseconds a message. */
interface Spent {
  readonly handling: number;
  readonly all: number;
}

async function askAll(counter: Application<CounterProtocol>, calls: number, atATime: number): Promise<Spent> {
  const before = await counter.call(counter.ref, "next");
  const begun = performance.now();
  let [handlingMs, last] = [0, before];
  for (let asked = 0; asked < calls; asked += atATime) {
    const now = Math.min(atATime, calls - asked);
    for (let cast = 0; cast < now * CASTS_A_CALL; cast += 1) counter.cast(counter.ref, "add", 1);
    const sent = performance.now();
    last = await ask(counter, now);
    handlingMs += performance.now() - sent;
  }
  const allMs = performance.now() - begun;
  const messages = calls * (CASTS_A_CALL + 1);
  checkCounted(last - before, messages);
  return { handling: (handlingMs * 1e6) / messages, all: (allMs * 1e6) / messages };
}

async function ask(counter: Application<CounterProtocol>, calls: number): Promise<number> {
  const answers: Promise<number>[] = [];
  // A minute: behind half a million others, the usual time-out may be short on a slow machine.
  for (let asked = 0; asked < calls; asked += 1)
    answers.push(counter.callWithin(60_000, counter.ref, "next"));
  return (await Promise.all(answers)).at(-1) ?? 0;
}
