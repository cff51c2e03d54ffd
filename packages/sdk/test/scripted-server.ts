/** A server on a free port of this machine that says exactly what a test tells it to. */

import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";

import {
  kindOf,
  parseDeviceMessage,
  type DeviceMessage,
  type JsonValue,
  type KindName,
  type ServerMessage,
  type Welcome,
} from "@wheelhouse/protocol";

export const WELCOME: Welcome = {
  type: "welcome",
  protocol: 2,
  session: "s1",
  resumed: false,
  acknowledged: 0,
  heartbeatMs: 15_000,
  maxLineBytes: 65_536,
  window: 256,
  now: 0,
};

export class ScriptedServer {
  readonly #server: Server;
  readonly #connections = new Arrivals<ScriptedConnection>();
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket) => {
      this.#sockets.add(socket);
      this.#connections.add(new ScriptedConnection(socket));
    });
  }

  static async listen(port = 0): Promise<ScriptedServer> {
    const server = createServer();
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return new ScriptedServer(server);
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  connection(): Promise<ScriptedConnection> {
    return this.#connections.next();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

export class ScriptedConnection {
  readonly #socket: Socket;
  readonly #messages = new Arrivals<DeviceMessage>();
  readonly ended: Promise<unknown>;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.ended = once(socket, "close");
    let rest = "";
    const kinds = new Map<string, KindName>();
    socket.setEncoding("utf8");
    socket.on("error", () => undefined);
    socket.on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#messages.add(toMessage(line, kinds));
    });
  }

  /** The next message, of whatever type. */
  next(): Promise<DeviceMessage> {
    return this.#messages.next();
  }

  send(...messages: readonly ServerMessage[]): void {
    this.#socket.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(""));
  }

  /** The way a killed server goes. */
  cut(): void {
    this.#socket.resetAndDestroy();
  }

  finish(): void {
    this.#socket.end();
  }
}

/**
 * Reads a line as the server does that knows these declarations, and learns those it finds.
 * @throws for one that no server takes.
 */
export function toMessage(line: string, kinds: Map<string, KindName>): DeviceMessage {
  const message = parseDeviceMessage(line);
  if (message.type === "refused") throw new Error(`the client sent a line that no server takes: ${line}`);
  if (message.type === "declare")
    for (const { declaration } of message.variables) kinds.set(declaration.name, declaration.kind);
  for (const [name, value] of valuesOf(message)) {
    if (kindOf(kinds.get(name) ?? "json").parse(value) === undefined)
      throw new Error(`the client sent a value of ${name} that isn't of its kind: ${line}`);
  }
  return message;
}

function valuesOf(message: DeviceMessage): readonly (readonly [string, JsonValue])[] {
  if (message.type === "variables") return Object.entries(message.values);
  if (message.type !== "applied") return [];
  return Object.entries(message.results).flatMap(([name, { value }]) =>
    value === undefined ? [] : [[name, value] as const],
  );
}

/** Things that come, and those who wait for them. */
class Arrivals<Thing> {
  readonly #things: Thing[] = [];
  readonly #waiting: ((thing: Thing) => void)[] = [];

  add(thing: Thing): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#things.push(thing);
    else waiting(thing);
  }

  next(): Promise<Thing> {
    const thing = this.#things.shift();
    return thing === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(thing);
  }
}
