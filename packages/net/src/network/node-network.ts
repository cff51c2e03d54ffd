/** The machine's network, through `node:net`; encrypted connections come to it when one is asked for. */

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { ConnectError, ListenError } from "../errors.ts";
import { lookAtDescriptors } from "./descriptors.ts";
import { hostClock as clock } from "./node-clock.ts";
import type { Endpoint, ListenRequest, Network } from "./network.ts";
import { NodeStream, toDelay } from "./node-stream.ts";

export const nodeNetwork: Network = {
  listen(request) {
    return new Promise((resolve, reject) => {
      let local: Endpoint;
      const server = createServer(toServerOptions(request), (socket) =>
        request.connection(accepted(socket, local)),
      );
      const refuse = async (error: NodeJS.ErrnoException) =>
        reject(new ListenError(request, error, await whatIsInTheWay(request, error)));
      const refused = (error: Error) => void refuse(error);
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
      const cancel =
        timeoutMs === Infinity ? () => {} : clock.after(timeoutMs, () => socket.destroy(timedOut()));
      const failed = (error: Error) => {
        cancel();
        reject(new ConnectError(to, error));
      };
      socket.once("error", failed);
      socket.once("connect", () => {
        cancel();
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
    ...(keepAlive ? { keepAliveInitialDelay: toDelay(keepAliveMs) } : {}),
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
  return new NodeStream(socket, { local, clock });
}

const EVERY_ADDRESS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

function connected(socket: Socket, { path }: Endpoint): NodeStream {
  return path === undefined
    ? new NodeStream(socket, { local: localEnd(socket), clock })
    : new NodeStream(socket, { local: UNIX, remote: { ...UNIX, path }, clock });
}

/** The end of a Unix socket that has no path. */
const UNIX: Endpoint = { host: "", port: 0, path: "" };

/** A peer that is gone already has no address any more. */
function localEnd({ localAddress = "", localPort = 0 }: Socket): Endpoint {
  return { host: localAddress, port: localPort };
}

function timedOut(): Error {
  return Object.assign(new Error("nobody answered in time"), { code: "ETIMEDOUT" });
}

/** Of a path, whether it is only a file that is in the way; `undefined` where the error says it all. */
async function whatIsInTheWay(
  { path }: Endpoint,
  { code }: NodeJS.ErrnoException,
): Promise<string | undefined> {
  if (path !== undefined && code === "EINVAL")
    return "a path may have at most 107 bytes, on some systems 103 (unix(7))";
  if (path === undefined || code !== "EADDRINUSE" || path.startsWith("\0")) return undefined;
  const isSocket = stat(path).then(
    (file) => file.isSocket(),
    () => false,
  );
  if (!(await isSocket)) return "a file is in the way that is no socket";
  return (await codeOfConnecting(path)) === "ECONNREFUSED"
    ? "a socket is in the way at which nobody listens any more; remove the file"
    : undefined;
}

/** `undefined` when somebody listens there. */
function codeOfConnecting(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path }, () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code));
  });
}
