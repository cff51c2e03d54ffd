/** The server as a command: reads the settings, runs it, and ends it and the process when asked to. */

import { StartFailedError, type RuntimeEvent } from "@wheelhouse/actors";
import { ListenError, formatEndpoint } from "@wheelhouse/net";
import { StorageFailedError, StorageUnusableError } from "@wheelhouse/storage";
import { databaseFile } from "@wheelhouse/storage/sqlite";
import type { Logger } from "pino";
import packageJson from "../package.json" with { type: "json" };
import { formatHelp, readCommandLine, type Config, type HostAndPort } from "./config.ts";
import { ANY_ADDRESS, isLoopbackName } from "./http/security.ts";
import { TlsFilesError } from "./http/tls.ts";
import { createLog, logEvent } from "./log.ts";
import { startServer, type RunningServer } from "./server.ts";

/** The same signal twice within so long is one: npm passes on what the terminal has sent to both. */
const SAME_SIGNAL_MS = 250;

const WRONG_SETTING = 2;
const CRASHED = 1;

/** Runs the server until it is signalled to stop, then ends the process; says in one line what it can't start with. */
export async function runServerCommand(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const command = readCommandLine(args, environment);
  switch (command.type) {
    case "help":
      return void process.stdout.write(formatHelp());
    case "version":
      return void process.stdout.write(`${packageJson.version}\n`);
    case "wrong":
      return fail(WRONG_SETTING, command.message);
    case "run":
      return run(command.config);
  }
}

async function run(config: Config): Promise<void> {
  // Whoever read what it says may be gone: that ends no game.
  process.stdout.on("error", () => undefined);
  const log = createLog(config);
  // A start that fails for a setting is told in one line; what its processes said of it would only bury that.
  const early: RuntimeEvent[] = [];
  let write = (event: RuntimeEvent): void => void early.push(event);
  const logEarly = () => {
    for (const event of early.splice(0)) logEvent(log, event);
  };
  let server: RunningServer;
  try {
    server = await startServer(config, { onEvent: (event) => write(event) });
  } catch (error) {
    return failToStart(config, error, logEarly);
  }
  write = (event) => logEvent(log, event);
  logEarly();
  endOnSignal(server);
  reloadOnSignal(server, log);
  greet(config, server);
  const reason = await server.app.ended;
  if (reason !== "shutdown") return fail(CRASHED, "the server gave up; its log says why");
  process.exit(0);
}

function greet(
  { data, http: asked, publicUrl, tlsCert }: Config,
  { http, tcp, setupCode }: RunningServer,
): void {
  const colour = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;
  const bold = (text: string) => (colour ? `\u001b[1m${text}\u001b[0m` : text);
  process.stdout.write(`${bold(`Wheelhouse ${packageJson.version}`)}
  page     ${bold(pageAddress({ publicUrl, tlsCert }, http))}
  devices  ${bold(formatEndpoint(tcp))} (TCP)
  data     ${data}
`);
  const isReachable = publicUrl !== undefined || !isLoopbackName(formatEndpoint({ ...asked, port: 0 }));
  if (setupCode !== undefined && isReachable)
    process.stdout.write(
      `  code     ${bold(setupCode)} makes the first account from another machine, once\n`,
    );
}

/** An address that the page really answers at: no request names `0.0.0.0`. */
function pageAddress(
  { publicUrl, tlsCert }: Pick<Config, "publicUrl" | "tlsCert">,
  http: HostAndPort,
): string {
  const isAny = ANY_ADDRESS.has(http.host);
  if (isAny && publicUrl !== undefined) return `${publicUrl.origin} (on ${formatEndpoint(http)})`;
  const host = isAny ? "localhost" : http.host;
  return `${tlsCert === undefined ? "http" : "https"}://${formatEndpoint({ ...http, host })}`;
}

/** The first signal drains; the second ends at once. */
function endOnSignal(server: RunningServer): void {
  let firstAt: number | undefined;
  const end = () => {
    if (firstAt === undefined) {
      firstAt = performance.now();
      process.stdout.write("stopping: storing what came, telling devices …\n");
      void server.stop();
    } else if (performance.now() - firstAt > SAME_SIGNAL_MS) {
      process.exit(CRASHED);
    }
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}

/** As daemons do: the certificate was renewed. */
function reloadOnSignal(server: RunningServer, log: Logger): void {
  const reload = async () => {
    const outcome = await server.reloadTls();
    if (outcome === "reloaded") log.info("the certificate was read again");
    else log.error({ why: outcome.failed }, "the certificate stays as it was");
  };
  process.on("SIGHUP", () => void reload());
}

function failToStart(config: Config, error: unknown, logEarly: () => void): void {
  const reason = rootReason(error);
  if (reason instanceof ListenError) {
    const { host, port } = reason.endpoint;
    const flag = port === config.http.port && host === config.http.host ? "--http" : "--tcp";
    return fail(
      WRONG_SETTING,
      `${flag} ${formatEndpoint({ host, port })}: ${reason.message}; choose another with ${flag} HOST:PORT`,
    );
  }
  if (reason instanceof TlsFilesError) return fail(WRONG_SETTING, reason.message);
  const unusable = whyUnusable(config, reason);
  if (unusable !== undefined)
    return fail(WRONG_SETTING, `--data ${config.data}: ${unusable}; choose another with --data DIR`);
  logEarly();
  return fail(CRASHED, `couldn't start: ${reason instanceof Error ? reason.message : String(reason)}`);
}

/** A data file may have a sound beginning and show only when it is read that the rest is damaged. */
function whyUnusable({ data }: Config, reason: unknown): string | undefined {
  if (reason instanceof StorageUnusableError) return reason.message;
  return reason instanceof StorageFailedError
    ? `the data file ${databaseFile(data)} can't be used: ${reason.message}`
    : undefined;
}

/** Supervisors wrap the reason of what failed below them. */
function rootReason(error: unknown): unknown {
  return error instanceof StartFailedError ? rootReason(error.reason) : error;
}

function fail(code: number, message: string): void {
  process.stderr.write(`wheelhouse: ${message}\n`);
  process.exitCode = code;
  process.exit();
}
