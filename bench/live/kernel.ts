/** How much the system takes for a socket whose peer never reads, before a server sees any of it as unsent. */

import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

const WRITE = Buffer.alloc(50_000);
const LOOK_EVERY_MS = 5;
const MOST_WRITES = 10_000;
/** Looks in a row at which nothing more went. */
const STILL_LOOKS = 20;

export async function unreadBytesOfKernel(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1").pause();
  const [socket] = (await once(server, "connection")) as [Socket];
  socket.on("error", () => {});
  try {
    return await fill(socket);
  } finally {
    client.destroy();
    socket.destroy();
    server.close();
  }
}

async function fill(socket: Socket): Promise<number> {
  let taken = 0;
  for (let writes = 0, still = 0; writes < MOST_WRITES && still < STILL_LOOKS; writes += 1) {
    socket.write(WRITE);
    await wait(LOOK_EVERY_MS);
    const now = socket.bytesWritten - socket.writableLength;
    still = now > taken ? 0 : still + 1;
    taken = now;
  }
  return taken;
}
