/**
 * `npm run bench -- server-logs`: log entries acknowledged a second over the whole path, each synced before, beside Redis and
 * PostgreSQL with the same entries, batches and disk. They take turns, and each rests before the next begins, so that what
 * one does later (our text index, their vacuum) takes nothing from another.
 */

import { atLeast, atLeastTimes, printFigures, quantile, type Figure } from "../figure.ts";
import type { Child } from "../net/child.ts";
import { percent, rateByServerTime } from "../net/load/spent.ts";
import { withEnded } from "../net/servers.ts";
import { logsOf } from "../storage/data.ts";
import { sizesFrom } from "../storage/sizes.ts";
import { startDevices } from "./children.ts";
import type { BatchLoad, BatchResult, BatchSpeech } from "./load/batches.ts";
import type { LogEntry } from "./load/talks.ts";
import { startServer, type OurServer } from "./our-server.ts";
import { Others } from "./others.ts";
import { startPeers, type Peer } from "./peers.ts";
import { untilQuiet, type Stored } from "./stores.ts";

export interface LogsSize {
  readonly seconds: number;
  readonly runs: number;
  readonly connections: number;
  /** Batches on their way, of each connection; a server's window is 256. */
  readonly inFlight: number;
}

export const FULL: LogsSize = { seconds: 4, runs: 3, connections: 8, inFlight: 64 };

const ENTRIES_A_BATCH = 50;
const FLOOR = 150_000;
const WARM_UP_SHARE = 0.25;

export async function run(args: readonly string[]): Promise<void> {
  printFigures(await measure(sizesFrom(args, FULL)));
}

export function measure(size: LogsSize): Promise<readonly Figure[]> {
  return withEnded([startDevices, startServer], async ([load, ours]) => {
    const peers = await startPeers();
    try {
      const others = new Others([load, ours, ...peers].map(({ pid }) => pid));
      const results = await takeTurns(load, ours, peers, size, others);
      for (const [name, runs] of results) console.log(describe(name, runs));
      return [...others.judge(clockFigures(results, size)), ...cpuFigures(results)];
    } finally {
      for (const peer of peers) await peer.end();
    }
  });
}

interface LogsResult extends BatchResult {
  readonly perSecond: number;
  /** By the server's processor time, what it worked later included. */
  readonly perCpuSecond: number;
}

type Results = ReadonlyMap<string, readonly LogsResult[]>;

async function takeTurns(
  load: Child,
  ours: OurServer,
  peers: readonly Peer[],
  size: LogsSize,
  others: Others,
): Promise<Results> {
  // As a device says them: of this moment.
  const now = Date.now();
  const entries = logsOf(0, ENTRIES_A_BATCH, (index) => now - ENTRIES_A_BATCH + index).map(
    ({ at, level, message }) => ({ at, level, message }),
  );
  const servers = [toTurn(ours, entries), ...peers.map((peer) => toTurn(peer, entries))];
  const results = new Map<string, LogsResult[]>(servers.map(({ server }) => [server.name, []]));
  for (let run = 0; run < size.runs; run += 1)
    for (const { server, ...to } of servers) {
      await untilQuiet(server.pid);
      results.get(server.name)?.push(await others.during(sendTo(load, server, to, size)));
    }
  return results;
}

interface Turn extends Pick<BatchLoad, "address" | "speech"> {
  readonly server: Stored;
}

function toTurn(server: OurServer | Peer, entries: readonly LogEntry[]): Turn {
  if ("address" in server) {
    const { name: protocol, address } = server;
    return { server, address, speech: { protocol, entries } };
  }
  const speech: BatchSpeech = { protocol: "wheelhouse logs", key: server.deviceKey, entries };
  return { server, address: { host: "127.0.0.1", port: server.tcpPort }, speech };
}

async function sendTo(
  load: Child,
  { pid: serverPid }: Stored,
  to: Pick<BatchLoad, "address" | "speech">,
  { seconds, connections, inFlight }: LogsSize,
): Promise<LogsResult> {
  const times = { warmUpMs: seconds * 1_000 * WARM_UP_SHARE, forMs: seconds * 1_000 };
  const asked: BatchLoad = { ...to, serverPid, connections, inFlight, ...times };
  const result = await load.ask<BatchResult>("sendBatches", asked);
  const laterMs = (await untilQuiet(serverPid)) * result.countedShare;
  const perSecond = result.batchesPerSecond * ENTRIES_A_BATCH;
  const serverShare = result.serverShare + laterMs / result.ms;
  return { ...result, perSecond, perCpuSecond: rateByServerTime(perSecond, { ...result, serverShare }) };
}

function describe(name: string, runs: readonly LogsResult[]): string {
  const of = (read: (run: LogsResult) => number) => quantile(runs.map(read), 0.5);
  const rate = (read: (run: LogsResult) => number) => `${(of(read) / 1_000).toFixed(1)} k`;
  const times = `ack p50 ${of(({ p50Ms }) => p50Ms).toFixed(1)} ms, p99 ${of(({ p99Ms }) => p99Ms).toFixed(1)} ms`;
  const shares = `server ${percent(of(({ serverShare }) => serverShare))}, load ${percent(of(({ loadShare }) => loadShare))} of a core`;
  return `${name}: ${rate(({ perSecond }) => perSecond)} entries a second by the clock, ${rate(({ perCpuSecond }) => perCpuSecond)} a second of its processor time (later work included); ${times}; ${shares}`;
}

function clockFigures(results: Results, { connections }: LogsSize): readonly Figure[] {
  const what = `log entries acknowledged, ${connections} connections × ${ENTRIES_A_BATCH} a line`;
  const rate = (name: string) => median(results.get(name), ({ perSecond }) => perSecond);
  const ours = rate("ours") ?? Number.NaN;
  return [
    atLeast(what, ours, FLOOR, "/s"),
    atLeastTimes(`${what}: Redis XADD`, ours, rate("redis"), 0.5, "/s", 1),
    atLeastTimes(`${what}: PostgreSQL INSERT`, ours, rate("postgres"), 3, "/s"),
  ];
}

/** What has no floor, and tells more on a machine that does other work too. */
function cpuFigures(results: Results): readonly Figure[] {
  const what = "the same a second of the server's processor time";
  const rate = (name: string) => median(results.get(name), ({ perCpuSecond }) => perCpuSecond);
  const ours = rate("ours") ?? Number.NaN;
  return [
    { ...atLeastTimes(`${what}: Redis XADD`, ours, rate("redis"), 0.5, "/s", 1), met: undefined },
    { ...atLeastTimes(`${what}: PostgreSQL INSERT`, ours, rate("postgres"), 3, "/s"), met: undefined },
  ];
}

function median(
  runs: readonly LogsResult[] | undefined,
  read: (run: LogsResult) => number,
): number | undefined {
  return runs === undefined ? undefined : quantile(runs.map(read), 0.5);
}
