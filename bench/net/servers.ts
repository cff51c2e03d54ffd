/** The servers that are measured: ours, and the peers. */

import { startBeamServers } from "./beam-servers.ts";
import { Child, LOAD_CORE, SERVER_CORE, canPin } from "./child.ts";
import type { Census } from "./servers/census.ts";
import type { OurOptions } from "./our-server.ts";
import type { Usage } from "./servers/usage.ts";

export interface Server {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  end(): Promise<void>;
}

export interface ServerCounts {
  readonly accepted: number;
  readonly ended: number;
  /** Of ours only. */
  readonly refused: number;
}

/** A server of Node.js, which can be asked. */
export class NodeServer implements Server {
  readonly name: string;
  readonly port: number;
  readonly child: Child;

  constructor(name: string, port: number, child: Child) {
    this.name = name;
    this.port = port;
    this.child = child;
  }

  get pid(): number {
    return this.child.pid;
  }

  usage(): Promise<Usage> {
    return this.child.ask("usage");
  }

  counts(): Promise<ServerCounts> {
    return this.child.ask("counts");
  }

  /** Of ours only. */
  census(): Promise<Census> {
    return this.child.ask("census");
  }

  /** Of ours only: how many processes ended for each reason. */
  endings(): Promise<Readonly<Record<string, number>>> {
    return this.child.ask("endings");
  }

  end(): Promise<void> {
    return this.child.end();
  }
}

interface NodeServerOptions {
  /** With the settings of the guide, or as Node.js starts by itself. Default: `guide`. */
  readonly settings?: "guide" | "none";
  readonly nodeFlags?: readonly string[];
  readonly descriptors?: number;
}

export async function startOurs(options: OurOptions = {}, node: NodeServerOptions = {}): Promise<NodeServer> {
  return startNode("ours", "our-server.ts", { ...node, args: [JSON.stringify(options)] });
}

export async function startPlain(node: NodeServerOptions = {}): Promise<NodeServer> {
  return startNode("plain", "plain-server.ts", node);
}

function startCutting(): Promise<NodeServer> {
  return startNode("cutting", "plain-server.ts", { args: ["lines"] });
}

/** As "Memory, and what V8 is told" in docs/guides/draining-and-deploying.md has it; plain servers get the same. */
const NODE_FLAGS = ["--max-semi-space-size=2", "--single-threaded-gc"];
const ENVIRONMENT = { MALLOC_TRIM_THRESHOLD_: "134217728" };

async function startNode(
  name: string,
  file: string,
  {
    settings = "guide",
    nodeFlags = [],
    ...options
  }: NodeServerOptions & { readonly args?: readonly string[] },
): Promise<NodeServer> {
  const told =
    settings === "guide"
      ? { nodeFlags: [...NODE_FLAGS, ...nodeFlags], environment: ENVIRONMENT }
      : { nodeFlags };
  const { child, ready } = await Child.start(file, { core: SERVER_CORE, ...options, ...told });
  return new NodeServer(name, Number(ready), child);
}

export async function startLoad(): Promise<Child> {
  if (!canPin) console.log("there is no taskset: servers and load aren't held to cores");
  return (await Child.start("load.ts", { core: LOAD_CORE, nodeFlags: ["--max-semi-space-size=64"] })).child;
}

/** What a comparison runs with; all of it is ended afterwards, whatever came of it. */
export interface Contenders {
  readonly load: Child;
  readonly ours: NodeServer;
  readonly plain: NodeServer;
  /** The plain one when it cuts lines and joins them again. */
  readonly cutting: NodeServer;
  /** By name: `gen_tcp`, `ranch`; those that are absent are missing. */
  readonly beam: ReadonlyMap<string, Server>;
}

export function withContenders<T>(
  onBeamToo: boolean,
  use: (contenders: Contenders) => Promise<T>,
): Promise<T> {
  const starts = [startLoad, startOurs, startPlain, startCutting] as const;
  return withEnded(starts, async ([load, ours, plain, cutting]) => {
    const beam = onBeamToo ? await startBeamServers() : [];
    try {
      return await use({
        load,
        ours,
        plain,
        cutting,
        beam: new Map(beam.map((server) => [server.name, server])),
      });
    } finally {
      for (const server of beam) await server.end();
    }
  });
}

interface Ending {
  end(): Promise<void>;
}

type Starts<E extends readonly Ending[]> = { readonly [I in keyof E]: () => Promise<E[I]> };

/** Starts all, and ends those that had started, whatever comes of it. */
export async function withEnded<const E extends readonly Ending[], T>(
  starts: Starts<E>,
  use: (started: E) => Promise<T>,
): Promise<T> {
  const started: Ending[] = [];
  try {
    for (const start of starts) started.push(await start());
    return await use(started as readonly Ending[] as E);
  } finally {
    for (const each of started) await each.end();
  }
}
