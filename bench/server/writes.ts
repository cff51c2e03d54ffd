/** `npm run bench -- server-writes`: from a change by a person to its having been applied, while log entries pour in. */

import { API_PREFIX } from "@wheelhouse/api";
import { atLeast, atMost, printFigures, quantile, type Figure } from "../figure.ts";
import { percent } from "../net/load/spent.ts";
import { withEnded } from "../net/servers.ts";
import { STARTS_AT, logsOf } from "../storage/data.ts";
import { sizesFrom } from "../storage/sizes.ts";
import { startDevices, startPeople } from "./children.ts";
import type { Calls, CallTimes } from "./load/caller.ts";
import type { FleetLoad, FleetResult } from "./load/fleet.ts";
import type { Steered } from "./load/steered.ts";
import { startServer, type OurServer } from "./our-server.ts";
import { Others } from "./others.ts";

export interface WritesSize {
  readonly seconds: number;
  readonly runs: number;
  /** Changes of a run, at most. */
  readonly changes: number;
  /** Going in meanwhile, a second. */
  readonly entries: number;
}

export const FULL: WritesSize = { seconds: 5, runs: 3, changes: 1_000, entries: 20_000 };

const DEVICES = 8;
const ENTRIES_A_LINE = 50;
const P50_MS = 5;
const P99_MS = 20;
const STEERED = { device: "steered", variable: "speed" };
/** Of the entries that were to go in, so many did. */
const HELD = 0.98;

export async function run(args: readonly string[]): Promise<void> {
  printFigures(await measure(sizesFrom(args, FULL)));
}

export function measure(size: WritesSize): Promise<readonly Figure[]> {
  return withEnded([startServer, startDevices, startPeople], async ([server, devices, people]) => {
    const { tcpPort: port, deviceKey: key, pid: serverPid } = server;
    await devices.ask("answerSets", { port, key, ...STEERED } satisfies Steered);
    const logs = logsOf(0, ENTRIES_A_LINE, () => STARTS_AT);
    const entries = logs.map(({ at, level, message }) => ({ at, level, message }));
    const everyMs = (DEVICES * ENTRIES_A_LINE * 1_000) / size.entries;
    await devices.ask("joinFleet", { port, key, devices: DEVICES, everyMs, entries } satisfies FleetLoad);
    // Until everything on the way has been compiled.
    await people.ask("changeVariables", callsOf(server, size));
    const others = new Others([server, devices, people].map(({ pid }) => pid));
    const results: (CallTimes & FleetResult)[] = [];
    for (let run = 0; run < size.runs; run += 1) {
      const measuring = Promise.all([
        people.ask<CallTimes>("changeVariables", callsOf(server, size)),
        devices.ask<FleetResult>("measureFleet", { serverPid, forMs: size.seconds * 1_000 }),
      ]);
      const [times, held] = await others.during(measuring);
      results.push({ ...times, ...held });
      console.log(describe(results.at(-1) as CallTimes & FleetResult));
    }
    await devices.ask("endFleet");
    return others.judge(figuresOf(results, size));
  });
}

function callsOf({ httpPort, cookie, project }: OurServer, { changes, seconds }: WritesSize): Calls {
  const path = `${API_PREFIX}/projects/${project}/devices/${STEERED.device}/variables?waitMs=10000`;
  return { httpPort, cookie, path, variable: STEERED.variable, count: changes, mostMs: seconds * 1_000 };
}

function describe({
  p50Ms,
  p99Ms,
  count,
  acknowledgedPerSecond,
  serverShare,
}: CallTimes & FleetResult): string {
  const entries = (acknowledgedPerSecond * ENTRIES_A_LINE) / 1_000;
  return `${count} changes, p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms, at ${entries.toFixed(1)} k entries a second; server ${percent(serverShare)} of a core`;
}

function figuresOf(
  results: readonly (CallTimes & FleetResult)[],
  { entries }: WritesSize,
): readonly Figure[] {
  const median = (read: (result: CallTimes & FleetResult) => number) => quantile(results.map(read), 0.5);
  const held = median(({ acknowledgedPerSecond }) => acknowledgedPerSecond * ENTRIES_A_LINE);
  return [
    atMost(
      "from PATCH to applied, p50 (aim 2)",
      median(({ p50Ms }) => p50Ms),
      P50_MS,
      "ms",
    ),
    atMost(
      "from PATCH to applied, p99 (aim 10)",
      median(({ p99Ms }) => p99Ms),
      P99_MS,
      "ms",
    ),
    atLeast("log entries that went in meanwhile", held, entries * HELD, "/s"),
  ];
}
