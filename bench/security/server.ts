/** The server under attack: the real command in a process and a data folder of its own, behind a proxy that is believed. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { API_PREFIX } from "@wheelhouse/api";

const MAIN = fileURLToPath(new URL("../../apps/server/src/main.ts", import.meta.url));

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** What a browser would send back, by name. */
  readonly cookies: Readonly<Record<string, string>>;
}

export interface Asked {
  readonly method?: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Server {
  readonly httpPort: number;
  readonly tcpPort: number;
  /** The path is what follows the host. */
  readonly ask: (path: string, asked?: Asked) => Promise<Answer>;
}

/** Ended, and its folder removed, however the work ends. */
export async function withServer<R>(work: (server: Server) => Promise<R>): Promise<R> {
  const folder = await mkdtemp(join(tmpdir(), "wheelhouse-bench-"));
  const ports = ["--http", "127.0.0.1:0", "--tcp", "127.0.0.1:0", "--data", folder];
  const limits = ["--trusted-proxy", "127.0.0.1", "--request-limit", "1000000"];
  const child = spawn(process.execPath, ["--conditions=source", MAIN, ...ports, ...limits], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const agent = new Agent({ keepAlive: true });
  try {
    const greeting = await greetingOf(child.stdout);
    const portOf = (label: string) => Number(new RegExp(`${label} .*:(\\d+)`).exec(greeting)?.[1]);
    const httpPort = portOf("page");
    return await work({
      httpPort,
      tcpPort: portOf("devices"),
      ask: (path, asked) => ask(agent, httpPort, path, asked),
    });
  } finally {
    agent.destroy();
    child.kill("SIGKILL");
    await ended;
    await rm(folder, { recursive: true });
  }
}

async function greetingOf(stdout: AsyncIterable<Buffer>): Promise<string> {
  let text = "";
  for await (const part of stdout) {
    text += String(part);
    if (text.includes("\n  data ")) return text;
  }
  throw new Error(`expected the server to greet, got: ${text}`);
}

function ask(agent: Agent, port: number, path: string, asked: Asked = {}): Promise<Answer> {
  const { method = "GET", body, headers = {} } = asked;
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const typed = {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(sent ?? "")),
  };
  return new Promise((resolve, reject) => {
    const call = request(
      { host: "127.0.0.1", port, path, method, agent, headers: { ...typed, ...headers } },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("error", reject);
        response.on("end", () => {
          const given = (response.headers["set-cookie"] ?? []).map((cookie) =>
            /^([^=]+)=([^;]*)/.exec(cookie),
          );
          const cookies = Object.fromEntries(given.map((cookie) => [cookie?.[1] ?? "", cookie?.[2] ?? ""]));
          resolve({ status: response.statusCode ?? 0, text, cookies });
        });
      },
    );
    call.on("error", reject);
    call.end(sent);
  });
}

/** The path of a route of the API. */
export function api(path: string): string {
  return `${API_PREFIX}${path}`;
}

export const OWNER = { email: "ann@example.org", password: "a violet anchor in june" };

export interface Registered {
  readonly user: { readonly id: string };
  readonly project: { readonly id: string };
  readonly deviceKey: string;
  readonly cookie: string;
}

/** The first account. */
export async function registerOwner(server: Server): Promise<Registered> {
  const { text, cookies } = await server.ask(api("/users"), { method: "POST", body: OWNER });
  const made = JSON.parse(text) as Omit<Registered, "cookie">;
  return { ...made, cookie: `wheelhouse_session=${cookies["wheelhouse_session"]}` };
}

/** An address that nobody has. */
export function addressOf(index: number): string {
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`;
}
