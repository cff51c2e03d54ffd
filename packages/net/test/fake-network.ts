/** A network in memory, for what can't be seen through a real one: system calls, virtual time, what is read when. */

import { ListenError } from "@wheelhouse/net";
import type { Endpoint, Network, Stream, StreamEvents, StreamOptions, TlsInfo } from "@wheelhouse/net/socket";

type ListenRequest = Parameters<Network["listen"]>[0];
type ListeningPort = Awaited<ReturnType<Network["listen"]>>;

export class FakeNetwork implements Network {
  readonly requests: ListenRequest[] = [];
  /** What `readFile` gives, by path: one entry a piece. */
  readonly files = new Map<string, readonly string[]>();
  /** What `connect` gives; without one, nobody answers. */
  answers: FakeStream | undefined;
  /** How long each was given to answer. */
  readonly connects: number[] = [];
  readonly #open = new Map<number, ListenRequest>();
  #lastPort = 40_000;

  async listen(request: ListenRequest): Promise<ListeningPort> {
    const port = request.port === 0 ? (this.#lastPort += 1) : request.port;
    if (this.#open.has(port))
      throw new ListenError(request, Object.assign(new Error("taken"), { code: "EADDRINUSE" }));
    this.#open.set(port, request);
    this.requests.push(request);
    return { local: { host: request.host, port }, close: async () => void this.#open.delete(port) };
  }

  connect(_to: Endpoint, timeoutMs: number): Promise<Stream> {
    this.connects.push(timeoutMs);
    return this.answers === undefined
      ? Promise.reject(new Error("expected nobody to connect"))
      : Promise.resolve(this.answers);
  }

  async *readFile(path: string): AsyncIterable<Uint8Array> {
    for (const piece of this.files.get(path) ?? []) yield Buffer.from(piece);
  }

  descriptors(): undefined {
    return undefined;
  }

  /** Somebody connects to the port that was listened on last. */
  dial(): FakeStream {
    const stream = new FakeStream();
    this.requests.at(-1)?.connection(stream);
    return stream;
  }
}

export class FakeStream implements Stream {
  readonly local = { host: "127.0.0.1", port: 1 };
  readonly remote = { host: "127.0.0.1", port: 2 };
  /** What was written, one entry a system call. */
  readonly writes: string[] = [];
  /** The same as it was given. */
  readonly chunks: Uint8Array[] = [];
  readonly options: StreamOptions[] = [];
  /** What `write` answers: false while the peer doesn't read. */
  writable = true;
  reading = false;
  ended = false;
  destroyed = false;
  unsentBytes = 0;
  /** What becomes of a handshake. */
  secures: Promise<TlsInfo> = new Promise(() => {});
  #takenUnseen = 0;
  #events: StreamEvents | undefined;
  #closed = false;

  start(events: StreamEvents): void {
    this.#events = events;
  }

  resume(): void {
    this.reading = true;
  }

  pause(): void {
    this.reading = false;
  }

  setOptions(options: StreamOptions): void {
    this.options.push(options);
  }

  write(chunks: readonly Uint8Array[]): boolean {
    const text = Buffer.concat(chunks).toString();
    this.writes.push(text);
    this.chunks.push(...chunks);
    if (!this.writable) this.unsentBytes += Buffer.byteLength(text);
    return this.writable;
  }

  async taken(): Promise<{ readonly bytes: number; readonly isExact: boolean }> {
    return { bytes: this.#takenUnseen - this.unsentBytes, isExact: true };
  }

  end(): void {
    this.ended = true;
    this.#close();
  }

  linger(): void {}

  look(): void {}

  destroy(): void {
    this.destroyed = true;
    this.#close();
  }

  secure(): Promise<TlsInfo> {
    return this.secures;
  }

  /** The peer sends. */
  arrive(data: string): void {
    this.#events?.data(Buffer.from(data));
  }

  /** The peer has read what was unsent. */
  drain(): void {
    this.writable = true;
    this.unsentBytes = 0;
    this.#events?.drained();
  }

  /** The peer has read some of it, not enough to write again. */
  takeSome(bytes: number): void {
    this.unsentBytes -= bytes;
  }

  /** The same, of what the kernel holds: nothing more of what is unsent leaves. */
  takeUnseen(bytes: number): void {
    this.#takenUnseen += bytes;
  }

  /** The peer sends FIN. */
  finish(): void {
    this.#events?.ended();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const events = this.#events;
    void Promise.resolve().then(() => events?.closed(undefined));
  }
}
