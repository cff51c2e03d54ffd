/** Echo: bytes come back as they are. */

import { defineSupervisor, processName } from "@wheelhouse/actors";
import { Listener, defineConnection, type ListenerProtocol } from "@wheelhouse/net";

import type { ListenArguments } from "../arguments.ts";
import { serve } from "../serve.ts";

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

export function run(args: readonly string[]): Promise<void> {
  const summary = "Bytes come back as they are.";
  return serve(
    { name: "echo", summary, port: 7007, app: EchoApp, listener: EchoListener, client: "nc" },
    args,
  );
}
