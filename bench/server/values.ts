/** `npm run bench -- server-values`: values a second that go into history, all of them, while a page watches every one. */

import { API_PREFIX } from "@wheelhouse/api";
import { atLeast, atMost, printFigures, quantile, type Figure } from "../figure.ts";
import type { Child } from "../net/child.ts";
import { percent, rateByServerTime } from "../net/load/spent.ts";
import { withEnded } from "../net/servers.ts";
import { sizesFrom } from "../storage/sizes.ts";
import { collectDelays, startDevices, startPeople } from "./children.ts";
import type { BatchLoad, BatchResult } from "./load/batches.ts";
import type { Delays } from "./load/page.ts";
import { startServer, type OurServer } from "./our-server.ts";
import { Others } from "./others.ts";
import { untilQuiet } from "./stores.ts";

export interface ValuesSize {
  readonly seconds: number;
  readonly runs: number;
  readonly connections: number;
  readonly variables: number;
  /** Lines on their way, of each connection. */
  readonly inFlight: number;
}

export const FULL: ValuesSize = { seconds: 4, runs: 3, connections: 20, variables: 20, inFlight: 8 };

const FLOOR = 100_000;
const AIM = 200_000;
const BEHIND_MS = 100;
const WARM_UP_SHARE = 0.25;

export async function run(args: readonly string[]): Promise<void> {
  printFigures(await measure(sizesFrom(args, FULL)));
}

interface ValuesResult extends BatchResult, Delays {
  readonly perSecond: number;
}

export function measure(size: ValuesSize): Promise<readonly Figure[]> {
  return withEnded([startServer, startDevices, startPeople], async ([server, devices, people]) => {
    const { httpPort, cookie, project } = server;
    await people.ask("watch", { httpPort, cookie, project });
    const others = new Others([server, devices, people].map(({ pid }) => pid));
    const results: ValuesResult[] = [];
    for (let run = 0; run < size.runs; run += 1) {
      await untilQuiet(server.pid);
      results.push(await others.during(sendOnce(server, devices, people, size)));
      console.log(describe(results.at(-1) as ValuesResult));
    }
    const sent = results.reduce((sum, { sent: [first = 0] }) => sum + first, 0) * size.variables;
    const missing = sent - (await exported(server, "device-0"));
    return [
      ...others.judge(figuresOf(results)),
      atMost("values of one device that history lacks", missing, 0, ""),
    ];
  });
}

async function sendOnce(
  { tcpPort, deviceKey, pid: serverPid }: OurServer,
  devices: Child,
  people: Child,
  { seconds, connections, variables, inFlight }: ValuesSize,
): Promise<ValuesResult> {
  const times = { warmUpMs: seconds * 1_000 * WARM_UP_SHARE, forMs: seconds * 1_000 };
  const load: BatchLoad = {
    address: { host: "127.0.0.1", port: tcpPort },
    serverPid,
    speech: { protocol: "wheelhouse values", key: deviceKey, values: variables },
    connections,
    inFlight,
    ...times,
  };
  const [result, delays] = await Promise.all([
    devices.ask<BatchResult>("sendBatches", load),
    collectDelays(people, times.warmUpMs, times.forMs),
  ]);
  return { ...result, ...delays, perSecond: result.batchesPerSecond * variables };
}

/** How many values of a device the history has. */
async function exported({ httpPort, cookie, project }: OurServer, device: string): Promise<number> {
  const query = `kind=variables&format=ndjson&device=${device}`;
  const path = `${API_PREFIX}/projects/${project}/export?${query}`;
  const answer = await fetch(`http://127.0.0.1:${httpPort}${path}`, { headers: { cookie } });
  if (!answer.ok || answer.body === null) throw new Error(`expected an export, got: ${answer.status}`);
  let lines = 0;
  for await (const part of answer.body) for (const byte of part) if (byte === 10) lines += 1;
  return lines;
}

function describe(result: ValuesResult): string {
  const { perSecond, messages, values, p99Ms, serverShare, loadShare } = result;
  const rates = `${(perSecond / 1_000).toFixed(1)} k a second by the clock, ${(rateByServerTime(perSecond, result) / 1_000).toFixed(1)} k a second of its processor time`;
  const page = `page: ${messages} messages, ${values} values, ${result.delayP99Ms} ms p99 on their way, ${result.behindMostMs} ms behind at most`;
  return `values: ${rates}; ack p99 ${p99Ms.toFixed(1)} ms; ${page}; server ${percent(serverShare)}, load ${percent(loadShare)} of a core`;
}

function figuresOf(results: readonly ValuesResult[]): readonly Figure[] {
  const median = (read: (result: ValuesResult) => number) => quantile(results.map(read), 0.5);
  const perSecond = median((result) => result.perSecond);
  const perCpuSecond = median((result) => rateByServerTime(result.perSecond, result));
  return [
    atLeast(
      `values into history, a page watches (aim ${AIM / 1_000} k), by the clock`,
      perSecond,
      FLOOR,
      "/s",
    ),
    {
      ...atLeast("the same a second of the server's processor time", perCpuSecond, FLOOR, "/s"),
      met: undefined,
    },
    atMost(
      "how far the page is behind the newest value, p99",
      median((result) => result.behindP99Ms),
      BEHIND_MS,
      "ms",
    ),
  ];
}
