/** `npm run bench -- net-descriptors`: 1,000 clients come to a server that may have 256 file descriptors. */

import { setTimeout as wait } from "node:timers/promises";
import { atLeastTimes, atMost, printFigures, type Figure } from "../figure.ts";
import type { CrowdResult } from "./load/crowd.ts";
import { cpuTimeMs } from "./load/cpu-time.ts";
import { startLoad, startOurs, withEnded, type NodeServer } from "./servers.ts";

export interface DescriptorSize {
  readonly descriptors: number;
  readonly clients: number;
  /** How long the server's processor time is watched. */
  readonly forMs: number;
}

export const FULL: DescriptorSize = { descriptors: 256, clients: 1_000, forMs: 2_000 };
/** Clients that come first and are served whatever comes: about so much of the allowance. */
const LIVE_SHARE = 0.4;

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export function measure({ descriptors, clients, forMs }: DescriptorSize): Promise<readonly Figure[]> {
  const startServer = () => startOurs({}, { descriptors });
  return withEnded([startLoad, startServer], async ([load, ours]) => {
    const { port } = ours;
    const live = Math.floor(descriptors * LIVE_SHARE);
    const gather = (connections: number) => load.ask<CrowdResult>("gather", { port, connections });
    await gather(live);
    const rest = await gather(clients - live);
    const cpuShare = await cpuShareOf(ours, forMs);
    const again = await load.ask<CrowdResult>("askAgain", { from: 0, count: live });
    const { refused } = await ours.counts();
    await load.ask("leave", { connections: Math.floor(live / 2) });
    const againMs = await load.ask<number | null>("comeAgain", { port });
    console.log(
      `of ${clients - live} more clients: ${rest.answered} served, ${rest.closed} closed, ${rest.silent} neither in time`,
    );
    return [
      atLeastTimes("live connections still served, of all", again.answered, live, 1, ""),
      atLeastTimes("refusals counted, of all that weren't served", refused, rest.closed + rest.silent, 1, ""),
      atMost("out of descriptors: the processor's share", cpuShare * 100, 5, "%"),
      atMost("served again once there is room", againMs ?? Infinity, 1_000, "ms"),
    ];
  });
}

async function cpuShareOf({ pid }: NodeServer, forMs: number): Promise<number> {
  const [begun, before] = [performance.now(), cpuTimeMs(pid) ?? Number.NaN];
  await wait(forMs);
  return ((cpuTimeMs(pid) ?? Number.NaN) - before) / (performance.now() - begun);
}
