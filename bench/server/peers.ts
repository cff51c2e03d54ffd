/** The peers of the log figures, each in a folder of its own on the same disk, on a Unix socket there; where they are installed. */

import { execFile, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { glob, mkdir } from "node:fs/promises";
import { connect, type NetConnectOpts } from "node:net";
import { delimiter, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";
import { hasProgram, spawnChild } from "../net/child.ts";
import { endPolitely, makeFolder, type Folder, type Stored } from "./stores.ts";

const execute = promisify(execFile);

export interface Peer extends Stored {
  readonly name: "redis" | "postgres";
  readonly address: NetConnectOpts;
}

const LOOK_EVERY_MS = 50;
const MOST_LOOKS = 400;
/** PostgreSQL doesn't run as root. */
const ORDINARY_USER = "postgres";
/** Where Debian keeps its programs, which are on no path. */
const POSTGRES_FOLDERS = "/usr/lib/postgresql/*/bin";

/** Starts those that there are; says which there aren't. */
export async function startPeers(): Promise<readonly Peer[]> {
  const peers: Peer[] = [];
  try {
    for (const start of [startRedis, startPostgres]) {
      const peer = await start();
      if (peer !== undefined) peers.push(peer);
    }
    return peers;
  } catch (error) {
    for (const peer of peers) await peer.end();
    throw error;
  }
}

async function startRedis(): Promise<Peer | undefined> {
  if (!hasProgram("redis-server", ["--version"])) {
    console.log("Redis is skipped: there is no redis-server on the path");
    return undefined;
  }
  const { stdout } = await execute("redis-server", ["--version"]);
  console.log(`Redis ${/v=(\S+)/.exec(stdout)?.[1] ?? ""}: appendonly yes, appendfsync always`);
  const folder = await makeFolder("redis");
  const path = join(folder.path, "socket");
  // Its log is rewritten at no time, which it would else do while it is measured.
  const settings = {
    port: "0",
    unixsocket: path,
    dir: folder.path,
    save: "",
    "auto-aof-rewrite-percentage": "0",
  };
  const synced = { appendonly: "yes", appendfsync: "always" };
  const args = Object.entries({ ...settings, ...synced }).flatMap(([name, value]) => [`--${name}`, value]);
  return startPeer("redis", ["redis-server", ...args], folder, path);
}

async function startPostgres(): Promise<Peer | undefined> {
  const programs = await postgresFolder();
  if (programs === undefined) {
    console.log(
      `PostgreSQL is skipped: there is no postgres with initdb on the path or in ${POSTGRES_FOLDERS}`,
    );
    return undefined;
  }
  const { stdout } = await execute(join(programs, "postgres"), ["--version"]);
  console.log(`${stdout.trim()}: synchronous_commit on, else as it comes`);
  const folder = await makeFolder("postgres");
  const data = join(folder.path, "data");
  const asUser = process.getuid?.() === 0 ? ["setpriv", `--reuid=${ORDINARY_USER}`, "--clear-groups"] : [];
  await mkdir(data, { mode: 0o700 });
  if (asUser.length > 0) await execute("chown", ["-R", ORDINARY_USER, folder.path]);
  const initdb = [join(programs, "initdb"), "-D", data, "-A", "trust", "-U", "postgres"];
  const [program = "", ...args] = [...asUser, ...initdb];
  await execute(program, args);
  const settings = { listen_addresses: "", unix_socket_directories: folder.path, synchronous_commit: "on" };
  const given = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const command = [...asUser, join(programs, "postgres"), "-D", data, ...given];
  const peer = await startPeer("postgres", command, folder, join(folder.path, ".s.PGSQL.5432"));
  await untilReady(programs, folder.path);
  await createTable(programs, folder.path);
  return peer;
}

async function postgresFolder(): Promise<string | undefined> {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  for await (const folder of glob(POSTGRES_FOLDERS)) folders.push(folder);
  return folders.find(
    (folder) =>
      hasProgram(join(folder, "initdb"), ["--version"]) && hasProgram(join(folder, "psql"), ["--version"]),
  );
}

/** It listens while it still starts, and refuses whoever comes then. */
async function untilReady(programs: string, folder: string): Promise<void> {
  const isReady = () => hasProgram(join(programs, "pg_isready"), ["-q", "-h", folder]);
  for (let looks = 0; looks < MOST_LOOKS && !isReady(); looks += 1) await wait(LOOK_EVERY_MS);
}

async function createTable(programs: string, folder: string): Promise<void> {
  const columns = "id bigserial PRIMARY KEY, device text, at bigint, level text, message text";
  const args = ["-h", folder, "-U", "postgres", "-c", `CREATE TABLE entries (${columns})`];
  await execute(join(programs, "psql"), args);
}

async function startPeer(
  name: Peer["name"],
  command: readonly string[],
  folder: Folder,
  path: string,
): Promise<Peer> {
  const child = spawnChild(command, ["ignore", "ignore", "ignore"]);
  const end = async () => {
    // Lets it give back what it shares with its children.
    await endPolitely(child, "SIGINT");
    folder.remove();
  };
  try {
    await answers(child, path);
    return { name, pid: child.pid ?? 0, address: { path }, end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function answers(child: ChildProcess, path: string): Promise<void> {
  for (let looks = 0; looks < MOST_LOOKS && child.exitCode === null; looks += 1) {
    const socket = connect({ path });
    const isThere = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isThere) return;
    await wait(LOOK_EVERY_MS);
  }
  throw new Error(`expected ${child.spawnargs.join(" ")} to listen`);
}
