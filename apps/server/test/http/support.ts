/** Requests as only a hostile or unusual client makes them, and a device to ask about. */

import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { connect } from "node:net";
import { expect } from "vitest";
import type { RunningServer } from "../../src/server.ts";
import { connectDevice, type LineClient, type TestServer } from "../support.ts";

export interface RawRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  /** Sent as it is. */
  readonly body?: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** The only headers that aren't the caller's are `Host`, where it names none, and the body's length. */
export function send(
  { http }: RunningServer,
  { method = "GET", path, headers, body }: RawRequest,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const sent = request(
      { ...http, method, path, headers: { ...length, ...headers }, agent: false },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (part: string) => (text += part));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}

/** Sends bytes that need not be HTTP, and resolves with all that comes back until the server ends the connection. */
export function sendBytes({ http }: RunningServer, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(http, () => socket.write(bytes));
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (part: string) => (text += part));
    socket.on("error", reject);
    socket.on("close", () => resolve(text));
  });
}

/** A device of dialect 2 that was welcomed. */
export interface TestGame {
  readonly line: LineClient;
  /** Sends a message without waiting for anything. */
  readonly say: (message: object) => void;
  /** Sends one with the next `seq`. */
  readonly tell: (message: object) => void;
  /** The same, and resolves when it is stored. */
  store(message: object): Promise<void>;
  /** The next message that the server sends, acknowledgements aside. */
  next(): Promise<Record<string, unknown>>;
}

/** Declares three variables, all with a value: `speed` from 0 to 9, `name`, and `lives`, which can only be read. */
export async function connectGame(
  { server, key }: Pick<TestServer, "server" | "key">,
  device = "game",
): Promise<TestGame> {
  const line = await connectDevice(server.tcp.port);
  let seq = 0;
  const kept: Record<string, unknown>[] = [];
  const say = (message: object) => line.send(JSON.stringify(message));
  const take = async () => JSON.parse(await line.nextLine()) as Record<string, unknown>;
  const tell = (message: object) => {
    seq += 1;
    say({ seq, ...message });
  };
  const game: TestGame = {
    line,
    say,
    tell,
    async store(message) {
      tell(message);
      const covers = seq;
      for (let heard = await take(); ; heard = await take()) {
        if (heard["type"] !== "ack") kept.push(heard);
        else if (Number(heard["seq"]) >= covers) return;
      }
    },
    async next() {
      const first = kept.shift();
      if (first !== undefined) return first;
      for (;;) {
        const heard = await take();
        if (heard["type"] !== "ack") return heard;
      }
    },
  };
  say({ type: "hello", protocol: 2, key, device, app: "rocket", build: "1.4", tags: ["qa"] });
  expect(await game.next()).toMatchObject({ type: "welcome" });
  say({
    type: "declare",
    variables: [
      { name: "speed", kind: "float", value: 3, min: 0, max: 9, step: 0.5, unit: "m/s", writable: true },
      { name: "name", kind: "string", value: "Ann", writable: true, group: "Player" },
      { name: "lives", kind: "integer", value: 2 },
    ],
  });
  await game.store({ type: "variables", values: { lives: 3 } });
  return game;
}
