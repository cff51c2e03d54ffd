/** Uses `@wheelhouse/sdk` as a game does, against a server of a few lines that speaks `@wheelhouse/protocol`. */

import { createServer, type AddressInfo, type Socket } from "node:net";
import { createInterface } from "node:readline";

import {
  PROTOCOL_VERSION,
  formatMessage,
  parseDeviceMessage,
  type ServerMessage,
} from "@wheelhouse/protocol";
import { connect } from "@wheelhouse/sdk";

const WELCOME = {
  type: "welcome",
  protocol: PROTOCOL_VERSION,
  session: "the-only-one",
  resumed: false,
  acknowledged: 0,
  heartbeatMs: 15_000,
  maxLineBytes: 65_536,
  window: 256,
  now: 0,
} as const;

function answer(line: string): readonly ServerMessage[] {
  const message = parseDeviceMessage(line);
  if (message.type === "hello") return [WELCOME];
  if (message.type === "variables") {
    console.log(JSON.stringify(message.values)); // prints: {"speed":3}
    return [
      { type: "ack", seq: message.seq },
      { type: "set", id: 1, values: { speed: 5 } },
    ];
  }
  if (message.type === "applied") console.log(JSON.stringify(message.results));
  // prints: {"speed":{"value":5}}
  return [];
}

const sockets: Socket[] = [];
const server = createServer((socket) => {
  sockets.push(socket);
  createInterface({ input: socket }).on("line", (line) => {
    for (const message of answer(line)) socket.write(`${formatMessage(message).trim()}\n`);
  });
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const { port } = server.address() as AddressInfo;

const game = connect({ key: "AbCdEf123456", device: "a-game", tcp: `127.0.0.1:${port}` });
game.declare({ speed: { kind: "float", value: 3, min: 0, max: 9, writable: true } });
const set = new Promise<number>((resolve) => {
  game.onSet("speed", (speed: number) => {
    resolve(speed);
    return speed;
  });
});
game.send({ speed: 3 });
await game.flush();
await set;
await game.close();
for (const socket of sockets) socket.end();
await new Promise((resolve) => server.close(resolve));
console.log(game.stats.sent); // prints: 1

/** What must not compile, and would if the declarations had lost their types on the way. */
export function mistakes(): void {
  // @ts-expect-error: a device is asked for
  connect({ key: "AbCdEf123456" });
}
