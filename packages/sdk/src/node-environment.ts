/** The real environment: Node's sockets, clock, timers and randomness, and the only file that knows them. */

import { connect, type Socket } from "node:net";

import type { Address, Environment, Link, LinkEvents } from "./environment.ts";

export const nodeEnvironment: Environment = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  random: () => Math.random(),
  defer: (task) => void setImmediate(task),
  after(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
  open: openSocket,
};

function openSocket({ host, port }: Address, events: LinkEvents): Link {
  const socket = connect({ host, port, noDelay: true });
  // Characters that the network cut in two are put together again by the socket's decoder.
  socket.setEncoding("utf8");
  report(socket, events);
  return {
    write: (text) => void socket.write(text),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  };
}

function report(socket: Socket, events: LinkEvents): void {
  let reason: string | undefined;
  socket.on("connect", () => events.opened());
  socket.on("data", (text: string) => events.received(text));
  socket.on("error", (error: NodeJS.ErrnoException) => {
    reason = error.code ?? error.message;
  });
  socket.on("close", () => events.closed(reason));
}
