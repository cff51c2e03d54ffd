/** An example that listens, as a program: its arguments, its signals, what it prints, and its exit code. */

import {
  formatReason,
  start,
  type Application,
  type ProcessName,
  type RuntimeEvent,
  type Supervisor,
} from "@wheelhouse/actors";
import { ListenError, formatEndpoint, type Endpoint, type ListenerProtocol } from "@wheelhouse/net";

import {
  LISTEN_HOST,
  isProblem,
  listenOptions,
  readListenArguments,
  readOptions,
  type ArgumentProblem,
  type GivenOptions,
  type ListenArguments,
  type ListenDefaults,
  type Options,
} from "./arguments.ts";

/** What listens. */
export interface Program<A> {
  readonly app: Supervisor<A>;
  /** Asks it where: the port may have been 0. */
  readonly local: (app: Application) => Promise<Endpoint>;
}

export interface Server<A extends ListenArguments> {
  readonly name: string;
  readonly summary: string;
  readonly listens: ListenDefaults;
  /** Options besides those that say where it listens, and the lines of the help that tell of them. */
  readonly options?: Omit<Options, "help">;
  readonly help?: string;
  /** What all of it comes to. */
  readonly read: (where: ListenArguments, given: GivenOptions) => A | ArgumentProblem;
  readonly program: (args: A) => Program<A>;
  /** What to type to speak to it: `nc 127.0.0.1 7007`. */
  readonly tryWith: (local: Endpoint, args: A) => string;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Serves until a signal ends it; `process.exitCode` says how it went. */
export async function serve<A extends ListenArguments>(
  server: Server<A>,
  args: readonly string[],
): Promise<void> {
  const parsed = parse(server, args);
  if (parsed === "help") process.stdout.write(helpOf(server));
  else if (isProblem(parsed)) complain(server, parsed.problem, 2);
  else await serveAt(server, parsed);
}

export function netcat({ host, port }: Endpoint): string {
  return `nc ${host} ${port}`;
}

export function telnet({ host, port }: Endpoint): string {
  return `telnet ${host} ${port}`;
}

/** A program whose one listener has that name. */
export function listenerProgram<A>(
  app: Supervisor<A>,
  listener: ProcessName<ListenerProtocol>,
): () => Program<A> {
  return () => ({ app, local: async (running) => (await running.call(listener, "info")).local });
}

function parse<A extends ListenArguments>(
  { listens, options, read }: Server<A>,
  args: readonly string[],
): A | "help" | ArgumentProblem {
  const given = readOptions(args, { ...options, ...listenOptions(listens) });
  if (given === "help" || isProblem(given)) return given;
  const where = readListenArguments(given, listens, process.env);
  return isProblem(where) ? where : read(where, given);
}

async function serveAt<A extends ListenArguments>(server: Server<A>, args: A): Promise<void> {
  const program = server.program(args);
  let app: Application;
  try {
    app = await start(program.app, args);
  } catch (error) {
    const refused = findListenError(error);
    if (refused === undefined) throw error;
    const { hostOption = "host" } = server.listens;
    complain(server, `${refused.message}; choose another place with --${hostOption} and --port`, 1);
    return;
  }
  app.runtime.on((event) => report(server, event));
  for (const signal of SIGNALS) process.once(signal, () => void app.stop());
  const local = await program.local(app);
  process.stdout.write(`listening on ${formatEndpoint(local)} (try: ${server.tryWith(local, args)})\n`);
  const reason = await app.ended;
  if (reason !== "shutdown") complain(server, `ended: ${formatReason(reason)}`, 1);
}

/** A start fails with the reasons of all supervisors above the one that failed. */
function findListenError(error: unknown): ListenError | undefined {
  if (error instanceof ListenError) return error;
  return error instanceof Error ? findListenError(error.cause) : undefined;
}

function report({ name }: { readonly name: string }, event: RuntimeEvent): void {
  if (event.type === "crash" && "process" in event)
    process.stderr.write(`${name}: ${event.process.label} crashed: ${formatReason(event.reason)}\n`);
}

function complain({ name }: { readonly name: string }, problem: string, exitCode: number): void {
  process.stderr.write(`${name}: ${problem}\n`);
  process.exitCode = exitCode;
}

function helpOf<A extends ListenArguments>({ summary, listens, help = "" }: Server<A>): string {
  const { port, hostOption = "host", environment } = listens;
  const orVariable = (option: string) =>
    environment === undefined ? "" : `, or ${environment}_${option.toUpperCase()}`;
  return `${summary}

  --port N      where to listen; 0 for any free port (${port}${orVariable("port")})
  ${`--${hostOption} H`.padEnd(12)}  the address to listen on (${LISTEN_HOST}${orVariable(hostOption)})
${help}  --help        show this
`;
}
