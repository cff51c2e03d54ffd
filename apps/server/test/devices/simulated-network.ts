/** A network in memory for devices in virtual time: what they are told, whether they are read from, when they break. */

import type { Network, Stream, StreamEvents } from "@wheelhouse/net/socket";

type ListenRequest = Parameters<Network["listen"]>[0];

/** Has one listening port, as the device path does. */
export class SimulatedNetwork implements Network {
  #listening: ListenRequest | undefined;

  async listen(request: ListenRequest) {
    this.#listening = request;
    return { local: { host: request.host, port: 6667 }, close: () => (this.#listening = undefined) };
  }

  connect(): Promise<Stream> {
    return Promise.reject(new Error("expected nobody to connect from here"));
  }

  dial(): SimulatedDevice {
    if (this.#listening === undefined) throw new Error("expected somebody to listen");
    const device = new SimulatedDevice();
    this.#listening.connection(device.stream);
    return device;
  }
}

/** A device's end of a connection. */
export class SimulatedDevice {
  readonly stream: Stream;
  /** Whether the server reads; what is sent meanwhile waits in the network. */
  isRead = false;
  /** Whether the server has ended the connection. */
  isClosed = false;
  readonly #unread: Buffer[] = [];
  #events: StreamEvents | undefined;
  #told = "";

  constructor() {
    this.stream = {
      local: { host: "127.0.0.1", port: 6667 },
      remote: { host: "127.0.0.1", port: 50_000 },
      unsentBytes: 0,
      start: (events) => void (this.#events = events),
      resume: () => this.#read(true),
      pause: () => this.#read(false),
      write: (chunks) => this.#hear(Buffer.concat(chunks).toString()),
      end: () => this.#close(),
      linger: () => undefined,
      destroy: () => this.#close(),
    };
  }

  /** Sends lines in one chunk; the line feeds are added. */
  send(...lines: readonly string[]): void {
    this.write(lines.map((line) => `${line}\n`).join(""));
  }

  /** Sends one chunk as it is. */
  write(text: string): void {
    this.#unread.push(Buffer.from(text));
    this.#deliver();
  }

  /** The connection breaks without a word. */
  cut(): void {
    this.isClosed = true;
    this.#events?.closed(new Error("connection reset"));
  }

  /** What the server has said since this was asked last, without line feeds. */
  take(): readonly string[] {
    const lines = this.#told.split("\n");
    this.#told = lines.pop() ?? "";
    return lines;
  }

  #read(isRead: boolean): void {
    this.isRead = isRead;
    this.#deliver();
  }

  #deliver(): void {
    while (this.isRead && !this.isClosed) {
      const chunk = this.#unread.shift();
      if (chunk === undefined) return;
      this.#events?.data(chunk);
    }
  }

  #hear(text: string): boolean {
    this.#told += text;
    return true;
  }

  #close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    queueMicrotask(() => this.#events?.closed(undefined));
  }
}
