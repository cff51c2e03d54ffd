/**
 * `npm run bench -- net-sleeper`: of a hundred peers one is sent more and more and never reads it. The others' answers,
 * beside those they get while that peer does read; and the sleeper's end.
 */

import { atLeastTimes, atMostTimes, medians, printFigures, type Figure } from "../figure.ts";
import { setTimeout as wait } from "node:timers/promises";
import type { Child } from "./child.ts";
import type { EchoLoad, EchoResult } from "./load/echo.ts";
import { startLoad, startOurs, withEnded, type NodeServer } from "./servers.ts";

export interface SleeperSize {
  /** The others. */
  readonly connections: number;
  readonly warmUpMs: number;
  readonly forMs: number;
  readonly runs: number;
}

export const FULL: SleeperSize = { connections: 99, warmUpMs: 300, forMs: 2_000, runs: 7 };
const CEILING = 1.2;
/** As the server's runtime words it. */
const CLOSED = "the peer doesn't read";
/** Looks for the sleeper's end, and how long between two. */
const MOST_LOOKS = 500;
const LOOK_EVERY_MS = 20;

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export function measure(size: SleeperSize): Promise<readonly Figure[]> {
  const startServer = () => startOurs({ handler: "pushing" });
  return withEnded([startLoad, startServer], async ([load, ours]) => {
    const p99 = (reads: boolean) => p99OfOthers(load, ours, reads, size);
    const { awake, asleep } = await medians(size.runs, { awake: () => p99(true), asleep: () => p99(false) });
    const closed = (await ours.endings())[CLOSED] ?? 0;
    return [
      atMostTimes("one peer never reads: the others' p99, and while it reads", asleep, awake, CEILING, "ms"),
      atLeastTimes("sleepers closed at their limit, of all", closed, size.runs, 1, ""),
    ];
  });
}

async function p99OfOthers(
  load: Child,
  ours: NodeServer,
  reads: boolean,
  { connections, warmUpMs, forMs }: SleeperSize,
): Promise<number> {
  const { port, pid: serverPid } = ours;
  const endings = (await ours.endings())[CLOSED] ?? 0;
  await load.ask("askForPushes", { port, reads });
  const asked: EchoLoad = { port, serverPid, connections, lineBytes: 64, inFlight: 1, warmUpMs, forMs };
  const { p99Ms } = await load.ask<EchoResult>("echo", asked);
  if (!reads) await sleeperClosed(ours, endings);
  await load.ask("endPushes");
  return p99Ms;
}

/** What the kernel holds for a peer that doesn't read has to fill first. */
async function sleeperClosed(ours: NodeServer, endingsBefore: number): Promise<void> {
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    if (((await ours.endings())[CLOSED] ?? 0) > endingsBefore) return;
    await wait(LOOK_EVERY_MS);
  }
}
