/** `npm run bench -- server-devices`: many devices on one server, each with ten variables twice a second, and a page that sees all. */

import { atLeast, atMost, printFigures, type Figure } from "../figure.ts";
import { residentBytesOf, type Child } from "../net/child.ts";
import { percent, rateByServerTime } from "../net/load/spent.ts";
import { withEnded } from "../net/servers.ts";
import { sizesFrom } from "../storage/sizes.ts";
import { collectDelays, startDevices, startPeople } from "./children.ts";
import type { FleetLoad, FleetResult } from "./load/fleet.ts";
import type { Delays } from "./load/page.ts";
import { startServer, type OurServer } from "./our-server.ts";
import { Others } from "./others.ts";

export interface DevicesSize {
  readonly devices: number;
  /** Before the first and the second count of memory, and for the measurement. */
  readonly seconds: number;
}

export const FULL: DevicesSize = { devices: 5_000, seconds: 10 };

const VARIABLES = 10;
const EVERY_MS = 500;
const P99_MS = 100;
const KIB_A_DEVICE = 30;
/** Connected before memory is counted for the first time: the host grows with its work, whoever it is for. */
const FIRST_SHARE = 0.2;
/** Of the lines that were due, so many were sent and acknowledged. */
const HELD = 0.98;

export async function run(args: readonly string[]): Promise<void> {
  printFigures(await measure(sizesFrom(args, FULL)));
}

export function measure({ devices, seconds }: DevicesSize): Promise<readonly Figure[]> {
  return withEnded([startServer, startDevices, startPeople], async ([server, load, people]) => {
    const { httpPort, cookie, project, pid: serverPid } = server;
    const first = Math.ceil(devices * FIRST_SHARE);
    const forMs = seconds * 1_000;
    const before = await residentWith(server, load, first, forMs);
    const after = await residentWith(server, load, devices - first, forMs);
    await people.ask("watch", { httpPort, cookie, project });
    const others = new Others([server, load, people].map(({ pid }) => pid));
    const measuring = Promise.all([
      load.ask<FleetResult>("measureFleet", { serverPid, forMs }),
      collectDelays(people, 0, forMs),
    ]);
    const [held, delays] = await others.during(measuring);
    await load.ask("endFleet");
    console.log(describe(held, delays));
    const kib = (after - before) / 1_024 / (held.devices - first);
    // One that lags keeps what it was told.
    return others.judge([
      ...figuresOf(held, delays, devices),
      atMost("memory of a device that speaks", kib, KIB_A_DEVICE, "KiB"),
    ]);
  });
}

/** The server's memory once so many more devices have spoken for a time. */
async function residentWith(
  { tcpPort: port, deviceKey: key, pid: serverPid }: OurServer,
  load: Child,
  devices: number,
  forMs: number,
): Promise<number> {
  const joining: FleetLoad = { port, key, devices, everyMs: EVERY_MS, variables: VARIABLES };
  await load.ask("joinFleet", joining);
  await load.ask("measureFleet", { serverPid, forMs });
  return residentBytesOf(serverPid);
}

function describe(held: FleetResult, { messages, values, behindP99Ms }: Delays): string {
  const rate = rateByServerTime(held.acknowledgedPerSecond * VARIABLES, held) / 1_000;
  const page = `page: ${messages} messages, ${values} values, at its worst moments ${behindP99Ms} ms old (devices speak every ${EVERY_MS} ms)`;
  if (held.problem !== undefined) console.log(`a device was lost: ${held.problem.trim()}`);
  return `${held.devices} devices: ${held.linesPerSecond.toFixed(0)} lines a second, ${held.acknowledgedPerSecond.toFixed(0)} acknowledged; ${rate.toFixed(1)} k values a second of the server's processor time; ${page}; server ${percent(held.serverShare)}, load ${percent(held.loadShare)} of a core`;
}

function figuresOf(
  { devices: connected, acknowledgedPerSecond }: FleetResult,
  { delayP99Ms }: Delays,
  devices: number,
): readonly Figure[] {
  const due = (devices * 1_000) / EVERY_MS;
  return [
    atLeast("devices that were connected to the end (aim 10000)", connected, devices, ""),
    atLeast(`lines acknowledged of ${devices} devices`, acknowledgedPerSecond, due * HELD, "/s"),
    atMost("from a device to the page, p99", delayP99Ms, P99_MS, "ms"),
  ];
}
