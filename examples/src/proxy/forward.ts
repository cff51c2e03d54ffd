/** One forwarded connection: a task that owns both of its sockets and carries bytes from each to the other. */

import type { TaskContext } from "@wheelhouse/actors";
import type { Endpoint } from "@wheelhouse/net";
import { adopt, connect, type Socket, type SocketOptions, type Stream } from "@wheelhouse/net/socket";

/** Either end may rest for as long as it likes: nothing is read for it meanwhile. */
const OPTIONS: SocketOptions = { active: false, sendTimeoutMs: Infinity };

/** Where nobody answers, the connect throws; this process ends, and with it its client's connection. */
export async function forward(ctx: TaskContext, stream: Stream, to: Endpoint): Promise<void> {
  const client = adopt(ctx, stream, OPTIONS);
  const server = await connect(ctx, to, OPTIONS);
  await Promise.all([carry(client, server), carry(server, client)]);
}

async function carry(from: Socket, to: Socket): Promise<void> {
  for (;;) {
    const bytes = await from.recv();
    if (bytes === "closed") return to.shutdown("write");
    // What was cut off mustn't look as if it were whole.
    if (typeof bytes === "string") return to.abort();
    to.send(bytes);
    // Whoever sends waits for whoever reads. One who is gone has nobody to send to, but may have something to hear.
    if ((await to.drained()) === "closed") return from.shutdown("read");
  }
}
