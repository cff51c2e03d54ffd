/**
 * A connected socket that belongs to one process, in gen_tcp's terms: its packets reach the owner as messages, as many
 * as the owner has asked for, or are received; what it sends leaves at the end of a burst; it closes when the owner ends.
 */

import type { Context, Owned } from "@wheelhouse/actors";
import { TlsError } from "../errors.ts";
import {
  expectMilliseconds,
  expectMillisecondsFromZero,
  expectOptions,
  oneOf,
  text,
  whole,
  type Checks,
} from "../expectations.ts";
import { checkTlsOptions } from "../network/check-tls.ts";
import { endedBefore, lateHandshake } from "../network/handshake-errors.ts";
import { NetworkPort, type Endpoint, type Network, type Stream } from "../network/network.ts";
import { nodeNetwork } from "../network/node-network.ts";
import type { TlsInfo, TlsOptions } from "../network/tls.ts";
import { Incoming } from "./incoming.ts";
import {
  SocketInfo,
  type ActiveMode,
  type PacketMessage,
  type ReceiveError,
  type SocketMessage,
} from "./messages.ts";
import {
  HANDSHAKE_TIMEOUT_MS,
  SOCKET_CHECKS,
  changeSettings,
  toSettings,
  type Settings,
  type SocketOptions,
} from "./options.ts";
import { Outgoing, type SendResult, type Sendable } from "./outgoing.ts";
import { within } from "./alarm.ts";

/** What a socket has done so far (inet:getstat/1). */
export interface SocketStats {
  readonly bytesRead: number;
  /** Given to the network; some of them may not have left. */
  readonly bytesWritten: number;
  readonly packetsRead: number;
  readonly packetsWritten: number;
  /** Sent, and still here. */
  readonly unsentBytes: number;
  /** How long the socket has been a process's. */
  readonly ageMs: number;
}

/** What of its owner's context a socket uses. */
export type SocketOwner = Pick<
  Context,
  | "afterBurst"
  | "disown"
  | "enter"
  | "failWith"
  | "giveWay"
  | "inform"
  | "informTracked"
  | "now"
  | "own"
  | "port"
  | "schedule"
  | "self"
  | "takeBack"
  | "waitFor"
>;

/** Which part of a file is sent. */
export interface SendFileOptions {
  /** Where to begin, in bytes. Default: 0. */
  readonly from?: number;
  /** How many bytes to send. Default: all up to the end of the file. */
  readonly bytes?: number;
}

/** How long encryption may take to begin. */
export interface SecureOptions {
  /** Milliseconds. Default: {@link HANDSHAKE_TIMEOUT_MS}. */
  readonly timeoutMs?: number;
}

const expectFile = text("a file's path");
const SEND_FILE_CHECKS: Checks<SendFileOptions> = { from: whole(0), bytes: whole(0) };
const SECURE_CHECKS: Checks<SecureOptions> = { timeoutMs: expectMilliseconds };
const expectDirection = oneOf("read", "write", "both");

/** @internal Whoever wants to know what becomes of a socket after its process. */
export interface PartingWatcher {
  /** All that was sent, and FIN, is the network's; the peer may not have closed. */
  finished(): void;
  /** Nothing of it is left, in the network neither. */
  gone(): void;
}

/** How long a closed socket's peer may take nothing of what was written, or not close, in milliseconds. */
const LINGER_MS = 5_000;

/** A connection in gen_tcp's terms, owned by one process at a time, which gets its messages. */
export class Socket implements Owned {
  #owner: SocketOwner;
  #settings: Settings;
  readonly #stream: Stream;
  readonly #incoming: Incoming;
  readonly #outgoing: Outgoing;
  /** Whole milliseconds, which cost no memory of their own. */
  readonly #openedAt: number;
  /** The owner wants to hear no more. */
  #forsaken = false;
  #tls: TlsInfo | undefined = undefined;
  #isFinished = false;
  #watcher: PartingWatcher | undefined = undefined;

  /** @internal Takes over a stream for the process whose context that is; `adopt` makes sockets. */
  constructor(owner: SocketOwner, stream: Stream, options: SocketOptions) {
    this.#owner = owner;
    this.#settings = toSettings(options);
    this.#stream = stream;
    const openedAt = (this.#openedAt = Math.floor(owner.now()));
    const outgoing = (this.#outgoing = new Outgoing(this, stream));
    this.#incoming = new Incoming(this, { stream, outgoing, active: options.active ?? true, openedAt });
    stream.setOptions(this.#settings.stream);
    stream.start(this.#incoming);
    owner.own(this);
    this.#incoming.deliver();
  }

  get local(): Endpoint {
    return this.#stream.local;
  }

  get remote(): Endpoint {
    return this.#stream.remote;
  }

  // Reading

  /**
   * Packets go on as asked from here on; those that are held already are delivered at once. A number adds to what is left
   * of one before, a negative one takes away; at zero the socket is passive, and a `passive` message says so
   * (inet:setopts/2, `{active, N}`).
   *
   * @throws RangeError when it is no mode.
   */
  setActive(mode: ActiveMode): void {
    if (!this.#forsaken) this.#incoming.setActive(mode);
  }

  /** What was asked for last, without what has come of it. */
  get active(): ActiveMode {
    return this.#incoming.active;
  }

  /**
   * Receives from a passive socket (gen_tcp:recv/3): with 0 the next packet, or, raw, whatever is there; in raw mode also
   * exactly so many bytes, whatever their chunks. After the last one comes `closed`, as often as asked. With a time of 0 it
   * takes what is there.
   *
   * @throws RangeError when bytes are asked for where packets aren't raw.
   */
  recv(bytes = 0, timeoutMs = Infinity): Promise<Buffer | ReceiveError> {
    expectMillisecondsFromZero("timeoutMs", timeoutMs);
    // Packets may be there for as long as one asks, and others wait for their turn.
    const turn = this.#owner.giveWay();
    if (turn === undefined) return this.#owner.waitFor(this.#incoming.receive(bytes, timeoutMs));
    return turn.then(() => this.#owner.waitFor(this.#incoming.receive(bytes, timeoutMs)));
  }

  /** @internal For kinds of process that go on with held packets by themselves. */
  takeHeld(message: PacketMessage): "taken" | "told" | undefined {
    return this.#incoming.takeHeld(message);
  }

  /** Reads no more from the network; packets that are held already are still delivered, and then `closed`. */
  stopReading(): void {
    this.#incoming.stop();
  }

  /** @internal Whether it was `stopReading` that ended the packets. */
  get hasStoppedReading(): boolean {
    return this.#incoming.isStopped;
  }

  /** @internal Why no packet comes any more, where the end wasn't orderly. */
  get readError(): Error | undefined {
    return this.#incoming.error;
  }

  /** @internal After `stopReading`: packets are dropped, and the peer's end is told after all. */
  watchForEnd(): void {
    this.#incoming.watchForEnd();
  }

  /** When the peer last sent anything, in whole milliseconds by the runtime's monotonic clock. */
  get lastReadAt(): number {
    return this.#incoming.lastReadAt;
  }

  // Writing

  /**
   * Sends a packet at the end of this burst, together with what else is sent in it; parts are one packet. A header goes
   * before it where packets have one. The bytes aren't copied: leave them as they are.
   */
  send(data: Sendable): SendResult {
    const memory = this.#incoming.memoryOf(data);
    return memory === undefined
      ? this.#outgoing.send(data)
      : this.#outgoing.sendBytes(data as Buffer, memory);
  }

  /** Bytes that were sent and haven't left yet. */
  get unsentBytes(): number {
    return this.#outgoing.unsentBytes;
  }

  /** Whether what is unsent is below the high watermark; else a `drained` message tells when it is at the low one. */
  get writable(): boolean {
    return this.#outgoing.isWritable;
  }

  /** Waits until it is `writable`; at once when it is. */
  drained(): Promise<"drained" | "closed"> {
    return this.#owner.waitFor(this.#outgoing.drained());
  }

  /**
   * Sends a file as it is, without a header: what was sent before goes before it, what is sent meanwhile waits behind its
   * end. It is read only as fast as the peer takes it.
   *
   * @returns how many bytes, once all are written; or `closed`.
   * @throws SendFileError when the file can't be read; what had been read before is sent.
   */
  sendFile(path: string, options: SendFileOptions = {}): Promise<number | "closed"> {
    expectFile("path", path);
    expectOptions(options, SEND_FILE_CHECKS);
    const { from = 0, bytes } = options;
    if (this.#outgoing.isClosed || this.#outgoing.isEnding) return Promise.resolve("closed");
    const pieces = networkOf(this.#owner).readFile(path, from, bytes);
    return this.#owner.waitFor(this.#outgoing.exclusively(() => this.#outgoing.sendPieces(path, pieces)));
  }

  // Options

  /** @internal */
  get settings(): Settings {
    return this.#settings;
  }

  /**
   * Changes what is given and leaves the rest. With another `packet`, what was read and not delivered is cut anew.
   *
   * @throws RangeError when an option is wrong; nothing is changed then.
   */
  setOptions(options: SocketOptions): void {
    expectOptions(options, SOCKET_CHECKS);
    const { active, ...changes } = options;
    const before = this.#settings;
    const settings = changeSettings(before, changes);
    this.#settings = settings;
    this.#stream.setOptions(settings.stream);
    this.#outgoing.settingsChanged(before);
    if (settings.packet !== before.packet || settings.overlong !== before.overlong) this.#incoming.reframe();
    else if (settings.maxPacketBytes !== before.maxPacketBytes)
      this.#incoming.maxPacketBytes = settings.maxPacketBytes;
    if (active !== undefined) this.setActive(active);
  }

  // Encryption

  /** What was agreed on, once it is encrypted. */
  get tls(): TlsInfo | undefined {
    return this.#tls;
  }

  /** @internal A handshake is under way, or waits until what was sent before it has left. */
  get isSecuring(): boolean {
    return this.#incoming.isSuspended;
  }

  /**
   * Goes on encrypted, as server or as client (ssl:handshake/3, ssl:connect/3), also in mid-stream: what was sent before
   * leaves as it is, what is sent meanwhile leaves encrypted. What was read and not delivered belongs to the handshake, and
   * is never taken for data, whatever the mode: packets that wait in the owner's mailbox are taken back. Keep the options object: certificates are read once for each.
   *
   * @throws TlsError when it fails; the socket is closed then, and nothing more is told of it.
   */
  secure(options: TlsOptions, limits: SecureOptions = {}): Promise<TlsInfo> {
    checkTlsOptions(options);
    expectOptions(limits, SECURE_CHECKS);
    const { timeoutMs = HANDSHAKE_TIMEOUT_MS } = limits;
    this.#incoming.suspend();
    return this.#owner.waitFor(this.#outgoing.exclusively(() => this.#shakeHands(options, timeoutMs)));
  }

  async #shakeHands(options: TlsOptions, timeoutMs: number): Promise<TlsInfo> {
    try {
      const info = await within(this.#owner, timeoutMs, this.#secureStream(options), "late");
      if (info === "late") throw new TlsError(this.remote, lateHandshake(timeoutMs));
      this.#tls = info;
      this.#incoming.goOn();
      return info;
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  #secureStream(options: TlsOptions): Promise<TlsInfo> {
    const held = this.#incoming.takeRest();
    if (held === undefined || this.#incoming.isEnded || this.#outgoing.isEnding)
      throw new TlsError(this.remote, endedBefore());
    if (this.#tls !== undefined)
      throw new TlsError(this.remote, new Error("it is encrypted already"), "closed");
    return this.#stream.secure(options, held);
  }

  // Its end

  /**
   * `"write"` sends FIN after what was sent, and packets still come; `"read"` drops what has come and still comes;
   * `"both"` does both (gen_tcp:shutdown/2). The socket stays its owner's until it is closed.
   */
  shutdown(how: "read" | "write" | "both" = "write"): void {
    expectDirection("how", how);
    if (how !== "read") this.#outgoing.end();
    if (how !== "write") this.#incoming.discard();
  }

  /** Closes after what was sent has left, files too. Nothing more is told of it. */
  close(): void {
    if (this.#forsaken) return;
    // A handshake that nobody waits for ends as one that has failed.
    if (this.isSecuring && this.unsentBytes === 0) return this.abort();
    this.#forsake();
    this.#outgoing.end();
    this.#stream.linger(LINGER_MS);
  }

  /** Closes at once and drops what was sent; the peer sees a reset. Nothing more is told of it. */
  abort(): void {
    this.#forsake();
    this.#outgoing.streamClosed();
    this.#stream.destroy();
  }

  /** @internal Closes at once for a reason that the owner is told. */
  breakOff(error: Error): void {
    this.#incoming.closed(error);
    this.#stream.destroy();
  }

  #forsake(): void {
    this.#forsaken = true;
    this.#incoming.forsake();
    this.#owner.disown(this);
  }

  /** @internal The owner has ended: what it sent before still leaves, unless it was killed. */
  release(reason: unknown): void {
    if (reason === "killed") this.abort();
    else this.close();
  }

  /** @internal Has somebody told what becomes of it after its process; answers what has already. */
  watchParting(watcher: PartingWatcher): "sending" | "finished" | "gone" {
    if (this.#outgoing.isClosed) return "gone";
    this.#watcher = watcher;
    return this.#isFinished ? "finished" : "sending";
  }

  /** @internal All that was sent, and FIN, is the network's. */
  finished(): void {
    this.#isFinished = true;
    this.#watcher?.finished();
  }

  /** @internal The stream has closed. */
  gone(): void {
    this.#watcher?.gone();
    this.#watcher = undefined;
  }

  /** @internal Of one that was closed: drops what hasn't left, with a reset; a peer that has all isn't waited for any more. */
  cutShort(): void {
    if (this.unsentBytes > 0) this.abort();
    else this.#stream.linger(0);
  }

  // Its owner

  /** @internal */
  get owner(): SocketOwner {
    return this.#owner;
  }

  /** @internal */
  get isForsaken(): boolean {
    return this.#forsaken;
  }

  /** @internal */
  handedTo(owner: SocketOwner): void {
    this.#incoming.handOver();
    this.#owner = owner;
  }

  /** @internal */
  tell(message: SocketMessage): void {
    if (!this.#forsaken) this.#owner.inform(this.#owner.self, SocketInfo, message);
  }

  /** @internal The same, and the tracker hears when the owner gets to it. */
  tellTracked(message: SocketMessage, tracker: { taken(): void }): void {
    if (!this.#forsaken) this.#owner.informTracked(this.#owner.self, SocketInfo, message, tracker);
  }

  /** @internal The packets that were told the owner and that it hasn't got to. */
  takeBackPackets(): readonly Buffer[] {
    const messages = this.#owner.takeBack(
      SocketInfo,
      (message) => message.type === "data" && message.socket === this,
    );
    return messages.flatMap((message) => (message.type === "data" ? [message.data] : []));
  }

  /** @internal The owner's framing has thrown. */
  failWith(error: unknown): void {
    const malformed: SocketMessage = { type: "malformed", socket: this, fault: { code: "malformed" } };
    if (!this.#forsaken) this.#owner.failWith(error, SocketInfo, malformed);
  }

  get stats(): SocketStats {
    const { bytesRead, packetsRead } = this.#incoming;
    const { bytesWritten, packetsWritten, unsentBytes } = this.#outgoing;
    const ageMs = Math.floor(this.#owner.now()) - this.#openedAt;
    return { bytesRead, bytesWritten, packetsRead, packetsWritten, unsentBytes, ageMs };
  }
}

/** @internal The network of that process's runtime. */
export function networkOf(ctx: Pick<Context, "port">): Network {
  return ctx.port(NetworkPort) ?? nodeNetwork;
}
