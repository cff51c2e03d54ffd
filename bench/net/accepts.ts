/** `npm run bench -- net-accepts`: connections that come and go a second; each is closed by the peer, then by the server. */

import { atLeastTimes, median, printFigures, type Figure, type Size } from "../figure.ts";
import type { Child } from "./child.ts";
import { percent, rateByServerTime } from "./load/spent.ts";
import type { VisitLoad, VisitResult } from "./load/visits.ts";
import { startLoad, startOurs, startPlain, withEnded, type NodeServer } from "./servers.ts";

export const FULL: Size = { count: 10_000, runs: 5 };
const AT_ONCE = 100;
const MOST_MS = 60_000;
/** Before the first run: as many as make the host compile what it will need. */
const WARM_UP_SHARE = 0.5;

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export function measure({ count, runs }: Size): Promise<readonly Figure[]> {
  return withEnded([startLoad, startOurs, startPlain], async ([load, ours, plain]) => {
    for (const server of [ours, plain]) await visit(load, server, Math.ceil(count * WARM_UP_SHARE));
    const results = { ours: [] as VisitResult[], plain: [] as VisitResult[] };
    for (let run = 0; run < runs; run += 1) {
      results.ours.push(await visit(load, ours, count));
      results.plain.push(await visit(load, plain, count));
    }
    for (const [name, visits] of Object.entries(results)) {
      const server = percent(median(visits, ({ serverShare }) => serverShare));
      console.log(
        `${name}: server ${server}, load ${percent(median(visits, ({ loadShare }) => loadShare))} busy`,
      );
    }
    const compare = (title: string, read: (result: VisitResult) => number) => {
      const what = `connections come and gone a second${title}: node:net`;
      return atLeastTimes(what, median(results.ours, read), median(results.plain, read), 0.85, "/s", 1);
    };
    return [
      compare(", by the clock", (result) => result.visitsPerSecond),
      // The load works more for a connection than a server does, so by the clock it is the limit.
      compare(" of the server's processor time", (result) =>
        rateByServerTime(result.visitsPerSecond, result),
      ),
    ];
  });
}

async function visit(load: Child, { port, pid }: NodeServer, count: number): Promise<VisitResult> {
  const asked: VisitLoad = {
    port,
    serverPid: pid,
    count,
    atOnce: Math.min(AT_ONCE, count),
    ending: "polite",
    mostMs: MOST_MS,
  };
  const result = await load.ask<VisitResult>("visit", asked);
  if (result.failed > 0) throw new Error(`expected all connections to go well, got: ${result.failed} failed`);
  return result;
}
