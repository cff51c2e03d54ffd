/** `--form task`: a task a connection, under a supervisor that says how many there may be. */

import {
  defineGenServer,
  defineSupervisor,
  defineTaskSupervisor,
  on,
  processName,
  type Application,
  type Context,
  type TaskContext,
  type TaskSupervisorProtocol,
} from "@wheelhouse/actors";
import type { Endpoint } from "@wheelhouse/net";
import {
  ListenInfo,
  adopt,
  listen,
  type ListenMessage,
  type ListenSocket,
  type Stream,
} from "@wheelhouse/net/socket";

import type { ListenArguments } from "../arguments.ts";
import { MAX_LINE_BYTES, TOO_LONG, answerTo } from "./answer.ts";

const MAX_CONNECTIONS = 10_000;

interface AcceptorProtocol {
  calls: { local(): Endpoint };
}

const Tasks = defineTaskSupervisor("Tasks", { maxChildren: MAX_CONNECTIONS });
const TasksName = processName<TaskSupervisorProtocol>("tasks");

const Acceptor = defineGenServer<AcceptorProtocol, ListenSocket, ListenArguments>({
  name: "Acceptor",
  init: (ctx, { host, port }) => listen(ctx, { host, port }, { active: true }),
  calls: { local: (ctx) => ctx.state.local },
  infos: [on(ListenInfo, startTask)],
});

async function startTask(ctx: Context, message: ListenMessage): Promise<void> {
  if (message.type === "failed") throw message.error;
  const { stream } = message;
  const { outcome } = await ctx.call(TasksName, "startChild", (task) => converse(task, stream));
  if (outcome !== "started") stream.destroy();
}

async function converse(task: TaskContext, stream: Stream): Promise<void> {
  const socket = adopt(task, stream, { packet: "line", maxPacketBytes: MAX_LINE_BYTES, active: false });
  let line = await socket.recv();
  while (typeof line !== "string") {
    socket.send(answerTo(line));
    // Nothing more is read from one who doesn't read.
    if (!socket.writable) await socket.drained();
    line = await socket.recv();
  }
  if (line === "overlong") socket.send(TOO_LONG);
}

const AcceptorName = processName<AcceptorProtocol>("received");

/** The tasks come first: a new acceptor finds the connections of the old one alive. */
export const app = defineSupervisor<ListenArguments>("TaskApp", (where) => ({
  strategy: "rest_for_one",
  children: [Tasks.child(undefined, { name: TasksName }), Acceptor.child(where, { name: AcceptorName })],
}));

export function local(running: Application): Promise<Endpoint> {
  return running.call(AcceptorName, "local");
}
