/** `--form recv`: a loop a connection, which blocks until the next line comes. */

import { defineGenServer, defineSupervisor, on, processName, type Application } from "@wheelhouse/actors";
import type { Endpoint } from "@wheelhouse/net";
import {
  ListenInfo,
  adopt,
  listen,
  type ListenSocket,
  type Socket,
  type Stream,
} from "@wheelhouse/net/socket";

import type { ListenArguments } from "../arguments.ts";
import { MAX_LINE_BYTES, TOO_LONG, answerTo } from "./answer.ts";

interface AcceptorProtocol {
  calls: { local(): Endpoint };
}

/** The loops are linked to it, and so end with it. */
const Acceptor = defineGenServer<AcceptorProtocol, ListenSocket, ListenArguments>({
  name: "Acceptor",
  trapExits: true,
  init: (ctx, { host, port }) => listen(ctx, { host, port }, { active: true }),
  calls: { local: (ctx) => ctx.state.local },
  infos: [
    on(ListenInfo, async (ctx, message) => {
      if (message.type === "failed") throw message.error;
      await ctx.startLinked(Loop.with(message.stream));
    }),
  ],
  // A loop that ends, even by a crash, concerns no other.
  exit() {},
});

const Loop = defineGenServer<{}, Socket, Stream>({
  name: "Loop",
  init(ctx, stream) {
    ctx.continue();
    return adopt(ctx, stream, { packet: "line", maxPacketBytes: MAX_LINE_BYTES, active: false });
  },
  async continue(ctx) {
    await converse(ctx.state);
    ctx.stop();
  },
});

async function converse(socket: Socket): Promise<void> {
  for (;;) {
    const line = await socket.recv();
    if (line === "overlong") socket.send(TOO_LONG);
    if (typeof line === "string") return;
    socket.send(answerTo(line));
    // Nothing more is read from one who doesn't read.
    if (!socket.writable) await socket.drained();
  }
}

const Name = processName<AcceptorProtocol>("received");

export const app = defineSupervisor<ListenArguments>("RecvApp", (where) => ({
  children: [Acceptor.child(where, { name: Name })],
}));

export function local(running: Application): Promise<Endpoint> {
  return running.call(Name, "local");
}
