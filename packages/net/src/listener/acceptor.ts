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
  type Asker,
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
import type { Stream } from "../network/network.ts";
import { ListenInfo, type ListenSocket } from "../socket/listen-socket.ts";
import { networkOf } from "../socket/socket.ts";
import { checkDrainOptions } from "./check-options.ts";
import { DescriptorReserve } from "./descriptor-reserve.ts";
import { beginDrain, carryOut, type DrainContext } from "./drain.ts";
import type { Draining, Ledger, Teller } from "./ledger.ts";
import { listenAt } from "./listen-at.ts";
import type { Drained, DrainOptions, ListenerInfo, ListenerProtocol } from "./listener-protocol.ts";
import type { Place } from "./place.ts";
import { changeListenerSettings } from "./settings.ts";
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

interface AcceptorState extends AcceptorStart {
  /** None while it is suspended. */
  listenSocket: ListenSocket | undefined;
  readonly line: WaitingLine;
  reserve: DescriptorReserve;
}

type AcceptorContext = Context<ListenerProtocol, AcceptorState>;

/** Tells the acceptor that a place became free. */
const RoomInfo = defineInfo<void>("net:room");

export const Acceptor: GenServer<ListenerProtocol, AcceptorStart> = defineGenServer<
  ListenerProtocol,
  AcceptorState,
  AcceptorStart
>({
  name: "Acceptor",
  trapExits: true,
  async init(ctx, { ledger, connections }) {
    adoptPlaces(ctx, ledger, connections);
    const line = new WaitingLine(ctx, ({ stream, address }, why) => {
      ledger.limits.stopWaiting(address);
      refuse(ctx, ledger, stream, why);
    });
    ctx.own(line);
    ledger.tellRoom = () => ctx.inform(ctx.self, RoomInfo, undefined);
    const listenSocket =
      ledger.status === "listening" ? await listenAt(ctx, ledger, ledger.listensAgainAt) : undefined;
    if (listenSocket !== undefined) tell(ctx, { type: "net:listening", listener: ledger.local });
    if (ledger.draining !== undefined) void finishDrain(ctx, ledger, ledger.draining);
    return { ledger, connections, listenSocket, line, reserve: newReserve(ctx, ledger) };
  },
  calls: {
    info: ({ state: { ledger } }) => toInfo(ledger),
    connections: (ctx) => ctx.state.ledger.infos(),
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
    ctx.state.line.dismissAll("draining");
    const { drainTimeoutMs, drainStaggerMs } = ledger.settings;
    const plan = { timeoutMs: drainTimeoutMs, staggerMs: drainStaggerMs, notice: undefined };
    await carryOut(ctx, ledger, beginDrain(ctx, ledger, plan));
  },
  // Options hold keys, and a ledger all connections.
  format: ({ ledger }) => toInfo(ledger),
  formatArgs: (message, args) => (message === "call setOptions" || message === "init" ? [] : args),
});

function toInfo(ledger: Ledger): ListenerInfo {
  const { tls: _secret, ...options } = ledger.settings.options;
  const { status, local, connections, closing, uncounted, accepted, ended, refused } = ledger;
  return {
    status,
    local,
    options,
    connections,
    closing,
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

/** A drain can't be taken back: those that were told to end do. And its end would leave a port open that nobody closes. */
async function resume(ctx: AcceptorContext): Promise<"listening" | "draining" | ListenError> {
  const { state } = ctx;
  const { ledger } = state;
  if (ledger.status !== "suspended") return ledger.status;
  try {
    state.listenSocket = await listenAt(ctx, ledger, ledger.settings.endpoint);
  } catch (error) {
    if (error instanceof ListenError) return error;
    throw error;
  }
  ledger.status = "listening";
  tell(ctx, { type: "net:resumed", listener: ledger.local });
  return "listening";
}

function changeOptions(ctx: AcceptorContext, changes: Parameters<typeof changeListenerSettings>[1]): void {
  const { ledger, line } = ctx.state;
  ledger.change(changeListenerSettings(ledger.settings, changes), line.addresses());
  ctx.state.reserve = newReserve(ctx, ledger);
  admitWaiting(ctx);
}

// Who comes in

function decide(ctx: AcceptorContext, stream: Stream): void {
  const { ledger, reserve } = ctx.state;
  const { remote } = stream;
  const nowMs = ctx.now();
  const { connections, closing, limits } = ledger;
  if (reserve.isTouched(connections + closing + limits.waiting + 1, nowMs))
    return refuse(ctx, ledger, stream, "descriptors");
  const address = ledger.addressOf(remote);
  const verdict = limits.arrive(address, nowMs);
  if (verdict === "enter") startConnection(ctx, stream, ledger.enter(remote, address));
  else if (verdict === "wait") wait(ctx, stream, address);
  else refuse(ctx, ledger, stream, verdict);
}

function refuse(teller: Teller, ledger: Ledger, stream: Stream, why: RefusalReason): void {
  const { remote } = stream;
  stream.destroy();
  ledger.refuse(teller, remote, why);
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
  ctx.ask(new Beginning(ctx, start), Infinity, connections, "startChild", request);
}

/** Hears whether a connection's process has begun. */
class Beginning implements Asker<ChildStart<Protocol>> {
  readonly #teller: Teller;
  readonly #start: ConnectionStart;

  constructor(teller: Teller, start: ConnectionStart) {
    this.#teller = teller;
    this.#start = start;
  }

  /** A process that began and failed has told so itself, and its end has freed its place. */
  answered(started: ChildStart<Protocol>): void {
    if (started.outcome === "started" || this.#start.place.hasBegun) return;
    this.failed("reason" in started ? started.reason : started.outcome);
  }

  failed(error: unknown): void {
    const { stream, place } = this.#start;
    stream.destroy();
    place.abandon();
    tell(this.#teller, { type: "net:accept_failed", listener: stream.local, error });
  }
}

// Who waits

function wait(ctx: AcceptorContext, stream: Stream, address: string): void {
  const { ledger, line } = ctx.state;
  line.join(stream, address, ledger.settings.waitTimeoutMs);
  tell(ctx, {
    type: "net:connection_waiting",
    listener: ledger.local,
    remote: stream.remote,
    waiting: ledger.limits.waiting,
  });
}

function admitWaiting(ctx: AcceptorContext): void {
  const { ledger, line } = ctx.state;
  while (ledger.limits.admitWaiting()) {
    const { stream, address } = line.take() as Waiting;
    startConnection(ctx, stream, ledger.enter(stream.remote, address));
  }
}

// The end of all

async function drainAll(ctx: AcceptorContext, options: DrainOptions): Promise<Drained> {
  checkDrainOptions(options);
  const { ledger } = ctx.state;
  const { drainTimeoutMs, drainStaggerMs } = ledger.settings;
  ledger.status = "draining";
  const draining = beginDrain(ctx, ledger, {
    timeoutMs: options.timeoutMs ?? drainTimeoutMs,
    staggerMs: options.staggerMs ?? drainStaggerMs,
    notice: options.notice,
  });
  await closePort(ctx);
  ctx.state.line.dismissAll("draining");
  return finishDrain(ctx, ledger, draining);
}

async function finishDrain(ctx: DrainContext, ledger: Ledger, draining: Draining): Promise<Drained> {
  const drained = await carryOut(ctx, ledger, draining);
  if (ledger.draining === undefined) ledger.status = "suspended";
  return drained;
}
