/** Somebody at the other end of a connection, outside of all processes, who does what a test says. */

import type { Endpoint } from "../network/network.ts";
import type { TlsInfo, TlsOptions } from "../network/tls.ts";
import type { Agenda } from "./agenda.ts";
import type { Link } from "./link.ts";
import type { SimulatedStream } from "./simulated-stream.ts";

/** How a peer that takes its time sends. */
export interface SlowSending {
  /** Bytes at a time. Default: 1. */
  readonly bytes?: number;
  /** Milliseconds between two pieces. */
  readonly everyMs: number;
}

/**
 * What it is told before it is connected, it does then. It reads from the beginning, until told otherwise, and ends when the
 * other end has ended, as most programs do.
 */
export class SimulatedPeer {
  readonly #agenda: Agenda;
  #stream: SimulatedStream | undefined;
  #link: Link | undefined;
  #todo: ((stream: SimulatedStream) => void)[] = [];
  #chunks: Buffer[] = [];
  #receivedBytes = 0;
  #isEnded = false;
  #staysHalfOpen = false;
  #end: { readonly error: NodeJS.ErrnoException | undefined } | undefined;
  readonly #waiting: (() => void)[] = [];

  /** @internal */
  constructor(agenda: Agenda) {
    this.#agenda = agenda;
  }

  // What it does

  send(data: string | Uint8Array): void {
    // A string is a test's shorthand; Buffer.from takes either.
    const bytes = Buffer.from(data as Uint8Array);
    this.#do((stream) => stream.write([bytes]));
  }

  /** Sends it piece by piece, the first at once. */
  sendSlowly(data: string | Uint8Array, { bytes = 1, everyMs }: SlowSending): void {
    const all = Buffer.from(data as Uint8Array);
    for (let from = 0; from < all.length; from += bytes) {
      const piece = all.subarray(from, from + bytes);
      this.#agenda.after((from / bytes) * everyMs, () => this.send(piece));
    }
  }

  /** Sends FIN after what was sent, and still reads. */
  end(): void {
    this.#do((stream) => stream.end());
  }

  /** Ends only when it is told to, though the other end may have ended. */
  stayHalfOpen(): void {
    this.#staysHalfOpen = true;
  }

  /** Is gone, with a reset. */
  reset(): void {
    this.#do((stream) => stream.destroy());
  }

  /** Nothing gets through any more in either direction, and neither end is told. */
  cut(): void {
    this.#do(() => this.#link?.cut());
  }

  /** What comes stays in the kernel's buffers, as far as they go. */
  stopReading(): void {
    this.#do((stream) => stream.pause());
  }

  readOn(): void {
    this.#do((stream) => stream.resume());
  }

  /** Shakes hands for an encrypted connection; what was read and not taken is part of that. Resolves in virtual time. */
  async secure(options: TlsOptions): Promise<TlsInfo> {
    const stream = await new Promise<SimulatedStream>((resolve) => this.#do(resolve));
    stream.pause();
    const info = await stream.secure(options, this.#chunks.splice(0));
    stream.resume();
    return info;
  }

  // What it has seen

  get isConnected(): boolean {
    return this.#stream !== undefined;
  }

  /** The other end sends no more. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Both ends have ended it, or it broke, or there was nobody to connect to. */
  get isClosed(): boolean {
    return this.#end !== undefined;
  }

  /** What broke it: `ECONNRESET`, `ECONNREFUSED`, `ETIMEDOUT`; `undefined` when it lives or has ended in order. */
  get errorCode(): string | undefined {
    return this.#end?.error?.code;
  }

  /** Where it is, once it is connected. */
  get local(): Endpoint | undefined {
    return this.#stream?.local;
  }

  /** Bytes that it has read, also those that were taken. */
  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** Bytes that its kernel hasn't taken. */
  get unsentBytes(): number {
    return this.#stream?.unsentBytes ?? 0;
  }

  /** Bytes that the other end's program hasn't read, wherever they wait. */
  get unreadBytes(): number {
    return this.#stream?.unreadBytes ?? 0;
  }

  /** What it has read and nobody has taken. */
  take(): Buffer {
    return Buffer.concat(this.#chunks.splice(0));
  }

  /** The same as text. */
  takeText(): string {
    return this.take().toString();
  }

  /** The whole lines of it, without their ends; what comes after the last one stays. */
  takeLines(): readonly string[] {
    const lines = this.take().toString("latin1").split("\n");
    const rest = Buffer.from(lines.pop() ?? "", "latin1");
    if (rest.length > 0) this.#chunks.push(rest);
    return lines.map((line) => Buffer.from(line, "latin1").toString().replace(/\r$/, ""));
  }

  /** Resolves when it is closed, with what broke it, if anything did. */
  closed(): Promise<Error | undefined> {
    return new Promise((resolve) => this.#whenClosed(() => resolve(this.#end?.error)));
  }

  // What the network tells it

  /** @internal */
  connect(stream: SimulatedStream, link: Link): void {
    this.#stream = stream;
    this.#link = link;
    stream.start({
      data: (chunk) => {
        this.#chunks.push(chunk);
        this.#receivedBytes += chunk.length;
      },
      ended: () => {
        this.#isEnded = true;
        if (!this.#staysHalfOpen) stream.end();
      },
      drained: () => {},
      closed: (error) => this.#close(error),
    });
    stream.resume();
    for (const work of this.#todo.splice(0)) work(stream);
  }

  /** @internal Nobody answered, or with a no. */
  fail(error: Error): void {
    this.#close(error);
  }

  #close(error: Error | undefined): void {
    this.#end = { error };
    for (const look of this.#waiting.splice(0)) look();
  }

  #whenClosed(look: () => void): void {
    if (this.isClosed) look();
    else this.#waiting.push(look);
  }

  #do(work: (stream: SimulatedStream) => void): void {
    if (this.#stream === undefined) this.#todo.push(work);
    else work(this.#stream);
  }
}
