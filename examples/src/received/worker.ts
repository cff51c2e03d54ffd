/** `--form worker`: a gen server a connection, under a listener that accepts, limits and drains. */

import { defineSupervisor, processName, type Application } from "@wheelhouse/actors";
import { Listener, defineConnection, type Endpoint, type ListenerProtocol } from "@wheelhouse/net";

import type { ListenArguments } from "../arguments.ts";
import { MAX_LINE_BYTES, TOO_LONG, answerTo } from "./answer.ts";

const Worker = defineConnection({
  name: "Worker",
  data(ctx, line) {
    ctx.send(answerTo(line));
  },
  overlong(ctx) {
    ctx.send(TOO_LONG);
    ctx.close();
  },
});

const Name = processName<ListenerProtocol>("received");

export const app = defineSupervisor<ListenArguments>("WorkerApp", ({ host, port }) => ({
  children: [
    Listener.child(
      {
        host,
        port,
        packet: "line",
        maxPacketBytes: MAX_LINE_BYTES,
        readTimeoutMs: Infinity,
        handler: Worker.with(),
      },
      { name: Name },
    ),
  ],
}));

export async function local(running: Application): Promise<Endpoint> {
  return (await running.call(Name, "info")).local;
}
