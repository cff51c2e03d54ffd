/**
 * Echo against the peers, in runs that take turns: lines a second of a server's processor time, and the slowest hundredth of
 * the answers. A server that is busy all the time, as these are, has one second of it each second; where the machine does
 * other work too, or the load is slower than a server, the rate by the clock would be that of something else.
 */

import { atLeastTimes, atMostTimes, median, type Figure } from "../figure.ts";
import type { EchoLoad, EchoResult } from "./load/echo.ts";
import { percent, rateByServerTime } from "./load/spent.ts";
import { withContenders, type Contenders, type Server } from "./servers.ts";

export interface EchoSize {
  /** Connections at a time, where fewer than the row's. */
  readonly mostConnections: number;
  readonly warmUpMs: number;
  readonly forMs: number;
  readonly runs: number;
  /** Whether the peers on the BEAM, which take their time to start, are measured too. */
  readonly beam: boolean;
}

export const FULL: EchoSize = {
  mostConnections: Infinity,
  warmUpMs: 500,
  forMs: 1_500,
  runs: 5,
  beam: true,
};

/** What a row sends, and how many times its peers' rate ours should be. */
export interface EchoRow extends Pick<EchoLoad, "connections" | "lineBytes" | "inFlight"> {
  readonly what: string;
  readonly plain: Times;
  /** How many times the rate of a server that only cuts and joins lines; absent where that isn't asked. */
  readonly cutting?: Times;
  readonly gen_tcp: Times;
  readonly ranch?: Times;
}

interface Times {
  readonly floor: number;
  readonly aim?: number;
}

const P99_CEILING = 1.25;
const P99_AIM = 1;
/** A server that is asked more than it can do takes so much of its core, unless others do too. */
const UNDISTURBED_SHARE = 0.9;

/** The rows one after the other, on the same servers. */
export function measureRows(rows: readonly EchoRow[], size: EchoSize): Promise<readonly Figure[]> {
  return withContenders(size.beam, async (contenders) => {
    const figures: Figure[] = [];
    for (const row of rows) figures.push(...(await measureRow(contenders, row, size)));
    return figures;
  });
}

async function measureRow(contenders: Contenders, row: EchoRow, size: EchoSize): Promise<readonly Figure[]> {
  const results = await takeTurns(contenders, row, size);
  const rate = (name: string) => median(results.get(name), rateOf);
  const compare = (name: string, title: string, times: Times) =>
    atLeastTimes(
      `${row.what}: ${title}`,
      rate("ours") ?? Number.NaN,
      rate(name),
      times.floor,
      "/s",
      times.aim,
    );
  console.log(`${row.what}: ${describeClock(results)}`);
  return [
    compare("plain", "node:net", row.plain),
    ...(row.cutting === undefined ? [] : [compare("cutting", "node:net, cutting lines", row.cutting)]),
    compare("gen_tcp", "gen_tcp", row.gen_tcp),
    ...(row.ranch === undefined ? [] : [compare("ranch", "Ranch", row.ranch)]),
    p99Figure(row, results),
  ];
}

/** Judged only where the servers had their core: else it tells how long others kept them from it. */
function p99Figure(row: EchoRow, results: Results): Figure {
  const [ours, plain] = [median(results.get("ours"), p99Of), median(results.get("plain"), p99Of)];
  const figure = atMostTimes(
    `${row.what}: p99, node:net`,
    ours ?? Number.NaN,
    plain,
    P99_CEILING,
    "ms",
    P99_AIM,
  );
  return hadTheirCore(results) ? figure : { ...figure, met: undefined };
}

function p99Of({ p99Ms }: EchoResult): number {
  return p99Ms;
}

function hadTheirCore(results: Results): boolean {
  const shares = [...results.values()].map((runs) => median(runs, ({ serverShare }) => serverShare) ?? 1);
  const hadIt = !shares.some((share) => share < UNDISTURBED_SHARE);
  if (!hadIt) console.log("the servers hadn't their core for themselves: p99 isn't judged");
  return hadIt;
}

type Results = ReadonlyMap<string, readonly EchoResult[]>;

async function takeTurns(contenders: Contenders, row: EchoRow, size: EchoSize): Promise<Results> {
  const { load, ours, plain, cutting, beam } = contenders;
  const servers: readonly Server[] = [
    ours,
    plain,
    ...(row.cutting === undefined ? [] : [cutting]),
    ...beam.values(),
  ];
  const results = new Map<string, EchoResult[]>(servers.map(({ name }) => [name, []]));
  for (let run = 0; run < size.runs; run += 1)
    for (const { name, port, pid } of servers) {
      const { lineBytes, inFlight } = row;
      const { warmUpMs, forMs } = size;
      const connections = Math.min(row.connections, size.mostConnections);
      const asked: EchoLoad = { port, serverPid: pid, connections, lineBytes, inFlight, warmUpMs, forMs };
      results.get(name)?.push(await load.ask<EchoResult>("echo", asked));
    }
  return results;
}

function rateOf(result: EchoResult): number {
  return rateByServerTime(result.linesPerSecond, result);
}

/** What the clock says, and who was busy. */
function describeClock(results: Results): string {
  const parts = [...results].map(([name, runs]) => {
    const [load, server] = [median(runs, (run) => run.loadShare), median(runs, (run) => run.serverShare)];
    const rate = ((median(runs, (run) => run.linesPerSecond) ?? 0) / 1_000).toFixed(0);
    return `${name} ${rate} k/s (server ${percent(server)}, load ${percent(load)} busy)`;
  });
  return `by the clock ${parts.join(", ")}`;
}
