/** What the tests of the command line share: a real server with an account and a device, and a terminal to hold in one's hand. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApiClient, type ApiClient } from "@wheelhouse/api";
import { connect, type ConnectOptions, type Game } from "@wheelhouse/sdk";
import { readCommandLine, startServer, type RunningServer } from "@wheelhouse/server";
import { afterEach } from "vitest";
import { run } from "../src/program.ts";
import type { EndReason, Prompts, Terminal } from "../src/terminal.ts";

export const ANN = { email: "ann@example.org", password: "correct horse battery" };
export const BOB = { email: "bob@example.org", password: "a staple of correctness" };

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Has something taken down after the test; the last one first. */
export function afterTest(cleanup: () => Promise<unknown>): void {
  cleanups.push(cleanup);
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "wheelhouse-cli-"));
  afterTest(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A server with Ann's account, who isn't logged in on this machine yet. */
export interface House {
  readonly server: RunningServer;
  readonly url: string;
  readonly data: string;
  /** Ann's first project, called Rocket. */
  readonly project: string;
  readonly key: string;
  /** As Ann in a browser. */
  readonly api: ApiClient;
  /** What commands run with: the server's address, and a place for settings that is the test's own. */
  readonly environment: Readonly<Record<string, string>>;
}

export async function openHouse(): Promise<House> {
  const data = await temporaryFolder();
  const server = await startServerIn(data);
  const url = `http://${server.http.host}:${server.http.port}`;
  const { api, body } = await registerAt(url, { ...ANN, project: "Rocket" });
  const environment = { XDG_CONFIG_HOME: await temporaryFolder(), WHEELHOUSE_URL: url };
  return { server, url, data, project: body.project.id, key: body.deviceKey ?? "", api, environment };
}

/** On ports that are free unless one is given, and stopped after the test. */
export async function startServerIn(
  data: string,
  http = "127.0.0.1:0",
  more: readonly string[] = [],
): Promise<RunningServer> {
  const flags = ["--http", http, "--tcp", "127.0.0.1:0", "--log-level", "silent", "--data", data];
  const command = readCommandLine([...flags, ...more], {});
  if (command.type !== "run") throw new Error("expected settings that are right");
  const server = await startServer(command.config);
  afterTest(() => server.stop());
  return server;
}

/** Makes an account as a browser does. */
export async function registerAt(
  url: string,
  account: { email: string; password: string; project?: string; invitation?: string },
) {
  let cookie = "";
  const api = createApiClient({
    baseUrl: url,
    async fetch(input, init) {
      const headers = new Headers(init?.headers);
      if (cookie !== "") headers.set("cookie", cookie);
      const response = await fetch(input, { ...init, headers });
      cookie ||= response.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      return response;
    },
  });
  return { api, body: await api.call("register", { body: account }) };
}

/** The same, with Ann logged in on this machine. */
export async function openOwnHouse(): Promise<House> {
  const house = await openHouse();
  const { code } = await cli(house, ["login", "--email", ANN.email, "--password-stdin"], {
    input: `${ANN.password}\n`,
  });
  if (code !== 0) throw new Error("expected to be logged in");
  return house;
}

/** A game that is connected: a speed that people set up to 9, a name that it refuses, lives that can only be read. */
export async function connectGame(
  { server, key }: Pick<House, "server" | "key">,
  options: Partial<ConnectOptions> = {},
): Promise<Game> {
  const tcp = `127.0.0.1:${server.tcp.port}`;
  const game = connect({ key, device: "game", app: "rocket", build: "1.4", tags: ["qa"], tcp, ...options });
  afterTest(() => game.close());
  game.declare({
    speed: { kind: "float", value: 3, min: 0, max: 9, step: 0.5, unit: "m/s", writable: true },
    name: { kind: "string", value: "Ann", writable: true },
    path: { kind: "vector", value: [1, 2], writable: true },
    lives: { kind: "integer", value: 2 },
  });
  game.onSet("speed", (value) => value);
  game.onSet("path", (value) => value);
  game.onSet("name", () => {
    throw new Error("names are fixed");
  });
  game.send({ lives: 3 });
  await game.flush();
  return game;
}

// Commands

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TerminalOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** What comes on the input. */
  readonly input?: string;
  /** What a person answers, one after the other; without any, nobody can be asked. */
  readonly answers?: readonly string[];
  readonly isTerminal?: boolean;
  readonly hasColour?: boolean;
}

/** A command that goes on until it is ended. */
export interface RunningCommand {
  readonly ended: Promise<Ended>;
  /** Resolves with all that was printed when that is among it; rejects when the command ends without it. */
  printed(text: string): Promise<string>;
  /** The same for what is said beside the output, so often. */
  said(text: string, times?: number): Promise<string>;
  end(reason: EndReason): void;
}

/** Runs a command in this process until it ends by itself. */
export function cli(house: Pick<House, "environment">, args: readonly string[], options?: TerminalOptions) {
  return startCli(house, args, options).ended;
}

export function startCli(
  house: Pick<House, "environment">,
  args: readonly string[],
  options: TerminalOptions = {},
): RunningCommand {
  const terminal = new TestTerminal({
    ...options,
    environment: { ...house.environment, ...options.environment },
  });
  let isOver = false;
  const ended = run(args, terminal).then((code) => {
    isOver = true;
    terminal.wake();
    return { code, stdout: terminal.stdout, stderr: terminal.stderr };
  });
  afterTest(async () => {
    terminal.end("interrupted");
    await ended;
  });
  async function until(text: string, read: () => string, times = 1): Promise<string> {
    while (read().split(text).length <= times) {
      if (isOver) throw new Error(`expected ${text}, got: ${JSON.stringify(await ended)}`);
      await terminal.more();
    }
    return read();
  }
  return {
    ended,
    printed: (text) => until(text, () => terminal.stdout),
    said: (text, times) => until(text, () => terminal.stderr, times),
    end: (reason) => terminal.end(reason),
  };
}

class TestTerminal implements Terminal {
  stdout = "";
  stderr = "";
  readonly environment: Readonly<Record<string, string>>;
  readonly isTerminal: boolean;
  readonly hasColour: boolean;
  readonly prompts: Prompts | undefined;
  readonly #abort = new AbortController();
  readonly #input: string;
  #wakers: (() => void)[] = [];

  constructor({
    environment = {},
    input = "",
    answers,
    isTerminal = false,
    hasColour = false,
  }: TerminalOptions) {
    this.environment = environment;
    this.#input = input;
    this.isTerminal = isTerminal;
    this.hasColour = hasColour;
    const left = [...(answers ?? [])];
    const answer = async (): Promise<string> => {
      const next = left.shift();
      if (next === undefined) throw new Error("expected no more questions");
      return next;
    };
    this.prompts = answers === undefined ? undefined : { text: answer, password: answer, choose: answer };
  }

  get ended(): AbortSignal {
    return this.#abort.signal;
  }

  print = async (text: string): Promise<void> => {
    if (this.ended.aborted) throw new Error("expected nothing more to be printed");
    this.stdout += text;
    this.wake();
  };

  say = (line: string): void => {
    this.stderr += `${line}\n`;
    this.wake();
  };

  readInput = async (): Promise<string> => this.#input;

  now = (): number => Date.now();

  end(reason: EndReason): void {
    this.#abort.abort(reason);
  }

  wake(): void {
    for (const wake of this.#wakers.splice(0)) wake();
  }

  more(): Promise<void> {
    return new Promise((resolve) => this.#wakers.push(resolve));
  }
}
