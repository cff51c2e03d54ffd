/** Proxy: what comes is forwarded to another place, and what that answers comes back. */

import {
  defineSupervisor,
  defineTaskSupervisor,
  processName,
  type TaskSupervisorProtocol,
} from "@wheelhouse/actors";

import type { Endpoint } from "@wheelhouse/net";

import { isPort } from "../arguments.ts";
import { netcat, serve, type Server } from "../serve.ts";
import { Acceptor, type AcceptorProtocol, type ProxyArguments } from "./acceptor.ts";

/** Each has two sockets. */
const MAX_CONNECTIONS = 10_000;

const Connections = defineTaskSupervisor("Connections", { maxChildren: MAX_CONNECTIONS });
const ConnectionsName = processName<TaskSupervisorProtocol>("connections");
export const ProxyAcceptor = processName<AcceptorProtocol>("proxy");

/** The acceptor comes last: a new one finds the old one's connections alive, and at the end it drains them. */
export const ProxyApp = defineSupervisor<ProxyArguments>("ProxyApp", (args) => ({
  strategy: "rest_for_one",
  children: [
    Connections.child(undefined, { name: ConnectionsName }),
    Acceptor.child({ ...args, tasks: ConnectionsName }, { name: ProxyAcceptor, shutdown: Infinity }),
  ],
}));

const SERVER: Server<ProxyArguments> = {
  name: "proxy",
  summary: "Forwards connections to another place.",
  listens: { port: 8000 },
  options: { to: { type: "string" } },
  help: "  --to H:P      where to forward to (required)\n",
  read(where, { to }) {
    const endpoint = toEndpoint(String(to ?? ""));
    if (endpoint !== undefined) return { ...where, to: endpoint };
    return { problem: `expected --to to be HOST:PORT with a port from 1 to 65535, got: ${to ?? "nothing"}` };
  },
  program: () => ({ app: ProxyApp, local: (app) => app.call(ProxyAcceptor, "local") }),
  tryWith: netcat,
};

export function run(args: readonly string[]): Promise<void> {
  return serve(SERVER, args);
}

/** `HOST:PORT`; an IPv6 address stands in brackets. */
function toEndpoint(text: string): Endpoint | undefined {
  const [, address, name, port = ""] = /^(?:\[([\da-f:.]+)\]|([^:[\]]+)):(\d+)$/i.exec(text) ?? [];
  const host = address ?? name;
  return host === undefined || !isPort(port) || port === "0" ? undefined : { host, port: Number(port) };
}
