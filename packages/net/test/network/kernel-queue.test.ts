/** What the kernel says that it holds of a connection's bytes; only where it says so. */

import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { queuedByKernel } from "../../src/network/kernel-queue.ts";

const sockets: Socket[] = [];
const servers: Server[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) {
    socket.destroy();
    await once(socket, "close");
  }
  for (const server of servers.splice(0)) server.close();
});

/** Both ends of a connection, of which the accepted one isn't read from. */
async function pair(listenAt: string, connectTo: string): Promise<[Socket, Socket]> {
  const server = createServer({ pauseOnConnect: true });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, listenAt, resolve);
  });
  const client = connect((server.address() as { port: number }).port, connectTo);
  const [[accepted]] = (await Promise.all([once(server, "connection"), once(client, "connect")])) as [
    [Socket],
    [],
  ];
  sockets.push(client, accepted);
  return [client, accepted];
}

function ends(socket: Socket) {
  const { localAddress = "", localPort = 0, remoteAddress = "", remotePort = 0 } = socket;
  return [
    { host: localAddress, port: localPort },
    { host: remoteAddress, port: remotePort },
  ] as const;
}

const says = existsSync("/proc/net/tcp");

it.skipIf(!says).each([
  ["IPv4", "127.0.0.1", "127.0.0.1"],
  ["IPv6", "::1", "::1"],
  ["IPv4 on a socket of both", "::", "127.0.0.1"],
])("is told of %s, at both ends", async (_, listenAt, connectTo) => {
  const [client, accepted] = await pair(listenAt, connectTo);
  for (const socket of [client, accepted]) expect(await queuedByKernel(...ends(socket))).toBe(0);
  client.write(Buffer.alloc(30_000_000));
  expect(await queuedByKernel(...ends(client))).toBeGreaterThan(0);
  expect(await queuedByKernel(...ends(accepted))).toBe(0);
});

it("isn't told of a connection that nobody has", async () => {
  const nowhere = { host: "127.0.0.1", port: 1 };
  expect(await queuedByKernel(nowhere, nowhere)).toBeUndefined();
});
