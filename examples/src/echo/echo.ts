/** Echo: bytes come back as they are. */

import { defineSupervisor, processName } from "@wheelhouse/actors";
import { Listener, defineConnection, type ListenerProtocol } from "@wheelhouse/net";

import type { ListenArguments } from "../arguments.ts";
import { listenerProgram, netcat, serve, type Server } from "../serve.ts";

const Echo = defineConnection({
  name: "Echo",
  data(ctx, bytes) {
    ctx.send(bytes);
  },
});

export const EchoListener = processName<ListenerProtocol>("echo");

export const EchoApp = defineSupervisor<ListenArguments>("EchoApp", (where) => ({
  children: [Listener.child({ ...where, handler: Echo.with() }, { name: EchoListener })],
}));

const SERVER: Server<ListenArguments> = {
  name: "echo",
  summary: "Bytes come back as they are.",
  listens: { port: 7007 },
  read: (where) => where,
  program: listenerProgram(EchoApp, EchoListener),
  tryWith: netcat,
};

export function run(args: readonly string[]): Promise<void> {
  return serve(SERVER, args);
}
