/** `npm run bench -- security-slow`: slowhttptest in its three modes against the web port, while people and devices go on. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { atMost, printFigures, quantile, type Figure } from "../figure.ts";
import { api, registerOwner, withServer, type Registered, type Server } from "./server.ts";

export interface SlowSize {
  readonly connections: number;
  readonly seconds: number;
}

export const FULL: SlowSize = { connections: 3_000, seconds: 20 };
const PROGRAM = process.env["SLOWHTTPTEST"] ?? "slowhttptest";
const EVERY_MS = 50;
/** A person waits no longer for an answer, and no device for its welcome. */
const PATIENCE_MS = 1_000;

const MODES = { headers: ["-H"], body: ["-B"], read: ["-X", "-w", "1", "-y", "2", "-z", "1"] } as const;

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export async function measure(size: SlowSize): Promise<readonly Figure[]> {
  if (!(await isThere())) {
    console.log("slowhttptest isn't installed: skipped");
    return [];
  }
  return withServer(async (server) => {
    const owner = await registerOwner(server);
    const figures: Figure[] = [];
    for (const [mode, flags] of Object.entries(MODES)) {
      const { pages, devices } = await under(server, owner, [...flags], size);
      console.log(
        `slow ${mode}: ${pages.length} requests, the slowest ${worst(pages)} ms; ${devices.length} devices, the slowest ${worst(devices)} ms, median ${quantile(devices, 0.5).toFixed(1)} ms`,
      );
      figures.push(
        atMost(`slow ${mode}: requests without an answer in ${PATIENCE_MS} ms`, late(pages), 0, ""),
        atMost(`slow ${mode}: devices without a welcome in ${PATIENCE_MS} ms`, late(devices), 0, ""),
      );
    }
    return figures;
  });
}

async function isThere(): Promise<boolean> {
  const child = spawn(PROGRAM, ["-h"], { stdio: "ignore" });
  return new Promise((resolve) => {
    child.once("error", () => resolve(false));
    child.once("exit", () => resolve(true));
  });
}

async function under(server: Server, owner: Registered, flags: readonly string[], size: SlowSize) {
  const url = `http://127.0.0.1:${server.httpPort}${api("/installation")}`;
  const args = [
    ...flags,
    "-c",
    String(size.connections),
    "-r",
    "500",
    "-l",
    String(size.seconds),
    "-i",
    "1",
    "-p",
    "3",
    "-u",
    url,
  ];
  const child = spawn(PROGRAM, args, { stdio: "ignore" });
  const ended = once(child, "exit");
  const pages: number[] = [];
  const devices: number[] = [];
  while (child.exitCode === null) {
    pages.push(await timeOf(() => visit(server)));
    devices.push(await timeOf(() => verify(server, owner.deviceKey)));
    await wait(EVERY_MS);
  }
  await ended;
  return { pages, devices };
}

async function timeOf(work: () => Promise<boolean>): Promise<number> {
  const began = performance.now();
  return (await work().catch(() => false)) ? performance.now() - began : Infinity;
}

/** As a page that is opened: over a connection of its own. */
async function visit({ httpPort }: Server): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${httpPort}/`, {
    headers: { connection: "close" },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  await answer.text();
  return answer.status === 200;
}

async function verify({ tcpPort }: Server, key: string): Promise<boolean> {
  const socket = connect(tcpPort, "127.0.0.1");
  try {
    socket.write(`v:${key}\n`);
    const [said] = (await once(socket, "data", { signal: AbortSignal.timeout(PATIENCE_MS) })) as [Buffer];
    return String(said) === "OK\n";
  } finally {
    socket.destroy();
  }
}

const late = (times: readonly number[]) => times.filter((ms) => ms > PATIENCE_MS).length;
const worst = (times: readonly number[]) => Math.max(...times).toFixed(0);
