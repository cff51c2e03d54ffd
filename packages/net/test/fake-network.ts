/** A network in memory, for what can't be seen through a real one: system calls, virtual time, what is read when. */

import { ListenError } from "@wheelhouse/net";
import type { Endpoint, Network, Stream, StreamEvents } from "@wheelhouse/net/socket";

type ListenRequest = Parameters<Network["listen"]>[0];

export class FakeNetwork implements Network {
  readonly requests: ListenRequest[] = [];
  readonly #open = new Map<number, ListenRequest>();
  #lastPort = 40_000;

  async listen(request: ListenRequest): Promise<{ readonly local: Endpoint; close(): void }> {
    const port = request.port === 0 ? (this.#lastPort += 1) : request.port;
    if (this.#open.has(port))
      throw new ListenError(request, Object.assign(new Error("taken"), { code: "EADDRINUSE" }));
    this.#open.set(port, request);
    this.requests.push(request);
    return { local: { host: request.host, port }, close: () => void this.#open.delete(port) };
  }

  connect(): Promise<Stream> {
    return Promise.reject(new Error("expected nobody to connect"));
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
  /** What `write` answers: false while the peer doesn't read. */
  writable = true;
  reading = false;
  ended = false;
  destroyed = false;
  unsentBytes = 0;
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

  write(chunks: readonly Uint8Array[]): boolean {
    this.writes.push(Buffer.concat(chunks).toString());
    return this.writable;
  }

  end(): void {
    this.ended = true;
    this.#close();
  }

  linger(): void {}

  destroy(): void {
    this.destroyed = true;
    this.#close();
  }

  /** The peer sends. */
  arrive(data: string): void {
    this.#events?.data(Buffer.from(data));
  }

  /** The peer has read what was unsent. */
  drain(): void {
    this.writable = true;
    this.#events?.drained();
  }

  /** The peer sends FIN. */
  finish(): void {
    this.#events?.ended();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const events = this.#events;
    setImmediate(() => events?.closed(undefined));
  }
}
