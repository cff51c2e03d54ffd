/**
 * The process that owns the listening socket: gives each connection a process, and drains them at the end.
 * If it crashes, its supervisor has it listen again, on the same port, while the connections live on.
 */

import {
  defineGenServer,
  isCleanExit,
  on,
  type Context,
  type DynamicSupervisorProtocol,
  type ProcessName,
  type Protocol,
  type Ref,
} from "@wheelhouse/actors";
import { DrainInfo, type ConnectionStart } from "../connection/connection.ts";
import type { ConnectionEvent } from "../events.ts";
import type { Endpoint, Stream } from "../network/network.ts";
import { ListenInfo, MAX_UNSENT_BYTES, listen, type ListenSocket } from "../socket/open.ts";
import { DRAIN_TIMEOUT_MS, MAX_CONNECTIONS, READ_TIMEOUT_MS, type ListenerOptions } from "./options.ts";

export type ConnectionsProtocol = DynamicSupervisorProtocol<ConnectionStart, Protocol>;

export interface ListenerInfo {
  readonly local: Endpoint;
  readonly connections: number;
  readonly accepted: number;
  readonly refused: number;
}

export interface ListenerProtocol {
  calls: {
    info(): ListenerInfo;
  };
}

export interface AcceptorStart {
  readonly options: ListenerOptions;
  readonly connections: ProcessName<ConnectionsProtocol>;
  /** The port that was listened on before, so that a restart finds the same one again. */
  readonly remembered: { port: number };
}

interface AcceptorState extends AcceptorStart {
  readonly listenSocket: ListenSocket;
  readonly live: Set<Ref>;
  accepted: number;
  refused: number;
}

type AcceptorContext = Context<ListenerProtocol, AcceptorState>;

export const Acceptor = defineGenServer<ListenerProtocol, AcceptorState, AcceptorStart>({
  name: "Acceptor",
  trapExits: true,
  async init(ctx, start) {
    const { options, remembered, connections } = start;
    const listenSocket = await listen(ctx, { ...options, port: remembered.port }, { active: true });
    remembered.port = listenSocket.local.port;
    const live = new Set(await ctx.call(connections, "whichChildren"));
    for (const ref of live) ctx.monitor(ref);
    return { ...start, listenSocket, live, accepted: 0, refused: 0 };
  },
  calls: {
    info: ({ state }) => ({
      local: state.listenSocket.local,
      connections: state.live.size,
      accepted: state.accepted,
      refused: state.refused,
    }),
  },
  infos: [
    on(ListenInfo, (ctx: AcceptorContext, message) => {
      if (message.type === "failed") throw message.error;
      message.listenSocket.taken(message.stream);
      return admit(ctx, message.stream);
    }),
  ],
  down(ctx, { ref }) {
    ctx.state.live.delete(ref);
  },
  async terminate(ctx, reason) {
    if (ctx.state === undefined) return;
    ctx.state.listenSocket.close();
    if (isCleanExit(reason)) await drain(ctx);
  },
});

async function admit(ctx: AcceptorContext, stream: Stream): Promise<void> {
  const { state } = ctx;
  const { options } = state;
  if (state.live.size >= (options.maxConnections ?? MAX_CONNECTIONS)) {
    state.refused += 1;
    stream.destroy();
    emit(ctx, { type: "net:connection_refused", remote: stream.remote, why: "max_connections" });
    return;
  }
  const ref = await startConnection(ctx, stream);
  state.accepted += 1;
  state.live.add(ref);
  ctx.monitor(ref);
}

/** The handler's `init` isn't waited for, so a slow one holds up no other connection. */
async function startConnection(ctx: AcceptorContext, stream: Stream): Promise<Ref> {
  const { options, connections } = ctx.state;
  try {
    const started = await ctx.call(connections, "startChild", {
      stream,
      packet: options.packet ?? "raw",
      ...(options.maxPacketBytes === undefined ? {} : { maxPacketBytes: options.maxPacketBytes }),
      maxUnsentBytes: options.maxUnsentBytes ?? MAX_UNSENT_BYTES,
      readTimeoutMs: options.readTimeoutMs ?? READ_TIMEOUT_MS,
    });
    if (started.outcome === "started") return started.ref;
    throw new Error(`expected the connection's process to start, got: ${started.outcome}`);
  } catch (error) {
    // Only the end of the connections' supervisor leads here; nobody owns the stream then.
    stream.destroy();
    throw error;
  }
}

/** Tells every connection, and waits for them until the deadline; what is left then is for the supervisor to end. */
async function drain(ctx: AcceptorContext): Promise<void> {
  const deadline = ctx.now() + (ctx.state.options.drainTimeoutMs ?? DRAIN_TIMEOUT_MS);
  const told = await ctx.call(ctx.state.connections, "whichChildren");
  for (const ref of told) ctx.inform(ref, DrainInfo, undefined);
  const ended = await Promise.all(told.map((ref) => ctx.exited(ref, Math.max(0, deadline - ctx.now()))));
  const cut = ended.filter((reason) => reason === undefined).length;
  emit(ctx, { type: "net:drained", connections: told.length, cut });
}

function emit(ctx: AcceptorContext, event: ConnectionEvent): void {
  ctx.emit(event);
}
