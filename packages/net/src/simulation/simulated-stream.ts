/** One end of a simulated connection, with its kernel's buffers. It behaves as TCP's does (RFC 9293), as Node.js shows it. */

import type { TlsInfo, TlsOptions } from "../network/tls.ts";
import type {
  Endpoint,
  Keeper,
  Stream,
  StreamEvents,
  StreamOptions,
  Taken,
  Watermarks,
} from "../network/network.ts";
import { ChunkQueue } from "../framing/chunk-queue.ts";
import type { Agenda } from "./agenda.ts";
import { Encryption } from "./encryption.ts";
import { networkError } from "./network-error.ts";
import { Outgoing, takeBytes } from "./outgoing.ts";
import type { Segment } from "./wire.ts";

/** Silence in which the kernel asks ten times, a second apart, before it gives up a connection (libuv's setting). */
export const KEEP_ALIVE_PROBES_MS = 10_000;
/** How long the kernel sends again what nobody acknowledges (tcp(7), tcp_retries2). */
export const RETRANSMISSION_MS = 924_600;

/** Node.js's own, until told otherwise. */
const WATERMARKS: Watermarks = { highBytes: 65_536, lowBytes: 32_768 };

/** What an end needs of the link that it belongs to. */
export interface StreamLink {
  readonly agenda: Agenda;
  readonly isUnix: boolean;
  isCut(): boolean;
  readonly sendBufferBytes: number;
  readonly receiveBufferBytes: number;
  /** Of what could be sent or read at once, how much is. */
  split(mostBytes: number): number;
  send(segment: Segment): void;
  /** What this end has sent and hasn't arrived is lost. */
  dropSent(): void;
  /** The program has no part in this end any more. */
  closed(error: Error | undefined): void;
}

export class SimulatedStream implements Stream {
  keeper: Keeper | "adopted" | undefined = undefined;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #link: StreamLink;
  readonly #outgoing: Outgoing;
  readonly #incoming = new ChunkQueue();
  #events: StreamEvents | undefined;
  #watermarks = WATERMARKS;
  #keepAliveMs = Infinity;

  #reading = false;
  #readPlanned = false;
  #finCame = false;
  #endTold = false;

  /** More was unsent than the high watermark, and hasn't fallen to the low one. */
  #above = false;
  #ending = false;
  #finSent = false;
  #finishTold = false;
  #givingUp = false;
  /** How long a peer may take nothing, or not close, once nobody owns this end any more. */
  #lingerMs: number | undefined;
  #cancelLinger: (() => void) | undefined;

  #encryption: Encryption | undefined;

  /** What happened to the connection, until the program asks it for something. */
  #broken: Error | undefined;
  #closed: { readonly error: Error | undefined } | undefined;
  #closedTold = false;

  constructor(link: StreamLink, local: Endpoint, remote: Endpoint) {
    this.#link = link;
    this.local = local;
    this.remote = remote;
    this.#outgoing = new Outgoing(link.sendBufferBytes, link.receiveBufferBytes);
  }

  start(events: StreamEvents): void {
    this.#events = events;
    this.#closedTold = false;
    if (this.#closed !== undefined) this.#planClosed();
  }

  setOptions({ watermarks, keepAliveMs }: StreamOptions): void {
    this.#watermarks = watermarks ?? this.#watermarks;
    this.#keepAliveMs = keepAliveMs ?? this.#keepAliveMs;
    this.#above ||= this.unsentBytes > this.#watermarks.highBytes;
    this.#tellDrained();
  }

  // Reading

  resume(): void {
    this.#reading = true;
    this.#planRead();
  }

  pause(): void {
    this.#reading = false;
  }

  #planRead(): void {
    if (this.#readPlanned || !this.#takes) return;
    this.#readPlanned = true;
    this.#link.agenda.after(0, () => this.#read());
  }

  /** Whether anybody wants what comes: the program, the handshake, or nobody, who drops it. */
  get #takes(): boolean {
    const wanted = this.#reading || this.#encryption?.isShaking === true || this.#isLingering;
    return wanted && this.#closed === undefined;
  }

  get #isLingering(): boolean {
    return this.#lingerMs !== undefined;
  }

  #read(): void {
    this.#readPlanned = false;
    if (this.#takes && this.#encryption?.hasRest === true) this.#deliver(Buffer.alloc(0));
    while (this.#takes && this.#incoming.bytes > 0) {
      const chunk = takeBytes(this.#incoming, this.#link.split(this.#incoming.bytes));
      this.#link.send({ type: "window", bytes: chunk.length });
      this.#deliver(chunk);
    }
    if (!this.#takes) return;
    if (this.#broken !== undefined) this.#close(this.#broken);
    else if (this.#finCame && !this.#endTold) this.#tellEnd();
  }

  #deliver(chunk: Buffer): void {
    if (this.#isLingering) return;
    const data = this.#encryption === undefined ? chunk : this.#encryption.open(chunk);
    if (data === undefined) this.#fail(networkError("ERR_SSL_WRONG_VERSION_NUMBER", "that isn't encrypted"));
    else if (data.length > 0) this.#events?.data(data);
  }

  #tellEnd(): void {
    this.#endTold = true;
    // A peer that ends amid the handshake has failed it.
    if (this.#encryption?.isShaking === true) {
      this.#encryption.ended();
    } else {
      this.#events?.ended();
      this.#closeIfDone();
    }
  }

  // Writing

  get unsentBytes(): number {
    return this.#outgoing.unsentBytes;
  }

  /** What was written and the other end's program hasn't read, as far as this end's kernel knows. */
  get unreadBytes(): number {
    return this.#outgoing.unreadBytes;
  }

  async taken(): Promise<Taken> {
    return { bytes: -this.unreadBytes, isExact: true };
  }

  write(chunks: readonly Uint8Array[]): boolean {
    if (this.#closed !== undefined || this.#ending) return !this.#above;
    this.#send(this.#encryption === undefined ? chunks : this.#encryption.seal(chunks));
    this.#above ||= this.unsentBytes > this.#watermarks.highBytes;
    return !this.#above;
  }

  end(): void {
    if (this.#closed !== undefined || this.#ending) return;
    this.#ending = true;
    this.#pump();
  }

  #send(chunks: readonly Uint8Array[]): void {
    // Writing is how a program that doesn't read hears that the connection has broken.
    if (this.#broken !== undefined) this.#planClose(this.#broken);
    else this.#outgoing.write(chunks);
    if (this.#link.isCut()) this.#giveUpAfter(RETRANSMISSION_MS);
    this.#pump();
  }

  #pump(): void {
    const choose = (mostBytes: number) => this.#link.split(mostBytes);
    for (let bytes = this.#outgoing.take(choose); bytes !== undefined; bytes = this.#outgoing.take(choose))
      this.#link.send({ type: "data", bytes });
    if (this.#ending && !this.#finSent && this.#outgoing.isEmpty) {
      this.#finSent = true;
      this.#link.send({ type: "fin" });
    }
    this.#tellDrained();
    this.#tellFinished();
    this.#closeIfDone();
  }

  #tellFinished(): void {
    if (!this.#ending || this.#finishTold || this.unsentBytes > 0 || this.#closed !== undefined) return;
    this.#finishTold = true;
    if (this.#lingerMs !== undefined) this.#lookAfter(this.#lingerMs);
    this.#events?.finished?.();
  }

  #tellDrained(): void {
    if (!this.#above || this.unsentBytes > this.#watermarks.lowBytes) return;
    this.#above = false;
    if (this.#closed === undefined) this.#events?.drained();
  }

  // What the other end and the network do

  /** Something has arrived. */
  hear(segment: Segment): void {
    // What was sent before its sender heard of the break is of no use to anybody.
    if (this.#broken !== undefined) return;
    switch (segment.type) {
      case "data":
        this.#arrived(segment.bytes);
        return;
      case "fin":
        this.#finCame = true;
        this.#planRead();
        return;
      case "window":
        this.#outgoing.granted(segment.bytes);
        this.#pump();
        return;
      case "reset":
        this.#break(networkError("ECONNRESET", "reset by the peer"));
        return;
      case "accepted":
    }
  }

  /** Nothing gets through any more, and nobody says so: the kernel finds out, late. */
  unreachable(): void {
    if (this.unreadBytes === 0) this.#giveUpAfter(this.#keepAliveMs + KEEP_ALIVE_PROBES_MS);
    else this.#giveUpAfter(RETRANSMISSION_MS);
  }

  #giveUpAfter(ms: number): void {
    if (this.#givingUp || ms === Infinity) return;
    this.#givingUp = true;
    this.#link.agenda.after(ms, () => this.#break(networkError("ETIMEDOUT", "the peer doesn't answer")));
  }

  #arrived(bytes: Buffer): void {
    if (this.#closed !== undefined) {
      this.#link.send({ type: "reset" });
      return;
    }
    this.#incoming.push(bytes);
    this.#planRead();
  }

  /** A program that neither reads nor has anything unsent isn't told until it does. */
  #break(error: Error): void {
    const waits = this.unsentBytes > 0 || (this.#ending && !this.#finSent);
    this.#outgoing.drop();
    this.#incoming.takeAll();
    if (this.#closed !== undefined) return;
    this.#broken = error;
    if (waits) this.#planClose(error);
    else this.#planRead();
  }

  // Its end

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  linger(ms: number): void {
    if (this.#closed !== undefined) return;
    this.#lingerMs = ms;
    this.#lookAfter(ms);
    this.#planRead();
  }

  #lookAfter(ms: number): void {
    const { unreadBytes } = this;
    this.#cancelLinger?.();
    this.#cancelLinger = this.#link.agenda.after(ms, () => {
      // Whoever still takes what was written has time.
      if (!this.#finishTold && this.unreadBytes !== unreadBytes) this.#lookAfter(ms);
      else if (this.unsentBytes > 0) this.destroy();
      else this.#leaveToKernel();
    });
  }

  /** The kernel sends what it has, and FIN, without the program. */
  #leaveToKernel(): void {
    if (this.#closed !== undefined) return;
    this.#finishWithoutReset();
    this.#close(undefined);
  }

  look(): void {
    if (this.#broken !== undefined) this.#planClose(this.#broken);
  }

  destroy(): void {
    if (this.#closed !== undefined) return;
    this.#incoming.takeAll();
    if (this.#link.isUnix) this.#finishWithoutReset();
    else this.#reset();
    this.#close(undefined);
  }

  #reset(): void {
    this.#outgoing.drop();
    this.#link.dropSent();
    if (this.#broken === undefined) this.#link.send({ type: "reset" });
  }

  /** What the kernel has still arrives. A Unix socket knows no reset anyway. */
  #finishWithoutReset(): void {
    this.#outgoing.dropUnsent();
    this.#ending = true;
    this.#pump();
  }

  #closeIfDone(): void {
    if (this.#ending && this.#endTold && this.unsentBytes === 0) this.#close(undefined);
  }

  /** Ends it for a reason that isn't the network's. */
  #fail(error: Error): void {
    if (this.#closed !== undefined) return;
    this.#reset();
    this.#close(error);
  }

  #planClose(error: Error): void {
    this.#link.agenda.after(0, () => this.#close(error));
  }

  #close(error: Error | undefined): void {
    if (this.#closed !== undefined) return;
    this.#closed = { error };
    this.#cancelLinger?.();
    this.#encryption?.ended();
    this.#link.closed(error);
    this.#planClosed();
  }

  #planClosed(): void {
    this.#link.agenda.after(0, () => {
      if (this.#closedTold || this.#events === undefined) return;
      this.#closedTold = true;
      this.#events.closed(this.#closed?.error);
    });
  }

  // Encryption, or what stands for it

  secure(options: TlsOptions, held: readonly Buffer[]): Promise<TlsInfo> {
    const encryption = new Encryption(options, {
      remote: this.remote,
      send: (bytes) => this.#send([bytes]),
      destroy: () => this.destroy(),
    });
    this.#encryption = encryption;
    if (this.#closed !== undefined) encryption.ended();
    else encryption.begin(held);
    this.#planRead();
    return encryption.info;
  }
}
