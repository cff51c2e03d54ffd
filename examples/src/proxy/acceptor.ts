/** Accepts connections and starts a task for each; at the end it gives them time to end by themselves. */

import {
  defineGenServer,
  on,
  type Context,
  type ProcessName,
  type TaskSupervisorProtocol,
} from "@wheelhouse/actors";
import type { Endpoint } from "@wheelhouse/net";
import { ListenInfo, listen, type ListenMessage, type ListenSocket } from "@wheelhouse/net/socket";

import type { ListenArguments } from "../arguments.ts";
import { forward } from "./forward.ts";

/** How long open connections have once nobody new is accepted. */
const DRAIN_MS = 15_000;

export interface ProxyArguments extends ListenArguments {
  readonly to: Endpoint;
}

interface AcceptorArguments extends ProxyArguments {
  readonly tasks: ProcessName<TaskSupervisorProtocol>;
}

export interface AcceptorProtocol {
  calls: { local(): Endpoint };
}

interface AcceptorState extends Pick<AcceptorArguments, "to" | "tasks"> {
  readonly listenSocket: ListenSocket;
}

export const Acceptor = defineGenServer<AcceptorProtocol, AcceptorState, AcceptorArguments>({
  name: "Acceptor",
  // So that `terminate` is called when it is told to end.
  trapExits: true,
  init: async (ctx, { host, port, to, tasks }) => ({
    listenSocket: await listen(ctx, { host, port }, { active: true }),
    to,
    tasks,
  }),
  calls: { local: (ctx) => ctx.state.listenSocket.local },
  infos: [on(ListenInfo, startForward)],
  async terminate(ctx, reason) {
    if (reason === "shutdown") await drain(ctx);
  },
});

async function startForward(
  ctx: Context<AcceptorProtocol, AcceptorState>,
  message: ListenMessage,
): Promise<void> {
  if (message.type === "failed") throw message.error;
  const { stream } = message;
  const { tasks, to } = ctx.state;
  const { outcome } = await ctx.call(tasks, "startChild", (task) => forward(task, stream, to));
  if (outcome !== "started") stream.destroy();
}

async function drain(ctx: Context<AcceptorProtocol, AcceptorState>): Promise<void> {
  const { listenSocket, tasks } = ctx.state;
  await ctx.waitFor(listenSocket.close());
  const connections = await ctx.call(tasks, "whichChildren");
  await Promise.all(connections.map((connection) => ctx.exited(connection, DRAIN_MS)));
  // Killed, they reset their sockets: to be cut off mustn't look like an end.
  for (const connection of connections) ctx.exit(connection, "kill");
}
