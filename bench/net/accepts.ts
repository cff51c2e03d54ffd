/** `npm run bench -- net-accepts`: connections that come and go a second; each is closed by the peer, then by the server. */

import { atLeastTimes, medians, printFigures, quantile, type Figure, type Size } from "../figure.ts";
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
    const results = new Map<string, VisitResult[]>([
      ["ours", []],
      ["plain", []],
    ]);
    const measureOne = async (server: NodeServer) => {
      const result = await visit(load, server, count);
      results.get(server.name)?.push(result);
      // The load works more for a connection than a server does, so a server's own processor time is what counts.
      return rateByServerTime(result.visitsPerSecond, result);
    };
    const rates = await medians(runs, { ours: () => measureOne(ours), plain: () => measureOne(plain) });
    const medianOf = (name: string, read: (result: VisitResult) => number) =>
      quantile(results.get(name)?.map(read) ?? [], 0.5);
    for (const name of results.keys()) {
      const [server, load] = [
        medianOf(name, (run) => run.serverShare),
        medianOf(name, (run) => run.loadShare),
      ];
      console.log(`${name}: server ${percent(server)}, load ${percent(load)} busy`);
    }
    const byTheClock = (name: string) => medianOf(name, (run) => run.visitsPerSecond);
    const what = "connections come and gone a second";
    return [
      atLeastTimes(`${what}, by the clock: node:net`, byTheClock("ours"), byTheClock("plain"), 0.85, "/s", 1),
      atLeastTimes(
        `${what} of the server's processor time: node:net`,
        rates.ours,
        rates.plain,
        0.85,
        "/s",
        1,
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
