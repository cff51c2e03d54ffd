/** Our server as a user starts it: the command in a process and a data folder of its own, with an account made over HTTP. */

import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { API_PREFIX } from "@wheelhouse/api";
import { spawnChild } from "../net/child.ts";
import { endPolitely, makeFolder, type Stored } from "./stores.ts";

const MAIN = fileURLToPath(new URL("../../apps/server/src/main.ts", import.meta.url));
/** As `npm start` gives them. */
const START_FLAGS = ["--max-semi-space-size=16", "--conditions=source"];
/** None of what is measured is about it. */
const REQUEST_LIMIT = "1000000";

/** The command, and where it listens. */
export interface Command extends Stored {
  readonly httpPort: number;
  readonly tcpPort: number;
}

export interface OurServer extends Command {
  /** Of its first account. */
  readonly project: string;
  readonly deviceKey: string;
  readonly cookie: string;
}

/** @param nodeFlags such as `--cpu-prof`, which a user wouldn't give. */
export async function startServer(nodeFlags: readonly string[] = []): Promise<OurServer> {
  const command = await startCommand(nodeFlags);
  try {
    return { ...command, ...(await register(command.httpPort)) };
  } catch (error) {
    await command.end();
    throw error;
  }
}

/** Without an account. @param settings beside those that every measurement makes. */
export async function startCommand(
  nodeFlags: readonly string[] = [],
  settings: readonly string[] = [],
): Promise<Command> {
  const folder = await makeFolder("wheelhouse");
  const addresses = ["--http", "127.0.0.1:0", "--tcp", "127.0.0.1:0", "--data", folder.path];
  const own = [...addresses, "--request-limit", REQUEST_LIMIT];
  const command = [...START_FLAGS, ...nodeFlags, MAIN, ...own, ...settings];
  const child = spawnChild([process.execPath, ...command], ["ignore", "pipe", "pipe"]);
  const complaints = hearComplaints(child);
  const end = async () => {
    await endPolitely(child, "SIGTERM");
    if (complaints.lines > 0)
      console.log(`the server logged ${complaints.lines} lines, first ${complaints.first}`);
    folder.remove();
  };
  try {
    const greeting = await greetingOf(child);
    const portOf = (label: string) => Number(new RegExp(`${label} .*:(\\d+)`).exec(greeting)?.[1]);
    const ports = { httpPort: portOf("page"), tcpPort: portOf("devices") };
    return { name: "ours", pid: child.pid ?? 0, ...ports, end };
  } catch (error) {
    await end();
    throw error;
  }
}

const MOST_LETTERS = 300;

/** What it logs is told once: a server that is overloaded has a lot to say. */
function hearComplaints({ stderr }: ChildProcess): { lines: number; first: string } {
  const heard = { lines: 0, first: "" };
  stderr?.setEncoding("utf8").on("data", (text: string) => {
    heard.lines += text.split("\n").length - 1;
    heard.first = (heard.first + text.slice(0, MOST_LETTERS)).slice(0, MOST_LETTERS);
  });
  return heard;
}

async function greetingOf({ stdout }: ChildProcess): Promise<string> {
  let text = "";
  const parts = stdout?.iterator({ destroyOnReturn: false }) ?? [];
  for await (const part of parts) {
    text += String(part);
    if (/\n {2}data .*\n/.test(text)) break;
  }
  if (!text.includes("\n  data ")) throw new Error(`expected the server to greet, got: ${text}`);
  // What it says later must not fill the pipe.
  stdout?.resume();
  return text;
}

async function register(httpPort: number): Promise<Pick<OurServer, "project" | "deviceKey" | "cookie">> {
  const answer = await fetch(`http://127.0.0.1:${httpPort}${API_PREFIX}/users`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: "ann@example.org", password: "a violet anchor in june" }),
  });
  if (answer.status !== 201) throw new Error(`expected an account, got: ${await answer.text()}`);
  const { project, deviceKey } = (await answer.json()) as { project: { id: string }; deviceKey: string };
  const [cookie = ""] = answer.headers.getSetCookie()[0]?.split(";") ?? [];
  return { project: project.id, deviceKey, cookie };
}
