/** The peer: a bare `ws` server, with no process a page, that tells everybody whatever it hears. */

import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { answerQuestions } from "../net/asked.ts";

/** What is needed of the package, which belongs to the server. */
interface Ws {
  readonly WebSocketServer: new (options: object) => WsServer;
}
interface WsServer {
  readonly clients: ReadonlySet<WsPage>;
  address(): AddressInfo;
  on(event: "connection", listener: (page: WsPage) => void): void;
  once(event: "listening", listener: () => void): void;
}
interface WsPage {
  on(event: "message", listener: (data: Buffer) => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  send(data: Buffer, options: object): void;
}

const loadOfServer = createRequire(new URL("../../apps/server/package.json", import.meta.url));
const { WebSocketServer } = loadOfServer("ws") as Ws;

/** What a page says first, and is told: so that it has a first message, too. */
const HELLO = Buffer.from('{"type":"hello","offset":0}');

const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
server.on("connection", (page) => {
  page.on("error", () => {});
  page.on("message", (data) => {
    if (data.equals(HELLO)) page.send(HELLO, { binary: false });
    else for (const each of server.clients) each.send(data, { binary: false });
  });
});
server.once("listening", () => answerQuestions(server.address().port, {}));
