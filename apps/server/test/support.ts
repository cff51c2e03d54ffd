/** What the tests of the server share: a real one with a first account, and a device that speaks line by line. */

import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatReason, type RuntimeEvent } from "@wheelhouse/actors";
import { KEEP_ALL } from "@wheelhouse/storage";
import { afterEach, expect } from "vitest";
import { randomDeviceKey, randomId } from "../src/accounts/secrets.ts";
import { beginSession } from "../src/accounts/sessions.ts";
import type { Config } from "../src/config.ts";
import { SESSION_COOKIE } from "../src/http/security.ts";
import { startServer, type RunningServer, type ServerOptions } from "../src/server.ts";
import { Store } from "../src/store/store.ts";

/** Somebody who is logged in, with a project and its first key. */
export interface TestAccount {
  readonly project: string;
  readonly key: string;
  /** For a `cookie` header. */
  readonly cookie: string;
  /** Asks the API as this account; the path is what follows `/api/v1`. */
  readonly api: <Body = unknown>(path: string, init?: ApiInit) => Promise<ApiAnswer<Body>>;
}

export interface ApiInit {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiAnswer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** A server whose first account made itself over HTTP. */
export interface TestServer extends TestAccount {
  readonly server: RunningServer;
  /** The data folder. */
  readonly data: string;
  /** What its runtime has told so far. */
  readonly events: readonly RuntimeEvent[];
  /** The crashes so far, which the test expected: any other fails it. */
  takeCrashes(): readonly string[];
  /** Another account with a project of its own, stored directly. */
  addAccount(): Promise<TestAccount>;
  /** Stops it, if it runs still; fails for crashes that nobody took. */
  readonly stop: () => Promise<void>;
}

export interface TestServerOptions extends ServerOptions {
  readonly config?: Partial<Config>;
}

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Has something taken down after the test; the last one first. */
export function afterTest(cleanup: () => Promise<void>): void {
  cleanups.push(cleanup);
}

/** A folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await makeFolder();
  afterTest(() => rm(folder, { recursive: true }));
  return folder;
}

/** A server that is stopped after the test. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const server = await startLastingServer(options);
  afterTest(() => server.stop());
  return server;
}

/** A server for the tests of a whole file, which stops it itself. */
export async function startLastingServer(options: TestServerOptions = {}): Promise<TestServer> {
  const data = options.config?.data ?? (await makeFolder());
  const events: RuntimeEvent[] = [];
  const crashes: string[] = [];
  const server = await startServer(testConfig({ ...options.config, data }), {
    ...options,
    onEvent(event) {
      events.push(event);
      if (event.type === "crash") crashes.push(`${event.process.label}: ${formatReason(event.reason)}`);
      options.onEvent?.(event);
    },
  });
  const takeCrashes = () => crashes.splice(0);
  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    await server.stop();
    if (options.config?.data === undefined) await rm(data, { recursive: true });
    expect(takeCrashes(), "unexpected crashes").toEqual([]);
  }
  return {
    ...(await register(server)),
    server,
    data,
    events,
    takeCrashes,
    addAccount: () => addAccount(server),
    stop: () => (stopped ??= stop()),
  };
}

/** Both ports are any that are free. */
export function testConfig(config: Partial<Config> & Pick<Config, "data">): Config {
  const anyPort = { host: "127.0.0.1", port: 0 };
  return {
    http: anyPort,
    tcp: anyPort,
    publicUrl: undefined,
    tlsCert: undefined,
    tlsKey: undefined,
    trustedProxy: undefined,
    openRegistration: false,
    requestLimit: 1_000_000,
    maxConnections: 2_000,
    deviceLines: 1_000_000,
    logLevel: "silent",
    ...config,
  };
}

function makeFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "wheelhouse-test-"));
}

// Accounts

interface Registered {
  readonly project: { readonly id: string };
  readonly deviceKey: string;
}

/** The first account; over a folder that has one already, another. */
async function register(server: RunningServer): Promise<TestAccount> {
  const answer = await ask<Registered>(server, "/users", {
    method: "POST",
    body: { email: "ann@example.org", password: "correct horse battery" },
  });
  if (answer.status !== 201) return addAccount(server);
  const [cookie = ""] = answer.headers.getSetCookie().map((header) => header.split(";")[0] ?? "");
  return toAccount(server, answer.body.project.id, answer.body.deviceKey, cookie);
}

async function addAccount(server: RunningServer): Promise<TestAccount> {
  const { runtime } = server.app;
  const createdAt = runtime.wallClock();
  const user = { id: randomId(), email: `${randomId()}@example.org`, passwordHash: "none", createdAt };
  const project = { id: randomId(), name: "Another game", createdAt, retention: KEEP_ALL };
  const key = {
    id: randomId(),
    project: project.id,
    key: randomDeviceKey(),
    name: "first key",
    createdAt,
    revokedAt: null,
  };
  await runtime.call(Store, "register", user, project, key);
  const cookie = `${SESSION_COOKIE}=${await beginSession(runtime, user.id)}`;
  return toAccount(server, project.id, key.key, cookie);
}

function toAccount(server: RunningServer, project: string, key: string, cookie: string): TestAccount {
  return { project, key, cookie, api: (path, init) => ask(server, path, init, cookie) };
}

async function ask<Body>(
  { http: { host, port } }: RunningServer,
  path: string,
  { method = "GET", body, headers = {} }: ApiInit = {},
  cookie?: string,
): Promise<ApiAnswer<Body>> {
  const response = await fetch(`http://${host}:${port}/api/v1${path}`, {
    method,
    headers: {
      ...(cookie === undefined ? {} : { cookie }),
      ...(method === "GET" ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(method === "GET" ? {} : { body: JSON.stringify(body ?? {}) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson ? JSON.parse(text) : text) as Body,
  };
}

// Devices

/** A device's end of a connection, cut after the test. */
export interface LineClient {
  /** Sends a line; the line feed is added. */
  send(line: string): void;
  /** Sends bytes as they are. */
  write(text: string): void;
  /** The next line of the server, without its line feed; rejects when it sends no more. */
  nextLine(): Promise<string>;
  /** Resolves with the lines that nobody took when the server has ended the connection. */
  readonly closed: Promise<readonly string[]>;
  /** Breaks the connection without a word. */
  cut(): Promise<void>;
}

export async function connectDevice(port: number): Promise<LineClient> {
  const device = await connectLastingDevice(port);
  afterTest(() => device.cut());
  return device;
}

/** One that the caller cuts. */
export async function connectLastingDevice(port: number): Promise<LineClient> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  const lines = new Lines(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  return {
    send: (line) => void socket.write(`${line}\n`),
    write: (text) => void socket.write(text),
    nextLine: () => lines.next(),
    closed: lines.ended.then(() => lines.untaken),
    async cut() {
      socket.destroy();
      await lines.ended;
    },
  };
}

/** The lines that came over a socket, to be taken when they have come. */
class Lines {
  readonly untaken: string[] = [];
  readonly ended: Promise<void>;
  readonly #takers: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void }[] =
    [];
  #rest = "";
  #isOver = false;

  constructor(socket: Socket) {
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => this.#hear(text));
    // A reset is an end like any other here.
    socket.on("error", () => undefined);
    this.ended = new Promise((resolve) => {
      socket.once("close", () => {
        this.#isOver = true;
        for (const { reject } of this.#takers.splice(0)) reject(connectionEnded());
        resolve();
      });
    });
  }

  next(): Promise<string> {
    const line = this.untaken.shift();
    if (line !== undefined) return Promise.resolve(line);
    if (this.#isOver) return Promise.reject(connectionEnded());
    return new Promise((resolve, reject) => this.#takers.push({ resolve, reject }));
  }

  #hear(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const taker = this.#takers.shift();
      if (taker === undefined) this.untaken.push(line);
      else taker.resolve(line);
    }
  }
}

function connectionEnded(): Error {
  return new Error("expected another line, got: the end of the connection");
}
