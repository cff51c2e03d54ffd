/** `npm run bench -- calls`: awaited calls from one process to another a second, one in flight, each with its time-out. */

import { Runtime, defineGenServer, start, type Application, type Ref } from "@wheelhouse/actors";
import { withBeam } from "./beam.ts";
import { Counter, checkCounted, type CounterProtocol } from "./counter.ts";
import { atLeast, atLeastTimes, medians, printFigures, type Figure, type Size } from "../figure.ts";

export const FULL: Size = { count: 1_000_000, runs: 5 };

interface CallerProtocol {
  calls: {
    /** Resolves with the last answer. */
    ask(to: Ref<CounterProtocol>, count: number): number;
  };
}

const Caller = defineGenServer<CallerProtocol, undefined>({
  name: "Caller",
  init: () => undefined,
  calls: {
    async ask(ctx, to, count) {
      let answer = 0;
      for (let asked = 0; asked < count; asked += 1) answer = await ctx.call(to, "next");
      return answer;
    },
  },
});

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export function measure({ count, runs }: Size): Promise<readonly Figure[]> {
  return withBeam(async (beam) => {
    const pair = await startPair();
    await callHere(pair, count);
    const seconds = await medians(runs, {
      ours: () => callHere(pair, count),
      peer: async () => (await beam?.measure("calls", count))?.[0] ?? Number.NaN,
    });
    await Promise.all([pair.caller.stop(), pair.counter.stop()]);
    const ours = count / seconds.ours;
    const peer = beam === undefined ? undefined : count / seconds.peer;
    return [
      atLeast("awaited calls", ours, 3e6, "/s"),
      atLeastTimes("awaited calls, and on the BEAM", ours, peer, 3, "/s"),
    ];
  });
}

interface Pair {
  readonly counter: Application<CounterProtocol>;
  readonly caller: Application<CallerProtocol>;
}

/** One pair for all runs: while no process lives, the host forgets what it has learnt about their code. */
async function startPair(): Promise<Pair> {
  const runtime = new Runtime();
  const counter = await start(Counter, undefined, { runtime });
  return { counter, caller: await start(Caller, undefined, { runtime }) };
}

async function callHere({ counter, caller }: Pair, count: number): Promise<number> {
  const before = await counter.call(counter.ref, "next");
  const begun = performance.now();
  const answer = await caller.callWithin(Infinity, caller.ref, "ask", counter.ref, count);
  const seconds = (performance.now() - begun) / 1_000;
  checkCounted(answer - before, count);
  return seconds;
}
