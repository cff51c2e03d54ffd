/** The machine's network, through `node:net`; encrypted connections come to it when one is asked for. */

import { createReadStream } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { ConnectError, ListenError } from "../errors.ts";
import { lookAtDescriptors } from "./descriptors.ts";
import type { Endpoint, ListenRequest, Network } from "./network.ts";
import { NodeStream, type HostClock } from "./node-stream.ts";

export const nodeNetwork: Network = {
  listen(request) {
    return new Promise((resolve, reject) => {
      let local: Endpoint;
      const server = createServer(toServerOptions(request), (socket) =>
        request.connection(accepted(socket, local)),
      );
      const refused = (error: NodeJS.ErrnoException) => reject(new ListenError(request, error));
      server.once("error", refused);
      const { backlog, reusePort } = request;
      server.listen({ ...toAddress(request), backlog, reusePort }, () => {
        server.off("error", refused);
        server.on("error", (error) => request.failed(error));
        local = localOf(server, request);
        resolve({ local, close: () => closeServer(server) });
      });
    });
  },

  connect(to, timeoutMs) {
    return new Promise((resolve, reject) => {
      const socket = connect({ ...toAddress(to), allowHalfOpen: true });
      const timer =
        timeoutMs === Infinity ? undefined : setTimeout(() => socket.destroy(timedOut()), timeoutMs);
      const failed = (error: Error) => {
        clearTimeout(timer);
        reject(new ConnectError(to, error));
      };
      socket.once("error", failed);
      socket.once("connect", () => {
        clearTimeout(timer);
        socket.off("error", failed);
        socket.pause();
        resolve(connected(socket, to));
      });
    });
  },

  async *readFile(path, from, bytes) {
    if (bytes === 0) return;
    const end = bytes === undefined ? {} : { end: from + bytes - 1 };
    yield* createReadStream(path, { start: from, ...end }) as AsyncIterable<Buffer>;
  },

  descriptors: lookAtDescriptors,
};

/** What `listen` and `connect` of `node:net` are told. */
function toAddress({ path, host, port }: Endpoint): { path: string } | { host: string; port: number } {
  return path === undefined ? { host, port } : { path };
}

function toServerOptions({ keepAliveMs, noDelay }: ListenRequest) {
  const keepAlive = keepAliveMs !== Infinity;
  return {
    allowHalfOpen: true,
    pauseOnConnect: true,
    noDelay,
    keepAlive,
    ...(keepAlive ? { keepAliveInitialDelay: keepAliveMs } : {}),
  };
}

function localOf(server: Server, { path }: Endpoint): Endpoint {
  const address = server.address();
  if (address === null || typeof address === "string") return { host: "", port: 0, path: path ?? "" };
  return { host: address.address, port: address.port };
}

/** The address is free as soon as the handle is closed; `close` of `node:net` waits for the connections too. */
function closeServer(server: Server): Promise<void> {
  server.close();
  return new Promise((resolve) => clock.soon(resolve));
}

/** All connections share the local end, unless the kernel has to be asked which of its addresses it is. */
function accepted(socket: Socket, listening: Endpoint): NodeStream {
  if (listening.path !== undefined) return new NodeStream(socket, { local: listening, remote: UNIX, clock });
  const local = EVERY_ADDRESS.has(listening.host) ? localEnd(socket) : listening;
  return new NodeStream(socket, { local, remote: remoteEnd(socket), clock });
}

const EVERY_ADDRESS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

function connected(socket: Socket, { path }: Endpoint): NodeStream {
  return path === undefined
    ? new NodeStream(socket, { local: localEnd(socket), remote: remoteEnd(socket), clock })
    : new NodeStream(socket, { local: UNIX, remote: { ...UNIX, path }, clock });
}

/** The end of a Unix socket that has no path. */
const UNIX: Endpoint = { host: "", port: 0, path: "" };

/** A peer that is gone already has no address any more. */
function localEnd({ localAddress = "", localPort = 0 }: Socket): Endpoint {
  return { host: localAddress, port: localPort };
}

function remoteEnd({ remoteAddress = "", remotePort = 0 }: Socket): Endpoint {
  return { host: remoteAddress, port: remotePort };
}

function timedOut(): Error {
  return Object.assign(new Error("nobody answered in time"), { code: "ETIMEDOUT" });
}

const clock: HostClock = {
  after(ms, work) {
    const timer = setTimeout(work, ms).unref();
    return () => clearTimeout(timer);
  },
  soon: (work) => void setImmediate(work),
};
