/** One connection of the machine's: a TCP or Unix socket of `node:net`, and, once it is `secure`d, TLS above it. */

import type { Socket } from "node:net";
import { TlsError } from "../errors.ts";
import { endedBefore } from "./handshake-errors.ts";
import type { HostClock } from "./host-clock.ts";
import { queuedByKernel } from "./kernel-queue.ts";
import { Lingering, type Parting } from "./lingering.ts";
import type { Endpoint, Keeper, Stream, StreamEvents, StreamOptions, Taken, Watermarks } from "./network.ts";
import { PieceQueue } from "./piece-queue.ts";
import { endReads, readOn, readShared, takeRead } from "./shared-reads.ts";
import type { TlsInfo, TlsOptions } from "./tls.ts";

/** Writes of a burst are joined into one buffer up to so many bytes; above, copying costs more than a gathering write. */
const JOIN_BYTES = 65_536;
/**
 * Node.js is given so much at a time, and more when the kernel has taken that: it tells of a write only when all of it
 * has left, and whether a slow peer takes anything at all must be seen before.
 */
const PIECE_BYTES = 131_072;
/** Until others are set. */
const WATERMARKS: Watermarks = { highBytes: 65_536, lowBytes: 32_768 };
const NOTHING = new Uint8Array(0);

/** Where the listeners that all sockets share find the stream of theirs: closures for each would cost more. */
const STREAM = Symbol("stream");
type Tagged = Socket & { [STREAM]?: NodeStream | undefined };

function onData(this: Tagged, chunk: Buffer): void {
  this[STREAM]?.received(chunk);
}

function onRead(this: Tagged, bytes: number, memory: Buffer): boolean {
  this[STREAM]?.read(bytes, memory);
  return true;
}

function onEnd(this: Tagged): void {
  this[STREAM]?.peerEnded();
}

function onError(this: Tagged, error: Error): void {
  this[STREAM]?.broke(error);
}

function onClose(this: Tagged): void {
  this[STREAM]?.closed();
}

/** Both ends, and the machine's time. */
export interface StreamPlace {
  readonly local: Endpoint;
  /** Of a Unix socket; what others have at their other end they are asked. */
  readonly remote?: Endpoint;
  readonly clock: HostClock;
}

export class NodeStream implements Stream, Parting {
  keeper: Keeper | "adopted" | undefined = undefined;
  readonly local: Endpoint;
  /** Of a Unix socket. */
  readonly #remotePath: Endpoint | undefined;
  /** What is read from and written to. */
  #socket: Tagged;
  /** The kernel's socket; another one than the above once it is encrypted. */
  readonly #raw: Tagged;
  readonly #clock: HostClock;
  #events: StreamEvents | undefined = undefined;
  #error: Error | undefined = undefined;
  #closed = false;
  #destroyed = false;

  #watermarks: Watermarks = WATERMARKS;
  /** What Node.js wasn't given yet. */
  #queue: PieceQueue | undefined = undefined;
  /** More is unsent than the high watermark, and hasn't fallen to the low one. */
  #above = false;
  #ending = false;
  #onWritten: (() => void) | undefined = undefined;
  /** What still comes is dropped. */
  #lingering: Lingering | undefined = undefined;

  constructor(socket: Socket, { local, remote, clock }: StreamPlace) {
    this.#socket = this.#raw = socket;
    this.#clock = clock;
    this.local = local;
    this.#remotePath = remote;
    // Asked now, Node.js keeps the address, and has it also when the peer is gone.
    if (remote === undefined) remoteEnd(socket);
    this.#listen();
  }

  get remote(): Endpoint {
    return this.#remotePath ?? remoteEnd(this.#raw);
  }

  start(events: StreamEvents): void {
    this.#events = events;
    // The peer was gone before anybody took the connection: its `close` has passed already.
    if (this.#closed) this.#clock.soon(() => events.closed(this.#error));
  }

  setOptions({ noDelay, keepAliveMs, watermarks }: StreamOptions): void {
    if (noDelay !== undefined) this.#raw.setNoDelay(noDelay);
    if (keepAliveMs !== undefined) this.#raw.setKeepAlive(keepAliveMs !== Infinity, toDelay(keepAliveMs));
    if (watermarks === undefined) return;
    this.#watermarks = watermarks;
    this.#above ||= this.unsentBytes > this.#watermarks.highBytes;
    this.#tellDrained();
  }

  // What the socket tells

  #listen(): void {
    const socket = this.#socket;
    socket[STREAM] = this;
    socket.on("error", onError);
    socket.on("close", onClose);
    // With `allowHalfOpen` Node.js's own listener does nothing, and beside it ours would make a list, of a hundred bytes.
    if (!this.#isSecure) for (const idle of socket.listeners("end")) socket.off("end", idle as () => void);
    socket.on("end", onEnd);
    // Who listens for data gets it, unless the socket was paused before.
    socket.pause();
    if (this.#isSecure || !readShared(socket, onRead)) socket.on("data", onData);
  }

  received(chunk: Buffer): void {
    if (this.#lingering === undefined) this.#events?.data(chunk);
  }

  /** What is dropped isn't copied: a peer that goes on sending shall not fill the memory until V8 looks. */
  read(bytes: number, memory: Buffer): void {
    if (this.#lingering !== undefined) return;
    try {
      this.#events?.data(takeRead(this.#raw, bytes, memory));
    } catch (error) {
      // A defect of somebody who listens is the host's to report, but Node.js has to go on with other memory first.
      this.#clock.soon(() => {
        throw error;
      });
    }
  }

  peerEnded(): void {
    this.#events?.ended();
  }

  /** Node.js leaves an encrypted connection open of which a record was tampered with. */
  broke(error: Error): void {
    this.#error ??= error;
    this.#socket.destroy();
  }

  closed(): void {
    if (this.#closed) return;
    this.#closed = true;
    endReads(this.#raw);
    // What Node.js keeps of it until V8 collects the whole heap (handles of its own are never young) shall not keep a process.
    this.#socket[STREAM] = this.#raw[STREAM] = undefined;
    this.#lingering?.stop();
    this.#dropQueue();
    this.#events?.closed(this.#error);
  }

  // Reading

  resume(): void {
    readOn(this.#socket);
  }

  pause(): void {
    this.#socket.pause();
  }

  // Writing

  get unsentBytes(): number {
    return this.#destroyed ? 0 : this.#socket.writableLength + (this.#queue?.bytes ?? 0);
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (this.#closed || this.#destroyed || this.#ending) return !this.#above;
    const bytes = totalBytes(chunks);
    if (bytes > PIECE_BYTES || this.#queue !== undefined || this.#socket.writableLength > 0)
      this.#enqueue(chunks);
    else this.#handPiece(chunks, bytes);
    if (this.unsentBytes > this.#watermarks.highBytes) this.#above = true;
    return !this.#above;
  }

  #enqueue(chunks: readonly Uint8Array[]): void {
    const queue = (this.#queue ??= new PieceQueue());
    for (const chunk of chunks) queue.push(chunk);
    this.#feed(queue);
  }

  /** Gives on what waits, piece by piece, as long as each is taken at once. */
  #feed(queue: PieceQueue): void {
    const socket = this.#socket;
    while (queue.bytes > 0 && socket.writableLength === 0 && !socket.destroyed) {
      const piece = queue.take(PIECE_BYTES);
      this.#handPiece(piece, totalBytes(piece));
    }
    if (queue.bytes > 0) return;
    // An idle connection shall hold nothing.
    this.#dropQueue();
    this.#endIfDone();
  }

  #dropQueue(): void {
    const queue = this.#queue;
    this.#queue = undefined;
    queue?.whenEmpty?.();
  }

  #handPiece(chunks: readonly Uint8Array[], bytes: number): void {
    if (chunks.length === 1) {
      this.#hand(chunks[0] as Uint8Array);
    } else if (bytes <= JOIN_BYTES) {
      this.#hand(Buffer.concat(chunks, bytes));
    } else {
      this.#socket.cork();
      for (const chunk of chunks) this.#hand(chunk);
      this.#socket.uncork();
    }
    if (!this.#isSecure && this.#socket.writableLength > 0) this.#socket.write(NOTHING, this.#whenWritten);
  }

  /** Node.js takes a turn for each callback; a kernel that takes all at once needs none. Encrypted, it never does. */
  #hand(chunk: Uint8Array): void {
    if (this.#isSecure) this.#socket.write(chunk, this.#whenWritten);
    else this.#socket.write(chunk);
  }

  get #isSecure(): boolean {
    return this.#socket !== this.#raw;
  }

  get #whenWritten(): () => void {
    this.#onWritten ??= () => this.#written();
    return this.#onWritten;
  }

  /** Something has left, or never will. */
  #written(): void {
    if (this.#closed || this.#destroyed) return;
    if (this.#queue !== undefined) this.#feed(this.#queue);
    this.#endIfDone();
    this.#tellDrained();
  }

  #tellDrained(): void {
    if (!this.#above || this.unsentBytes > this.#watermarks.lowBytes) return;
    this.#above = false;
    this.#events?.drained();
  }

  // Its end

  end(): void {
    this.#ending = true;
    this.#endIfDone();
  }

  /** Not before: until its FIN has left the kernel can't be told to reset (uv_tcp_close_reset). */
  #endIfDone(): void {
    if (!this.#ending || this.unsentBytes > 0 || this.#socket.writableEnded) return;
    this.#socket.end();
    this.#lingering?.finished();
    this.#events?.finished?.();
  }

  linger(ms: number): void {
    if (this.#closed) return;
    this.#lingering?.stop();
    this.#lingering = new Lingering(this, ms, this.#clock);
    readOn(this.#socket);
  }

  get hasFinished(): boolean {
    return this.#socket.writableEnded;
  }

  /** The kernel may hold megabytes, and tell of room only when a third of them has left. */
  async taken(): Promise<Taken> {
    const isHeld = this.unsentBytes > 0;
    const queuedBytes =
      isHeld && this.local.path === undefined ? await queuedByKernel(this.local, this.remote) : undefined;
    const leftBytes = this.#socket.bytesWritten - this.#socket.writableLength;
    return { bytes: leftBytes - (queuedBytes ?? 0), isExact: !isHeld || queuedBytes !== undefined };
  }

  giveUp(): void {
    if (this.unsentBytes > 0) this.destroy();
    else this.#socket.destroy();
  }

  /** To write nothing sends nothing, but fails where the kernel knows of a reset (tcp(7)). */
  look(): void {
    if (!this.#closed && !this.#destroyed && !this.#ending) this.#socket.write(NOTHING);
  }

  /** A Unix socket knows no reset, and an encrypted one that is just ending itself can't be told to. */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#dropQueue();
    const [socket, raw] = [this.#socket, this.#raw];
    const isEnding = socket.writableEnded && !socket.writableFinished;
    if (this.local.path !== undefined || (isEnding && socket !== raw)) raw.destroy();
    else if (isEnding) raw.once("finish", () => raw.resetAndDestroy());
    else raw.resetAndDestroy();
  }

  // Encryption

  async secure(options: TlsOptions, held: readonly Buffer[]): Promise<TlsInfo> {
    const { shakeHands } = await import("./node-tls.ts");
    await this.#emptied();
    const raw = this.#raw;
    // Of a socket that is gone already nothing is told any more.
    if (raw.destroyed) throw new TlsError(this.remote, endedBefore());
    this.#unlisten();
    for (const chunk of held.toReversed()) raw.unshift(chunk);
    const { socket, info } = await shakeHands(raw, options, this.remote);
    if (this.#closed) return info;
    // It closes when all that it decrypted was read, which may be long after the kernel's socket.
    raw.removeListener("close", onClose);
    this.#socket = socket;
    this.#listen();
    if (socket.closed) this.#clock.soon(() => this.closed());
    return info;
  }

  /** A write that has just begun needn't have ended: Node.js sees to that. */
  #emptied(): Promise<void> | undefined {
    const queue = this.#queue;
    return queue === undefined ? undefined : new Promise((resolve) => (queue.whenEmpty = resolve));
  }

  /** From here on what the kernel's socket reads is the handshake's. */
  #unlisten(): void {
    this.#raw.removeListener("data", onData).removeListener("end", onEnd);
  }
}

/** A peer that is gone already when one first asks has none any more. */
function remoteEnd({ remoteAddress = "", remotePort = 0 }: Socket): Endpoint {
  return { host: remoteAddress, port: remotePort };
}

/** Node.js counts whole seconds, and takes a part of one for none, which means the kernel's own two hours. */
export function toDelay(keepAliveMs: number): number {
  return keepAliveMs === Infinity ? 0 : Math.ceil(keepAliveMs / 1_000) * 1_000;
}

function totalBytes(chunks: readonly Uint8Array[]): number {
  let bytes = 0;
  for (const chunk of chunks) bytes += chunk.length;
  return bytes;
}
