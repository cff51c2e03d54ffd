/**
 * The process that owns the listening socket: lets connections in, gives each a process, and drains them at the end.
 * If it crashes, its supervisor has it listen again, on the same port, while the connections live on.
 */

import {
  defineGenServer,
  defineInfo,
  isCleanExit,
  later,
  on,
  type ChildStart,
  type Context,
  type DynamicSupervisorProtocol,
  type GenServer,
  type ProcessName,
  type Protocol,
} from "@wheelhouse/actors";
import type { ConnectionHandler, ConnectionStart } from "../connection/connection.ts";
import { ListenError } from "../errors.ts";
import { tell, type RefusalReason } from "../events.ts";
import type { Endpoint, Stream } from "../network/network.ts";
import { ListenInfo, type ListenSocket } from "../socket/listen-socket.ts";
import { listen } from "../socket/open.ts";
import { networkOf, type SocketOwner } from "../socket/socket.ts";
import { changeSettings, checkDrainOptions } from "./check-options.ts";
import { DescriptorReserve } from "./descriptor-reserve.ts";
import { drain } from "./drain.ts";
import type { Ledger, Place } from "./ledger.ts";
import type { Drained, DrainOptions, ListenerInfo, ListenerProtocol } from "./listener-protocol.ts";
import { WaitingLine, type Waiting } from "./waiting-line.ts";

/** What a connection's process is started from. */
export interface NewConnection {
  readonly handler: ConnectionHandler;
  readonly start: ConnectionStart;
}

export type ConnectionsProtocol = DynamicSupervisorProtocol<NewConnection, Protocol>;

export interface AcceptorStart {
  readonly ledger: Ledger;
  readonly connections: ProcessName<ConnectionsProtocol>;
}

interface AcceptorPrivate extends ListenerProtocol {
  casts: {
    /** Somebody may have waited for long enough. */
    lookWhoWaits(): void;
  };
}

interface AcceptorState extends AcceptorStart {
  /** None while it is suspended. */
  listenSocket: ListenSocket | undefined;
  readonly line: WaitingLine;
  reserve: DescriptorReserve;
}

type AcceptorContext = Context<AcceptorPrivate, AcceptorState>;

/** Tells the acceptor that a place became free. */
const RoomInfo = defineInfo<void>("net:room");

export const Acceptor: GenServer<ListenerProtocol, AcceptorStart> = defineGenServer<
  AcceptorPrivate,
  AcceptorState,
  AcceptorStart
>({
  name: "Acceptor",
  trapExits: true,
  async init(ctx, { ledger, connections }) {
    adoptPlaces(ctx, ledger, connections);
    const line = new WaitingLine(({ address }) => ledger.limits.stopWaiting(address));
    ctx.own(line);
    ledger.tellRoom = () => ctx.inform(ctx.self, RoomInfo, undefined);
    if (ledger.status === "draining") ledger.status = "suspended";
    const listenSocket = ledger.status === "listening" ? await listenAgain(ctx, ledger) : undefined;
    if (listenSocket !== undefined) tell(ctx, { type: "net:listening", listener: ledger.local });
    return { ledger, connections, listenSocket, line, reserve: newReserve(ctx, ledger) };
  },
  calls: {
    info: ({ state: { ledger } }) => toInfo(ledger),
    connections: (ctx) => ctx.state.ledger.infos(ctx.now()),
    suspend: (ctx) => suspend(ctx),
    resume: (ctx) => resume(ctx),
    setOptions(ctx, changes) {
      try {
        changeOptions(ctx, changes);
        return "changed";
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        // The mistake is the caller's.
        return later(Promise.reject(error));
      }
    },
    drain: (ctx, options = {}) => later(drainAll(ctx, options)),
  },
  casts: {
    lookWhoWaits: (ctx) => dismissExpired(ctx),
  },
  infos: [
    on(ListenInfo, (ctx: AcceptorContext, message) => {
      const { ledger, listenSocket } = ctx.state;
      if (message.listenSocket !== listenSocket) return;
      if (message.type === "failed") {
        tell(ctx, { type: "net:accept_failed", listener: ledger.local, error: message.error });
        throw message.error;
      }
      message.listenSocket.taken(message.stream);
      decide(ctx, message.stream);
    }),
    on(RoomInfo, (ctx: AcceptorContext) => admitWaiting(ctx)),
  ],
  async terminate(ctx, reason) {
    if (ctx.state === undefined) return;
    const { ledger } = ctx.state;
    await closePort(ctx);
    if (!isCleanExit(reason)) return;
    dismissAll(ctx);
    const { drainTimeoutMs, drainStaggerMs } = ledger.settings;
    await drain(ctx, ledger, { timeoutMs: drainTimeoutMs, staggerMs: drainStaggerMs, notice: undefined });
  },
  // Options hold keys, and a ledger all connections.
  format: ({ ledger }) => toInfo(ledger),
  formatArgs: (message, args) => (message === "call setOptions" || message === "init" ? [] : args),
});

function toInfo(ledger: Ledger): ListenerInfo {
  const { tls: _secret, ...options } = ledger.settings.options;
  const { status, local, connections, uncounted, accepted, ended, refused } = ledger;
  return {
    status,
    local,
    options,
    connections,
    uncounted,
    waiting: ledger.limits.waiting,
    accepted,
    ended,
    refused: { ...refused },
    ...ledger.bytes(),
  };
}

// The port

/** After a crash of the connections' supervisor, those that it was about to begin are gone with it. */
function adoptPlaces(
  ctx: Pick<Context, "whereis">,
  ledger: Ledger,
  connections: ProcessName<ConnectionsProtocol>,
): void {
  const supervisor = ctx.whereis(connections);
  if (supervisor === undefined || ledger.supervisor === supervisor) return;
  ledger.supervisor = supervisor;
  ledger.forgetUnbegun();
}

async function listenAgain(ctx: SocketOwner, ledger: Ledger): Promise<ListenSocket> {
  const { options, endpoint } = ledger.settings;
  const listenSocket = await listen(ctx, { ...options, ...placeOf(endpoint) }, { active: true });
  ledger.listensAt(listenSocket.local);
  return listenSocket;
}

function placeOf({ host, port, path }: Endpoint): { host: string; port: number } | { path: string } {
  return path === undefined ? { host, port } : { path };
}

function newReserve(ctx: Pick<Context, "port">, { settings }: Ledger): DescriptorReserve {
  const network = networkOf(ctx);
  return new DescriptorReserve(settings.atLeastFree, () => network.descriptors());
}

/** Resolves when nobody reaches it any more. */
async function closePort(ctx: AcceptorContext): Promise<void> {
  const { listenSocket } = ctx.state;
  ctx.state.listenSocket = undefined;
  if (listenSocket !== undefined) await ctx.waitFor(listenSocket.close());
}

async function suspend(ctx: AcceptorContext): Promise<"suspended"> {
  const { ledger } = ctx.state;
  if (ledger.status !== "listening") return "suspended";
  ledger.status = "suspended";
  await closePort(ctx);
  tell(ctx, { type: "net:suspended", listener: ledger.local });
  return "suspended";
}

async function resume(ctx: AcceptorContext): Promise<"listening" | ListenError> {
  const { state } = ctx;
  const { ledger } = state;
  if (ledger.status === "listening") return "listening";
  try {
    state.listenSocket = await listenAgain(ctx, ledger);
  } catch (error) {
    if (error instanceof ListenError) return error;
    throw error;
  }
  ledger.status = "listening";
  tell(ctx, { type: "net:resumed", listener: ledger.local });
  return "listening";
}

function changeOptions(ctx: AcceptorContext, changes: Parameters<typeof changeSettings>[1]): void {
  const { ledger, line } = ctx.state;
  ledger.change(changeSettings(ledger.settings, changes), line.addresses());
  ctx.state.reserve = newReserve(ctx, ledger);
  admitWaiting(ctx);
}

// Who comes in

function decide(ctx: AcceptorContext, stream: Stream): void {
  const { ledger, reserve } = ctx.state;
  const { remote } = stream;
  const nowMs = ctx.now();
  if (reserve.isTouched(ledger.connections + ledger.limits.waiting + 1, nowMs))
    return refuse(ctx, stream, "descriptors");
  const address = ledger.addressOf(remote);
  const verdict = ledger.limits.arrive(address, nowMs);
  if (verdict === "enter") startConnection(ctx, stream, ledger.enter(remote, address));
  else if (verdict === "wait") wait(ctx, stream, address);
  else refuse(ctx, stream, verdict);
}

function refuse(ctx: AcceptorContext, stream: Stream, why: RefusalReason): void {
  const { remote } = stream;
  stream.destroy();
  ctx.state.ledger.refuse(ctx, remote, why);
}

/**
 * Doesn't wait for the process: an `init` that takes its time holds up nobody, and each wait would cost a turn. Its place
 * is taken already, so no more come in than may, however far behind the supervisor is.
 */
function startConnection(ctx: AcceptorContext, stream: Stream, place: Place): void {
  const { ledger, connections } = ctx.state;
  const { options, connection } = ledger.settings;
  const start: ConnectionStart = { stream, settings: connection, place };
  const request = { handler: options.handler, start };
  // Without a time: a request that is given up would be carried out all the same.
  ctx.callWithin(Infinity, connections, "startChild", request).then(
    (started) => startAnswered(ctx, start, started),
    (error: unknown) => startFailed(ctx, start, error),
  );
}

/** A process that began and failed has told so itself, and its end has freed its place. */
function startAnswered(ctx: AcceptorContext, start: ConnectionStart, started: ChildStart<Protocol>): void {
  if (started.outcome === "started" || start.place.hasBegun) return;
  startFailed(ctx, start, "reason" in started ? started.reason : started.outcome);
}

function startFailed(ctx: AcceptorContext, { stream, place }: ConnectionStart, error: unknown): void {
  stream.destroy();
  place.abandon();
  tell(ctx, { type: "net:accept_failed", listener: stream.local, error });
}

// Who waits

function wait(ctx: AcceptorContext, stream: Stream, address: string): void {
  const { ledger, line } = ctx.state;
  const { waitTimeoutMs } = ledger.settings;
  const isFirst = line.first === undefined;
  line.join({ stream, address, untilMs: ctx.now() + waitTimeoutMs });
  if (isFirst && waitTimeoutMs !== Infinity) ctx.after(waitTimeoutMs, "lookWhoWaits");
  tell(ctx, {
    type: "net:connection_waiting",
    listener: ledger.local,
    remote: stream.remote,
    waiting: ledger.limits.waiting,
  });
}

function admitWaiting(ctx: AcceptorContext): void {
  const { ledger, line } = ctx.state;
  while (line.first !== undefined && ledger.limits.admitWaiting()) {
    const { stream, address } = line.take() as Waiting;
    startConnection(ctx, stream, ledger.enter(stream.remote, address));
  }
}

function dismissExpired(ctx: AcceptorContext): void {
  const { line } = ctx.state;
  const nowMs = ctx.now();
  for (let one = line.takeExpired(nowMs); one !== undefined; one = line.takeExpired(nowMs))
    dismiss(ctx, one, "wait_timeout");
  const untilMs = line.first?.untilMs ?? Infinity;
  if (untilMs !== Infinity) ctx.after(untilMs - nowMs, "lookWhoWaits");
}

function dismissAll(ctx: AcceptorContext): void {
  const { line } = ctx.state;
  for (let one = line.take(); one !== undefined; one = line.take()) dismiss(ctx, one, "draining");
}

function dismiss(ctx: AcceptorContext, { stream, address }: Waiting, why: RefusalReason): void {
  ctx.state.ledger.limits.stopWaiting(address);
  refuse(ctx, stream, why);
}

// The end of all

async function drainAll(ctx: AcceptorContext, options: DrainOptions): Promise<Drained> {
  checkDrainOptions(options);
  const { ledger } = ctx.state;
  const { drainTimeoutMs, drainStaggerMs } = ledger.settings;
  ledger.status = "draining";
  await closePort(ctx);
  dismissAll(ctx);
  const drained = await drain(ctx, ledger, {
    timeoutMs: options.timeoutMs ?? drainTimeoutMs,
    staggerMs: options.staggerMs ?? drainStaggerMs,
    notice: options.notice,
  });
  if (ledger.draining === undefined) ledger.status = "suspended";
  return drained;
}
