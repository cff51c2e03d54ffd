/** The peers on the BEAM: `line_echo.erl` on gen_tcp and on Ranch, each in a virtual machine of its own with one scheduler. */

import { execFile, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { glob, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { otpRelease } from "../otp-differential/play-there.ts";
import { SERVER_CORE, endChild, hardDescriptorLimit, hasProgram, pinned, spawnChild } from "./child.ts";
import type { Server } from "./servers.ts";

const execute = promisify(execFile);
const PROGRAM = fileURLToPath(new URL("servers/line_echo.erl", import.meta.url));
const THOUSAND_ISLAND = fileURLToPath(new URL("servers/thousand_island.exs", import.meta.url));
/** Where a package of Debian's keeps one, when it is on no path. */
const RANCH_IN_RABBITMQ = "/usr/lib/rabbitmq/lib/*/plugins/ranch-2*/ebin";
/** Prints the version of a Ranch that starts: it needs Erlang's ssl, which may be a package of its own. */
const RANCH_VERSION =
  "{ok, _} = application:ensure_all_started(ranch), {ok, V} = application:get_key(ranch, vsn), io:put_chars(V), halt().";
/** A failure is told by the bench, not by a file in the folder it runs in. */
const NO_DUMP = { ...process.env, ERL_CRASH_DUMP_SECONDS: "0" };
/** One that sleeps when it has nothing to do: the time it would wait busily isn't the price of a line. */
const ONE_SCHEDULER = ["+S", "1:1", "+sbwt", "none", "+Q", "65536"];

/** Starts those that this machine has; says which it hasn't. */
export async function startBeamServers(): Promise<readonly Server[]> {
  if ((await otpRelease()) === undefined) {
    console.log("gen_tcp and Ranch are skipped: there is no erl on the path");
    return [];
  }
  const folder = await mkdtemp(join(tmpdir(), "net-bench-"));
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", removeFolder);
  try {
    const servers = await startFrom(folder);
    return servers.map((server) => ({ ...server, end: () => server.end().then(removeFolder) }));
  } catch (error) {
    removeFolder();
    throw error;
  }
}

async function startFrom(folder: string): Promise<readonly Server[]> {
  await execute("erlc", ["-o", folder, PROGRAM]);
  const genTcp = await startServer("gen_tcp", folder, []);
  const ranch = await startRanch(folder);
  return ranch === undefined ? [genTcp] : [genTcp, ranch];
}

async function startRanch(folder: string): Promise<Server | undefined> {
  const paths = [[]] as string[][];
  for await (const found of glob(RANCH_IN_RABBITMQ)) paths.push(["-pa", found]);
  for (const path of paths) {
    const version = await ranchVersion(path);
    if (!version.startsWith("2.")) continue;
    console.log(`Ranch ${version}`);
    return startServer("ranch", folder, path);
  }
  console.log("Ranch is skipped: no Ranch 2 starts from the code path or ERL_LIBS");
  return undefined;
}

async function ranchVersion(path: readonly string[]): Promise<string> {
  const found = execute("erl", ["-noshell", ...path, "-eval", RANCH_VERSION], {
    env: NO_DUMP,
    timeout: 20_000,
  });
  return found.then(
    ({ stdout }) => stdout,
    () => "none",
  );
}

function startServer(name: string, folder: string, path: readonly string[]): Promise<Server> {
  const machine = ["erl", ...ONE_SCHEDULER, "-noshell"];
  return begin(name, [...machine, "-pa", folder, ...path, "-s", "line_echo", name]);
}

/** Where there are an elixir and the library, in ERL_LIBS; else `undefined`, and a line that says so. */
export async function startThousandIsland(): Promise<Server | undefined> {
  if (hasProgram("elixir", ["-e", "{:module, _} = Code.ensure_loaded(ThousandIsland)"]))
    return begin("Thousand Island", ["elixir", "--erl", ONE_SCHEDULER.join(" "), THOUSAND_ISLAND]);
  console.log("Thousand Island is skipped: there is no elixir that finds it in ERL_LIBS");
  return undefined;
}

async function begin(name: string, command: readonly string[]): Promise<Server> {
  const raised = ["sh", "-c", `ulimit -n ${hardDescriptorLimit()}; exec "$@"`, "sh", ...command];
  const child = spawnChild(pinned(SERVER_CORE, raised), ["pipe", "pipe", "inherit"]);
  try {
    const port = await portOf(name, child);
    return { name, port, pid: child.pid ?? 0, end: () => endChild(child) };
  } catch (error) {
    await endChild(child);
    throw error;
  }
}

/** The first line it prints. */
async function portOf(name: string, child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error("expected a pipe");
  const [line] = (await Promise.race([once(createInterface(child.stdout), "line"), once(child, "exit")])) as [
    unknown,
  ];
  const port = Number(line);
  if (!(port > 0)) throw new Error(`expected ${name} to print its port, got: ${String(line)}`);
  return port;
}
