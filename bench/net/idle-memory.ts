/** `npm run bench -- net-idle-memory`: resident memory of a connection that was served once and is silent. */

import { atMostTimes, medians, printFigures, type Figure, type Size } from "../figure.ts";
import { startThousandIsland } from "./beam-servers.ts";
import { hardDescriptorLimit, residentBytesOf, type Child } from "./child.ts";
import type { CrowdLoad, CrowdResult } from "./load/crowd.ts";
import { startLoad, startOurs, startPlain, withEnded, type NodeServer, type Server } from "./servers.ts";

export const FULL: Size = { count: 15_000, runs: 3 };
/** Connections before the first look: what the first ones cost isn't a connection's own. */
const WARM_UP_SHARE = 0.01;
/** File descriptors that a process has besides its connections. */
const OTHER_DESCRIPTORS = 200;

const AS_IT_STARTS = { settings: "none", nodeFlags: ["--expose-gc"] } as const;
const AS_THE_GUIDE_SAYS = { ...AS_IT_STARTS, settings: "guide" } as const;

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export async function measure({ count, runs }: Size): Promise<readonly Figure[]> {
  const connections = Math.min(count, mostConnections());
  if (connections < count)
    console.log(`${connections} connections instead of ${count}: more file descriptors aren't allowed`);
  const options = { maxConnections: connections };
  const bytes = await medians(runs, {
    ours: () => bytesOfNode(() => startOurs(options, AS_IT_STARTS), connections),
    plain: () => bytesOfNode(() => startPlain(AS_IT_STARTS), connections),
    oursTold: () => bytesOfNode(() => startOurs(options, AS_THE_GUIDE_SAYS), connections),
    plainTold: () => bytesOfNode(() => startPlain(AS_THE_GUIDE_SAYS), connections),
  });
  const thousandIsland = await bytesOfThousandIsland(connections);
  const what = `an idle connection, of ${connections.toLocaleString("en")}`;
  return [
    atMostTimes(`${what}: node:net`, bytes.ours, bytes.plain, 1.5, "bytes", 1.25),
    atMostTimes(
      `${what}, both told as in the guide: node:net`,
      bytes.oursTold,
      bytes.plainTold,
      1.5,
      "bytes",
    ),
    atMostTimes(`${what}: Thousand Island`, bytes.ours, thousandIsland, 1, "bytes"),
  ];
}

function mostConnections(): number {
  const limit = hardDescriptorLimit();
  return limit === "unlimited" ? Infinity : Number(limit) - OTHER_DESCRIPTORS;
}

function bytesOfNode(startServer: () => Promise<NodeServer>, connections: number): Promise<number> {
  return withEnded([startLoad, startServer], ([load, server]) =>
    bytesOfOne(load, server, connections, async () => (await server.usage()).residentBytes),
  );
}

/** Once: it takes its time to start, and what it keeps hardly varies. */
async function bytesOfThousandIsland(connections: number): Promise<number | undefined> {
  const server = await startThousandIsland();
  if (server === undefined) return undefined;
  const startServer = () => Promise.resolve(server);
  return withEnded([startServer, startLoad], ([, load]) =>
    bytesOfOne(load, server, connections, () => residentBytesOf(server.pid)),
  );
}

/** What the later ones add, each. */
async function bytesOfOne(
  load: Child,
  { port }: Server,
  connections: number,
  residentBytes: () => Promise<number>,
): Promise<number> {
  const first = Math.ceil(connections * WARM_UP_SHARE);
  const gather = async (more: number) => {
    const { answered } = await load.ask<CrowdResult>("gather", {
      port,
      connections: more,
    } satisfies CrowdLoad);
    if (answered !== more) throw new Error(`expected ${more} connections to be served, got: ${answered}`);
    return residentBytes();
  };
  const before = await gather(first);
  return ((await gather(connections - first)) - before) / (connections - first);
}
