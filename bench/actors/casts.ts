/** `npm run bench -- casts`: messages that one process casts and another handles, a second. */

import { Runtime, defineGenServer, start, type Application, type Ref } from "@wheelhouse/actors";
import { withBeam } from "./beam.ts";
import { Counter, checkCounted, type CounterProtocol } from "./counter.ts";
import { atLeast, atLeastTimes, medians, printFigures, type Figure, type Size } from "../figure.ts";

export const FULL: Size = { count: 3_000_000, runs: 5 };
/** Casts before the sender lets the receiver work, by a call; `measured.erl` does the same. */
const BURST = 1_000;

interface SenderProtocol {
  calls: {
    /** Resolves with the receiver's last answer. */
    send(to: Ref<CounterProtocol>, count: number): number;
  };
}

const Sender = defineGenServer<SenderProtocol, undefined>({
  name: "Sender",
  init: () => undefined,
  calls: {
    async send(ctx, to, count) {
      let counted = 0;
      for (let left = count; left > 0; left -= BURST) {
        for (let burst = Math.min(left, BURST); burst > 0; burst -= 1) ctx.cast(to, "add", 1);
        counted = await ctx.call(to, "next");
      }
      return counted;
    },
  },
});

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export function measure({ count, runs }: Size): Promise<readonly Figure[]> {
  return withBeam(async (beam) => {
    const pair = await startPair();
    await castHere(pair, count);
    const seconds = await medians(runs, {
      ours: () => castHere(pair, count),
      peer: async () => (await beam?.measure("casts", count))?.[0] ?? Number.NaN,
    });
    await Promise.all([pair.sender.stop(), pair.counter.stop()]);
    const ours = count / seconds.ours;
    const peer = beam === undefined ? undefined : count / seconds.peer;
    return [
      atLeast("casts handled", ours, 10e6, "/s"),
      atLeastTimes("casts handled, and on the BEAM", ours, peer, 1.2, "/s"),
    ];
  });
}

interface Pair {
  readonly counter: Application<CounterProtocol>;
  readonly sender: Application<SenderProtocol>;
}

/** One pair for all runs: while no process lives, the host forgets what it has learnt about their code. */
async function startPair(): Promise<Pair> {
  const runtime = new Runtime();
  const counter = await start(Counter, undefined, { runtime });
  return { counter, sender: await start(Sender, undefined, { runtime }) };
}

async function castHere({ counter, sender }: Pair, count: number): Promise<number> {
  const before = await counter.call(counter.ref, "next");
  const begun = performance.now();
  const counted = await sender.callWithin(Infinity, sender.ref, "send", counter.ref, count);
  const seconds = (performance.now() - begun) / 1_000;
  checkCounted(counted - before, count + Math.ceil(count / BURST));
  return seconds;
}
