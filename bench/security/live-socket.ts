/** A live socket as bytes: what a client of any kind, right or wrong, can send. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { toTextFrame } from "../live/load/frames.ts";
import { api, type Server } from "./server.ts";

export interface Opened {
  readonly socket: Socket;
  /** What came up to the first message, or the refusal. */
  readonly heard: string;
}

const UPGRADE =
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/** Connects with the server's own origin, and subscribes to a topic. */
export async function openSocket(
  { httpPort }: Server,
  project: string,
  topic: string,
  headers: Readonly<Record<string, string>>,
): Promise<Opened> {
  const socket = connect(httpPort, "127.0.0.1");
  const own = `127.0.0.1:${httpPort}`;
  const given = Object.entries({ host: own, origin: `http://${own}`, ...headers });
  const lines = given.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.write(`GET ${api("/live")} HTTP/1.1\r\n${lines}${UPGRADE}\r\n`);
  socket.write(toTextFrame(JSON.stringify({ type: "subscribe", id: 1, project, topics: [topic] })));
  let heard = "";
  while (!/^HTTP\/1\.1 [^1]/.test(heard) && !heard.includes('"type":')) {
    heard += String((await once(socket, "data"))[0]);
  }
  return { socket, heard };
}
