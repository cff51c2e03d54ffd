/** The other end of a connection, on a plain `node:net` or `node:tls` socket, as a test sees it. */

import { connect, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { Watched } from "./watched.ts";

/** A port of this machine's, or the path of a Unix socket. */
export type Dialling = number | string;

export interface PeerOptions {
  /** Whether it may still send when the other side has sent FIN. Default: false, as most programs have it. */
  readonly allowHalfOpen?: boolean;
}

export class Peer {
  /** What is read from and written to. */
  #socket: Socket;
  readonly localPort: number;
  /** The kernel's socket, another one than that once it is encrypted. */
  readonly #raw: Socket;
  readonly #watched = new Watched();
  #chunks: Buffer[] = [];
  #receivedBytes = 0;
  #ended = false;
  #closed = false;
  #error: NodeJS.ErrnoException | undefined;

  constructor(socket: Socket) {
    this.#socket = this.#raw = socket;
    this.localPort = socket.localPort ?? 0;
    this.#listen();
  }

  static connect(to: Dialling, { allowHalfOpen = false }: PeerOptions = {}): Promise<Peer> {
    const place = typeof to === "string" ? { path: to } : { host: "127.0.0.1", port: to };
    return new Promise((resolve, reject) => {
      const socket = connect({ ...place, allowHalfOpen, noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new Peer(socket));
      });
    });
  }

  /** Goes on encrypted, as a client; fails with the handshake's error. */
  secure(options: ConnectionOptions): Promise<TLSSocket> {
    this.#raw.removeAllListeners("data").removeAllListeners("end").removeAllListeners("close");
    return new Promise((resolve, reject) => {
      const socket = connectTls({ ...options, socket: this.#raw });
      this.#socket = socket;
      this.#listen();
      socket.once("error", reject);
      socket.once("secureConnect", () => {
        socket.off("error", reject);
        resolve(socket);
      });
    });
  }

  #listen(): void {
    const socket = this.#socket;
    socket.on("data", (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#receivedBytes += chunk.length;
      this.#watched.changed();
    });
    socket.on("end", () => {
      this.#ended = true;
      this.#watched.changed();
    });
    socket.on("error", (error) => {
      this.#error = error;
    });
    socket.on("close", () => {
      this.#closed = true;
      this.#watched.changed();
    });
  }

  /** Bytes handed to the socket that the kernel hasn't taken. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  /** Resolves when the kernel has taken it. */
  write(data: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.#socket.write(data, () => resolve());
    });
  }

  /** Writes past the encryption. */
  writeBeneath(data: Uint8Array): void {
    this.#raw.write(data);
  }

  /** Sends FIN, and still reads. */
  finish(): void {
    this.#socket.end();
  }

  /** Stops reading. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Ends with a reset. */
  reset(): void {
    this.#raw.resetAndDestroy();
  }

  /** Takes so many bytes when they have come. */
  async readBytes(count: number): Promise<Buffer> {
    await this.#watched.until(() => this.#receivedBytes >= count || this.#closed || this.#ended);
    if (this.#receivedBytes < count)
      throw new Error(`expected ${count} bytes before the end, got: ${this.#receivedBytes}`);
    const received = this.#takeAll();
    this.#putBack(received.subarray(count));
    return received.subarray(0, count);
  }

  /** Takes a line, without its end. */
  async readLine(): Promise<string> {
    await this.#watched.until(
      () => this.#chunks.some((chunk) => chunk.includes(10)) || this.#closed || this.#ended,
    );
    const received = this.#takeAll();
    const end = received.indexOf(10);
    if (end < 0) throw new Error(`expected a line before the end, got: ${received.toString()}`);
    this.#putBack(received.subarray(end + 1));
    return received
      .subarray(0, end + 1)
      .toString()
      .replace(/\r?\n$/, "");
  }

  /** Takes everything up to the other side's FIN or a break. */
  async readAll(): Promise<string> {
    await this.#watched.until(() => this.#ended || this.#closed);
    return this.#takeAll().toString();
  }

  /** Resolves with the code of the error when the connection broke, with `undefined` after an orderly end. */
  async closed(): Promise<string | undefined> {
    await this.#watched.until(() => this.#closed);
    return this.#error?.code;
  }

  /** Resolves when the other side ended in one way or the other. */
  async gone(): Promise<void> {
    await this.#watched.until(() => this.#ended || this.#closed);
  }

  async destroy(): Promise<void> {
    this.#socket.destroy();
    await this.closed();
  }

  #takeAll(): Buffer {
    const received = Buffer.concat(this.#chunks);
    this.#chunks = [];
    this.#receivedBytes = 0;
    return received;
  }

  #putBack(rest: Buffer): void {
    if (rest.length === 0) return;
    this.#chunks = [rest];
    this.#receivedBytes = rest.length;
  }
}
