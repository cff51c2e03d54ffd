/** `--form mailbox`: one process owns every socket, and lines reach it as messages. */

import {
  defineGenServer,
  defineSupervisor,
  on,
  processName,
  type Application,
  type Ref,
  type TaskContext,
} from "@wheelhouse/actors";
import type { Endpoint } from "@wheelhouse/net";
import {
  ListenInfo,
  SocketInfo,
  accept,
  listen,
  transfer,
  type ListenSocket,
  type SocketMessage,
} from "@wheelhouse/net/socket";

import type { ListenArguments } from "../arguments.ts";
import { MAX_LINE_BYTES, TOO_LONG, answerTo } from "./answer.ts";

interface MailboxProtocol {
  calls: { local(): Endpoint };
}

const Mailbox = defineGenServer<MailboxProtocol, ListenSocket, ListenArguments>({
  name: "Mailbox",
  // So that its supervisor's wish to end is a message too, and lines that came before it are answered.
  trapExits: true,
  async init(ctx, { host, port }) {
    const listenSocket = await listen(ctx, { host, port });
    ctx.async((loop) => acceptAll(loop, listenSocket, ctx.self));
    return listenSocket;
  },
  calls: { local: (ctx) => ctx.state.local },
  infos: [
    on(SocketInfo, (_, message) => hear(message)),
    on(ListenInfo, (_, message) => {
      if (message.type === "failed") throw message.error;
    }),
  ],
  exit: (ctx, { reason }) => ctx.stop(reason),
});

async function acceptAll(ctx: TaskContext, listenSocket: ListenSocket, owner: Ref): Promise<void> {
  for (;;) {
    const socket = await accept(ctx, listenSocket, {
      packet: "line",
      maxPacketBytes: MAX_LINE_BYTES,
      active: true,
    });
    if (typeof socket === "string") return;
    transfer(ctx, socket, owner);
  }
}

function hear(message: SocketMessage): void {
  const { socket } = message;
  switch (message.type) {
    case "data":
      socket.send(answerTo(message.data));
      // Nothing more is read from one who doesn't read, until he does again.
      if (!socket.writable) socket.setActive(false);
      break;
    case "drained":
      socket.setActive(true);
      break;
    case "overlong":
      socket.send(TOO_LONG);
      socket.close();
      break;
    case "closed":
      socket.close();
      break;
  }
}

const Name = processName<MailboxProtocol>("received");

export const app = defineSupervisor<ListenArguments>("MailboxApp", (where) => ({
  children: [Mailbox.child(where, { name: Name })],
}));

export function local(running: Application): Promise<Endpoint> {
  return running.call(Name, "local");
}
