/** The real command in a process of its own, to be signalled, killed and started again. */

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { afterTest } from "../support.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** How a process ended, and all it said. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ServerProcess {
  readonly httpPort: number;
  readonly tcpPort: number;
  readonly ended: Promise<Ended>;
  /** Whether it has ended. */
  readonly isOver: boolean;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when its standard output has this text. */
  says(text: string): Promise<void>;
  /** Resolves when its standard error has this text. */
  logs(text: string): Promise<void>;
}

/** Runs the command until it ends by itself. */
export function runCommand(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Command(args, environment).ended;
}

/** Starts a server and waits until it listens; it is killed after the test unless it has ended. */
export async function startProcess(args: readonly string[]): Promise<ServerProcess> {
  const command = new Command(args, {});
  // The last line of its greeting.
  await command.says("\n  data ");
  const portOf = (label: string) => Number(new RegExp(`${label} .*:(\\d+)`).exec(command.stdout)?.[1]);
  return Object.assign(command, { httpPort: portOf("page"), tcpPort: portOf("devices") });
}

class Command {
  readonly ended: Promise<Ended>;
  isOver = false;
  stdout = "";
  stderr = "";
  readonly #child;
  #wake = () => {};

  constructor(args: readonly string[], environment: NodeJS.ProcessEnv) {
    const child = spawn(process.execPath, ["--conditions=source", MAIN, ...args], {
      env: { PATH: process.env["PATH"], ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
      this.#wake();
    });
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.stdout += text;
      this.#wake();
    });
    this.ended = new Promise((resolve) => {
      child.once("close", (code, signal) => {
        this.isOver = true;
        this.#wake();
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr });
      });
    });
    afterTest(async () => {
      if (!this.isOver) child.kill("SIGKILL");
      await this.ended;
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  says(text: string): Promise<void> {
    return this.#until(text, () => this.stdout);
  }

  logs(text: string): Promise<void> {
    return this.#until(text, () => this.stderr);
  }

  async #until(text: string, read: () => string): Promise<void> {
    while (!read().includes(text)) {
      if (this.isOver)
        throw new Error(`expected the server to say ${text}, got: ${JSON.stringify(await this.ended)}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** Below the ports that systems give to whoever asks for any, so that nobody gets one while its server is down. */
const LOWEST_PORT = 20_000;
const PORTS = 10_000;
const TRIES = 100;

/** A port that is free and stays so. */
export async function freePort(): Promise<number> {
  for (let left = TRIES; left > 0; left -= 1) {
    const port = LOWEST_PORT + Math.floor(Math.random() * PORTS);
    if (await isFree(port)) return port;
  }
  throw new Error(`expected one of ${TRIES} ports to be free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ host: "127.0.0.1", port }, () => probe.close(() => resolve(true)));
  });
}
