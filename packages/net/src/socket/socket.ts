/**
 * A connected socket that belongs to one process, in gen_tcp's terms: its packets reach the owner as messages, as many
 * as the owner has asked for, and it closes when the owner ends.
 */

import { defineInfo, type Context, type Owned, type Ref, type Verbs } from "@wheelhouse/actors";
import { OVERLONG, type Framer } from "../framing/framer.ts";
import type { Endpoint, Stream } from "../network/network.ts";

/**
 * How packets are delivered (inet's `active`): `once` gives one and waits to be asked again, `true` gives all,
 * `false` gives none but to `recv`.
 */
export type ActiveMode = "once" | boolean;

/** What reaches the owner. After `closed` no packet comes any more. */
export type SocketMessage =
  | { readonly type: "data"; readonly socket: Socket; readonly data: Buffer }
  /** A packet over the limit began; the rest of it is skipped. */
  | { readonly type: "overlong"; readonly socket: Socket }
  /** What was written has left, after there was too much of it. */
  | { readonly type: "drained"; readonly socket: Socket }
  /** The peer sends no more, or the connection broke (then with an error), or all that had come by `stopReading` was delivered (`drained`). */
  | {
      readonly type: "closed";
      readonly socket: Socket;
      readonly error: Error | undefined;
      readonly drained: boolean;
    };

/** The kind of a socket's messages: handle them with `on(SocketInfo, …)`. */
export const SocketInfo = defineInfo<SocketMessage>("net:socket");

export interface SocketStats {
  readonly bytesRead: number;
  readonly bytesWritten: number;
  readonly packetsRead: number;
}

/** What a receive can fail with, as a value. */
export type ReceiveError = "closed" | "overlong" | "active";

export interface SocketOptions {
  readonly active: ActiveMode;
  readonly framer: Framer;
  /** Unsent bytes above which a peer that doesn't read is cut off. */
  readonly maxUnsentBytes: number;
}

/** Chunks that may wait undelivered before the peer is made to wait. */
const HELD_CHUNKS = 1;
/** How long a closed socket may take to hand over what was written. */
const LINGER_MS = 5_000;

/** What of its owner's context a socket uses. */
export type SocketOwner = Pick<Verbs, "inform" | "now"> &
  Pick<Context, "afterBurst" | "own" | "disown"> & { readonly self: Ref };

export class Socket implements Owned {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #stream: Stream;
  readonly #framer: Framer;
  readonly #maxUnsentBytes: number;
  readonly #owner: SocketOwner;
  #active: ActiveMode;
  #receiver: ((result: Buffer | ReceiveError) => void) | undefined;

  #chunksHeld = 0;
  #reading = false;
  #peerEnded = false;
  #stopped = false;
  #closed: { readonly error: Error | undefined } | undefined;
  #closedTold = false;
  #forsaken = false;

  #output: Uint8Array[] = [];
  #outputBytes = 0;
  #flushPlanned = false;
  #writable = true;
  #ending = false;

  #bytesRead = 0;
  #bytesWritten = 0;
  #packetsRead = 0;
  #lastReadAt: number;

  /** Takes over a stream for the process whose context that is. */
  constructor(owner: SocketOwner, stream: Stream, options: SocketOptions) {
    this.#owner = owner;
    this.#stream = stream;
    this.#framer = options.framer;
    this.#active = options.active;
    this.#maxUnsentBytes = options.maxUnsentBytes;
    this.local = stream.local;
    this.remote = stream.remote;
    this.#lastReadAt = owner.now();
    stream.start({
      data: (chunk) => this.#received(chunk),
      ended: () => this.#ended(),
      drained: () => this.#drained(),
      closed: (error) => this.#lost(error),
    });
    owner.own(this);
    this.#readIfWanted();
  }

  // Reading

  /** Packets go on as asked from here on; those that are held already are delivered at once. */
  setActive(mode: ActiveMode): void {
    this.#active = mode;
    this.#deliver();
  }

  /** What was asked for last, without what has come of it. */
  get active(): ActiveMode {
    return this.#active;
  }

  /** The next packet of a passive socket; after the last one `closed`, as often as asked. */
  receive(): Promise<Buffer | ReceiveError> {
    if (this.#closedTold) return Promise.resolve("closed");
    if (this.#active !== false || this.#receiver !== undefined) return Promise.resolve("active");
    return new Promise((resolve) => {
      this.#receiver = resolve;
      this.#deliver();
    });
  }

  /** Most bytes of one packet, from the next one on. */
  set maxPacketBytes(bytes: number) {
    this.#framer.maxBytes = bytes;
  }

  /** Reads no more from the network; packets that are held already are still delivered, and then `closed`. */
  stopReading(): void {
    if (this.#peerEnded) return;
    this.#peerEnded = true;
    this.#stopped = true;
    if (this.#reading) this.#stream.pause();
    this.#reading = false;
    this.#deliver();
  }

  /** When the peer last sent anything, by the runtime's monotonic clock. */
  get lastReadAt(): number {
    return this.#lastReadAt;
  }

  #received(chunk: Buffer): void {
    this.#lastReadAt = this.#owner.now();
    this.#bytesRead += chunk.length;
    this.#framer.push(chunk);
    this.#chunksHeld += 1;
    this.#deliver();
    // The chunk may be worked off within this burst, so the peer is stopped only when the next one comes on top.
    if (this.#chunksHeld > HELD_CHUNKS && this.#reading) {
      this.#reading = false;
      this.#stream.pause();
    }
  }

  /** Hands out as many packets as are asked for; reads on when none is left. */
  #deliver(): void {
    while (this.#isAsked()) {
      const frame = this.#framer.next();
      if (frame === undefined) {
        this.#chunksHeld = 0;
        this.#tellClosed();
        this.#readIfWanted();
        return;
      }
      if (this.#active === "once") this.#active = false;
      if (frame !== OVERLONG) this.#packetsRead += 1;
      this.#handOut(frame);
    }
  }

  #isAsked(): boolean {
    return this.#active !== false || this.#receiver !== undefined;
  }

  #handOut(frame: Buffer | typeof OVERLONG): void {
    if (this.#receiver !== undefined) {
      this.#receive(frame === OVERLONG ? "overlong" : frame);
    } else if (frame === OVERLONG) {
      this.#tell({ type: "overlong", socket: this });
    } else {
      this.#tell({ type: "data", socket: this, data: frame });
    }
  }

  #readIfWanted(): void {
    if (this.#reading || this.#peerEnded || this.#closed !== undefined || !this.#isAsked()) return;
    this.#reading = true;
    this.#stream.resume();
  }

  #ended(): void {
    this.#peerEnded = true;
    this.#deliver();
  }

  #lost(error: Error | undefined): void {
    this.#closed = { error };
    this.#peerEnded = true;
    this.#dropOutput();
    // Whoever waits until it may write again waits for nothing now.
    this.#drained();
    this.#deliver();
  }

  /** The end is told after all data, once, and only when something is asked for; to nobody after an own close. */
  #tellClosed(): void {
    if (!this.#peerEnded || this.#closedTold) return;
    this.#closedTold = true;
    if (this.#receiver !== undefined) this.#receive("closed");
    else this.#tell({ type: "closed", socket: this, error: this.#closed?.error, drained: this.#stopped });
  }

  #receive(result: Buffer | ReceiveError): void {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    receiver?.(result);
  }

  #tell(message: SocketMessage): void {
    if (!this.#forsaken) this.#owner.inform(this.#owner.self, SocketInfo, message);
  }

  // Writing

  /**
   * Writes at the end of this burst, together with what else is written in it. `closed` when it can't arrive any more,
   * `full` when the peer reads so slowly that what is unsent passed its limit: the connection is cut then.
   */
  send(data: string | Uint8Array): "sent" | "closed" | "full" {
    if (this.#closed !== undefined || this.#ending) return "closed";
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    if (bytes.length === 0) return "sent";
    if (this.unsentBytes + bytes.length > this.#maxUnsentBytes) {
      this.abort();
      return "full";
    }
    this.#output.push(bytes);
    this.#outputBytes += bytes.length;
    this.#planFlush();
    return "sent";
  }

  /** Bytes that were sent and haven't left yet. */
  get unsentBytes(): number {
    return this.#closed === undefined ? this.#outputBytes + this.#stream.unsentBytes : 0;
  }

  /** Whether what is unsent is below the high watermark; else a `drained` message tells when it is again. */
  get writable(): boolean {
    return this.#writable;
  }

  #planFlush(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    this.#owner.afterBurst(this);
  }

  /** @internal Called at the end of a burst. */
  flush(): void {
    this.#flushPlanned = false;
    this.#writeOutput();
    if (this.#ending && this.#closed === undefined) this.#stream.end();
  }

  #writeOutput(): void {
    if (this.#output.length === 0 || this.#closed !== undefined) return;
    const output = this.#output;
    this.#output = [];
    this.#bytesWritten += this.#outputBytes;
    this.#outputBytes = 0;
    this.#writable = this.#stream.write(output);
  }

  #dropOutput(): void {
    this.#output = [];
    this.#outputBytes = 0;
  }

  #drained(): void {
    if (this.#writable) return;
    this.#writable = true;
    this.#tell({ type: "drained", socket: this });
  }

  // Its end

  /** Sends FIN after what was written; the peer's packets still come. */
  shutdown(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#planFlush();
  }

  /** Closes after what was written has left. Nothing is told of it. */
  close(): void {
    this.#forsake();
    this.shutdown();
    this.#stream.linger(LINGER_MS);
  }

  /** Closes at once and drops what was written. */
  abort(): void {
    this.#forsake();
    this.#closed ??= { error: undefined };
    this.#dropOutput();
    this.#stream.destroy();
  }

  /** The owner wants to hear no more of it. */
  #forsake(): void {
    this.#forsaken = true;
    this.#closedTold = true;
    this.#active = false;
    this.#receive("closed");
    this.#owner.disown(this);
  }

  /** @internal The owner has ended: what it wrote before still leaves, unless it was killed. */
  release(reason: unknown): void {
    if (reason === "killed") this.abort();
    else this.close();
  }

  get stats(): SocketStats {
    return { bytesRead: this.#bytesRead, bytesWritten: this.#bytesWritten, packetsRead: this.#packetsRead };
  }
}
