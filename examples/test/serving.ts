/** What the tests of the examples that listen share: the example as a program, and somebody who speaks to it. */

import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { afterEach, expect } from "vitest";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

const children: ChildProcess[] = [];
const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) await client.destroy();
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

/** Runs an example to its end. */
export async function run(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const child = launch(args);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code: code as number, out, err };
}

export interface Running {
  readonly pid: number;
  readonly port: number;
  /** What it printed when it listened. */
  readonly greeting: string;
  /** Sends a signal, and resolves with how it ended. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; err: string }>;
}

/** Starts an example on a port of its own. */
export async function launchServer(name: string, ...args: readonly string[]): Promise<Running> {
  const child = launch([name, "--port", "0", ...args]);
  const errors = text(child.stderr);
  const [greeting] = (await once(child.stdout.setEncoding("utf8"), "data")) as [string];
  const port = Number(/listening on 127\.0\.0\.1:(\d+)/.exec(greeting)?.[1]);
  expect(port).toBeGreaterThan(0);
  return {
    pid: child.pid as number,
    port,
    greeting,
    async end(signal) {
      const exited = once(child, "exit");
      child.kill(signal);
      const [code] = (await exited) as [number | null];
      return { code, err: await errors };
    },
  };
}

function launch(args: readonly string[]) {
  const child = spawn(process.execPath, ["--conditions=source", MAIN, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  return child;
}

/** Somebody at a terminal. */
export class Client {
  readonly #socket: Socket;
  readonly #closed: Promise<unknown>;
  #received = Buffer.alloc(0);
  #looks: (() => void)[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#look();
    });
    socket.on("error", () => {});
    this.#closed = new Promise((resolve) => {
      socket.on("close", resolve);
    });
    socket.on("close", () => this.#look());
  }

  static async connect(port: number): Promise<Client> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    const client = new Client(socket);
    clients.push(client);
    return client;
  }

  write(data: string | Uint8Array): void {
    this.#socket.write(data);
  }

  /** Sends no more. */
  end(data: string | Uint8Array = ""): void {
    this.#socket.end(data);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** So many bytes, when they have come. */
  async readBytes(count: number): Promise<Buffer> {
    while (this.#received.length < count) await this.#more();
    const bytes = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return bytes;
  }

  /** The next line, without its end. */
  async readLine(): Promise<string> {
    while (!this.#received.includes("\n")) await this.#more();
    const line = await this.readBytes(this.#received.indexOf("\n") + 1);
    return line.toString().replace(/\r?\n$/, "");
  }

  async readLines(count: number): Promise<readonly string[]> {
    const lines: string[] = [];
    for (let index = 0; index < count; index += 1) lines.push(await this.readLine());
    return lines;
  }

  /** Everything up to the end of the connection. */
  async readRest(): Promise<string> {
    await this.#closed;
    return this.#received.toString();
  }

  async destroy(): Promise<void> {
    this.#socket.destroy();
    await this.#closed;
  }

  #look(): void {
    for (const look of this.#looks.splice(0)) look();
  }

  async #more(): Promise<void> {
    if (this.#socket.destroyed)
      throw new Error(`expected more before the end, got: ${this.#received.toString()}`);
    await new Promise<void>((resolve) => {
      this.#looks.push(resolve);
    });
  }
}
