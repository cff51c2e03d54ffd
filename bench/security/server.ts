/** The server under attack: the real command in a process and a data folder of its own, behind a proxy that is believed. */

import { Agent, request } from "node:http";
import { API_PREFIX } from "@wheelhouse/api";
import { withEnded } from "../net/servers.ts";
import { startCommand } from "../server/our-server.ts";

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
export function withServer<R>(work: (server: Server) => Promise<R>): Promise<R> {
  const start = () => startCommand([], ["--trusted-proxy", "127.0.0.1"]);
  return withEnded([start], async ([{ httpPort, tcpPort }]) => {
    const agent = new Agent({ keepAlive: true });
    try {
      return await work({ httpPort, tcpPort, ask: (path, asked) => ask(agent, httpPort, path, asked) });
    } finally {
      agent.destroy();
    }
  });
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
