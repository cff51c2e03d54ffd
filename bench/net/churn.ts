/**
 * `npm run bench -- net-churn [--count N]`: a million connections come and go, half of them by a reset, and nothing of them
 * is left.
 */

import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { atMost, atMostTimes, printFigures, type Figure } from "../figure.ts";
import type { VisitLoad, VisitResult } from "./load/visits.ts";
import { startLoad, startOurs, withEnded, type NodeServer } from "./servers.ts";
import type { Child } from "./child.ts";

export const FULL = { count: 1_000_000 };
const AT_ONCE = 200;
/** What a machine can't do in this time is left out. */
const MOST_MS = 400_000;
/** Code that is compiled meanwhile isn't a leak, so a part of them comes before. */
const WARM_UP_SHARE = 0.02;
/** Looks for the last connections' end. */
const MOST_LOOKS = 500;

export async function run(args: readonly string[] = []): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { count: { type: "string" } } });
  const count = Number(values.count ?? FULL.count);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new RangeError(`expected --count to be a whole number from 1, got: ${values.count}`);
  printFigures(await measure({ count }));
}

export function measure({ count }: { readonly count: number }): Promise<readonly Figure[]> {
  const startServer = () => startOurs({}, { nodeFlags: ["--expose-gc"] });
  return withEnded([startLoad, startServer], async ([load, ours]) => {
    await visit(load, ours, Math.ceil(count * WARM_UP_SHARE));
    const before = await ours.census();
    const { visits, failed, visitsPerSecond } = await visit(load, ours, count);
    const after = await ours.census();
    console.log(`${visits} connections, ${visitsPerSecond.toFixed(0)} a second, ${failed} failed`);
    const what = `${visits.toLocaleString("en")} connections come and gone`;
    return [
      atMost(`${what}: sockets left`, after.sockets - before.sockets, 0, ""),
      atMost(`${what}: processes left`, after.processes - before.processes, 0, ""),
      atMost(`${what}: names left`, after.names - before.names, 0, ""),
      atMost(`${what}: timers left`, after.timers - before.timers, 0, ""),
      atMostTimes(`${what}: the heap, and before`, after.heapBytes / 1e6, before.heapBytes / 1e6, 1.05, "MB"),
    ];
  });
}

async function visit(load: Child, server: NodeServer, count: number): Promise<VisitResult> {
  const { accepted } = await server.counts();
  const asked: VisitLoad = {
    port: server.port,
    serverPid: server.pid,
    count,
    atOnce: Math.min(AT_ONCE, count),
    ending: "mixed",
    mostMs: MOST_MS,
  };
  const result = await load.ask<VisitResult>("visit", asked);
  await settle(server, accepted + result.visits - result.failed);
  return result;
}

/** Waits until the server has seen the end of all of them: the load knows of its own ends only. */
async function settle(server: NodeServer, atLeast: number): Promise<void> {
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const { accepted, ended } = await server.counts();
    if (accepted >= atLeast && ended === accepted) return;
    await wait(20);
  }
}
