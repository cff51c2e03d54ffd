/** The machine's network, through `node:net`. */

import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { ConnectError, ListenError } from "../errors.ts";
import type { Endpoint, ListeningPort, Network, Stream, StreamEvents } from "./network.ts";

/** Writes of a burst are joined into one buffer up to so many bytes; above, copying costs more than a gathering write. */
const JOIN_BYTES = 65_536;

export const nodeNetwork: Network = {
  listen(request) {
    return new Promise((resolve, reject) => {
      const server = createServer(
        {
          allowHalfOpen: true,
          keepAlive: true,
          keepAliveInitialDelay: request.keepAliveMs,
          noDelay: true,
          pauseOnConnect: true,
        },
        (socket) => request.connection(new NodeStream(socket)),
      );
      const refused = (error: NodeJS.ErrnoException) => reject(new ListenError(request, error));
      server.once("error", refused);
      server.listen({ host: request.host, port: request.port, backlog: request.backlog }, () => {
        server.off("error", refused);
        server.on("error", (error) => request.failed(error));
        const { address, port } = server.address() as AddressInfo;
        resolve({ local: { host: address, port }, close: () => void server.close() } satisfies ListeningPort);
      });
    });
  },

  connect(to) {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: to.host, port: to.port, allowHalfOpen: true, noDelay: true });
      const failed = (error: Error) => reject(new ConnectError(to, error));
      socket.once("error", failed);
      socket.once("connect", () => {
        socket.off("error", failed);
        socket.pause();
        resolve(new NodeStream(socket));
      });
    });
  },
};

class NodeStream implements Stream {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly #socket: Socket;
  #error: Error | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.local = { host: socket.localAddress ?? "", port: socket.localPort ?? 0 };
    this.remote = { host: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    socket.on("error", (error) => {
      this.#error = error;
    });
  }

  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  start(events: StreamEvents): void {
    const socket = this.#socket;
    if (socket.destroyed) {
      // The peer was gone before anybody took the connection: its `close` has passed already.
      queueMicrotask(() => events.closed(this.#error));
      return;
    }
    socket.on("end", () => events.ended());
    socket.on("drain", () => events.drained());
    // Once `end` was called, Node tells of nothing but the end of all that was written.
    socket.on("finish", () => events.drained());
    socket.on("close", () => events.closed(this.#error));
    socket.on("data", (chunk: Buffer) => events.data(chunk));
    socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  pause(): void {
    this.#socket.pause();
  }

  write(chunks: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    const [first] = chunks;
    if (first === undefined) return !socket.writableNeedDrain;
    if (chunks.length === 1) return socket.write(first);
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    if (bytes <= JOIN_BYTES) return socket.write(Buffer.concat(chunks, bytes));
    socket.cork();
    for (const chunk of chunks) socket.write(chunk);
    socket.uncork();
    return !socket.writableNeedDrain;
  }

  end(): void {
    this.#socket.end();
  }

  linger(ms: number): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    const timer = setTimeout(() => socket.destroy(), ms).unref();
    socket.on("close", () => clearTimeout(timer));
    socket.removeAllListeners("data").resume();
  }

  destroy(): void {
    this.#socket.resetAndDestroy();
  }
}
