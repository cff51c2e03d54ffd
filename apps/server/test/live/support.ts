/** A page's live socket, message by message. */

import {
  LIVE_PATH,
  TOPICS,
  serverMessage,
  type ClientMessage,
  type LiveMessage,
  type Subscribe,
  type Topic,
} from "@wheelhouse/api";
import { afterEach } from "vitest";
import { WebSocket } from "ws";
import type { RunningServer } from "../../src/server.ts";

export interface TestPage {
  say(message: ClientMessage | string): void;
  /** The next message, whatever it is, held to its schema. */
  next(): Promise<LiveMessage>;
  /** The messages up to the first for which that is true, which is the last. */
  until(isLast: (message: LiveMessage) => boolean): Promise<readonly LiveMessage[]>;
  /** Subscribes to everything of the project, or to less; resolves with what came first. */
  subscribe(request: Partial<Subscribe> & Pick<Subscribe, "project">): Promise<LiveMessage>;
  /** Stops reading, or begins again. */
  pause(): void;
  resume(): void;
  readonly closed: Promise<readonly [code: number, reason: string]>;
  close(): Promise<void>;
}

const open = new Set<TestPage>();

afterEach(async () => {
  for (const page of open) await page.close();
  open.clear();
});

export function liveAddress({ http: { host, port } }: RunningServer): string {
  return `ws://${host}:${port}${LIVE_PATH}`;
}

/** The status that a connection is refused with; 101 when it isn't. */
export function tryLive(server: RunningServer, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(liveAddress(server), { headers });
    socket.on("open", () => socket.close());
    socket.on("close", () => resolve(101));
    socket.on("error", reject);
    socket.on("unexpected-response", (_, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
  });
}

/** What becomes of a connection with these headers that subscribes to one topic. */
export function tryTopic(
  server: RunningServer,
  headers: Readonly<Record<string, string>>,
  project: string,
  topic: Topic,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(liveAddress(server), { headers });
    const finish = (outcome: string) => {
      resolve(outcome);
      socket.terminate();
    };
    socket.on("open", () =>
      socket.send(JSON.stringify({ type: "subscribe", id: 1, project, topics: [topic] })),
    );
    socket.on("message", (data: Buffer) => {
      const message = serverMessage.parse(JSON.parse(data.toString()));
      finish(message.type === "error" ? message.code : message.type);
    });
    socket.on("close", (code) => finish(`closed ${code}`));
    socket.on("error", reject);
    socket.on("unexpected-response", (_, response) => {
      response.resume();
      finish(`refused ${response.statusCode}`);
    });
  });
}

export async function openPage(server: RunningServer, cookie: string): Promise<TestPage> {
  const { host, port } = server.http;
  const socket = new WebSocket(liveAddress(server), {
    headers: { cookie, origin: `http://${host}:${port}` },
  });
  const untaken: LiveMessage[] = [];
  const takers: {
    readonly resolve: (message: LiveMessage) => void;
    readonly reject: (error: Error) => void;
  }[] = [];
  socket.on("message", (data: Buffer) => {
    const message = serverMessage.parse(JSON.parse(data.toString()));
    const taker = takers.shift();
    if (taker === undefined) untaken.push(message);
    else taker.resolve(message);
  });
  const closed = new Promise<readonly [number, string]>((resolve) => {
    socket.on("close", (code, reason) => {
      for (const { reject } of takers.splice(0))
        reject(new Error(`the socket was closed: ${code} ${String(reason)}`));
      resolve([code, String(reason)]);
    });
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  const page: TestPage = {
    say: (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    next() {
      const message = untaken.shift();
      if (message !== undefined) return Promise.resolve(message);
      return new Promise((resolve, reject) => takers.push({ resolve, reject }));
    },
    async until(isLast) {
      const messages = [await page.next()];
      while (!isLast(messages.at(-1) as LiveMessage)) messages.push(await page.next());
      return messages;
    },
    subscribe(request) {
      page.say({ type: "subscribe", id: 1, topics: [...TOPICS], ...request });
      return page.next();
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    closed,
    async close() {
      socket.terminate();
      await closed;
    },
  };
  open.add(page);
  return page;
}
