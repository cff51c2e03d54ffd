/** Our server as a user starts it: the command in a process and a data folder of its own, with an account made over HTTP. */

import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { API_PREFIX } from "@wheelhouse/api";
import { endChild, spawnChild } from "../net/child.ts";
import { makeFolder, type Stored } from "./stores.ts";

const MAIN = fileURLToPath(new URL("../../apps/server/src/main.ts", import.meta.url));
/** None of what is measured is about it. */
const REQUEST_LIMIT = "1000000";
/** A server that takes longer for its drain is ended without. */
const DRAIN_MS = 20_000;

export interface OurServer extends Stored {
  readonly httpPort: number;
  readonly tcpPort: number;
  /** Of its first account. */
  readonly project: string;
  readonly deviceKey: string;
  readonly cookie: string;
}

/** @param nodeFlags such as `--cpu-prof`, which a user wouldn't give. */
export async function startServer(nodeFlags: readonly string[] = []): Promise<OurServer> {
  const folder = await makeFolder("wheelhouse");
  const addresses = ["--http", "127.0.0.1:0", "--tcp", "127.0.0.1:0", "--data", folder.path];
  const command = ["--conditions=source", ...nodeFlags, MAIN, ...addresses, "--request-limit", REQUEST_LIMIT];
  const child = spawnChild([process.execPath, ...command], ["ignore", "pipe", "pipe"]);
  const complaints = hearComplaints(child);
  const end = async () => {
    await drain(child);
    if (complaints.lines > 0)
      console.log(`the server logged ${complaints.lines} lines, first ${complaints.first}`);
    folder.remove();
  };
  try {
    const greeting = await greetingOf(child);
    const portOf = (label: string) => Number(new RegExp(`${label} .*:(\\d+)`).exec(greeting)?.[1]);
    const httpPort = portOf("page");
    const account = await register(httpPort);
    return { name: "ours", pid: child.pid ?? 0, httpPort, tcpPort: portOf("devices"), ...account, end };
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

async function drain(child: ChildProcess): Promise<void> {
  const ended = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
  child.kill("SIGTERM");
  await Promise.race([ended, wait(DRAIN_MS, undefined, { ref: false })]);
  await endChild(child);
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
