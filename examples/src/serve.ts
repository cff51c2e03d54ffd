/** An example that listens, as a program: its arguments, its signals, what it prints, and its exit code. */

import process from "node:process";

import {
  formatReason,
  start,
  type Application,
  type ProcessName,
  type RuntimeEvent,
  type Supervisor,
} from "@wheelhouse/actors";
import { ListenError, type ListenerProtocol } from "@wheelhouse/net";

import { parseListenArguments, type ListenArguments } from "./arguments.ts";

export interface Server {
  readonly name: string;
  readonly summary: string;
  /** Where it listens unless told otherwise. */
  readonly port: number;
  readonly app: Supervisor<ListenArguments>;
  readonly listener: ProcessName<ListenerProtocol>;
  /** The program to speak to it with: `nc`. */
  readonly client: string;
}

const HOST = "127.0.0.1";
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Serves until a signal ends it; `process.exitCode` says how it went. */
export async function serve(server: Server, args: readonly string[]): Promise<void> {
  const parsed = parseListenArguments(args, { host: HOST, port: server.port });
  if (parsed === "help") process.stdout.write(helpOf(server));
  else if ("problem" in parsed) complain(server, parsed.problem, 2);
  else await serveAt(server, parsed);
}

async function serveAt(server: Server, where: ListenArguments): Promise<void> {
  let app: Application;
  try {
    app = await start(server.app, where);
  } catch (error) {
    const refused = findListenError(error);
    if (refused === undefined) throw error;
    complain(server, `${refused.message}; choose another place with --host and --port`, 1);
    return;
  }
  app.runtime.on((event) => report(server, event));
  for (const signal of SIGNALS) process.once(signal, () => void app.stop());
  const { host, port } = (await app.call(server.listener, "info")).local;
  process.stdout.write(`listening on ${host}:${port} (try: ${server.client} ${host} ${port})\n`);
  const reason = await app.ended;
  if (reason !== "shutdown") complain(server, `ended: ${formatReason(reason)}`, 1);
}

/** A start fails with the reasons of all supervisors above the one that failed. */
function findListenError(error: unknown): ListenError | undefined {
  if (error instanceof ListenError) return error;
  return error instanceof Error ? findListenError(error.cause) : undefined;
}

function report(server: Server, event: RuntimeEvent): void {
  if (event.type === "crash" && "process" in event)
    process.stderr.write(`${server.name}: ${event.process.label} crashed: ${formatReason(event.reason)}\n`);
}

function complain(server: Server, problem: string, exitCode: number): void {
  process.stderr.write(`${server.name}: ${problem}\n`);
  process.exitCode = exitCode;
}

function helpOf({ summary, port }: Server): string {
  return `${summary}

  --port N    where to listen; 0 for any free port (${port})
  --host H    the address to listen on (${HOST})
  --help      show this
`;
}
