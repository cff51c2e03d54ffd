/** What the semantics say of the host, where it can't be kept better: so that a later Node.js that can is noticed. */

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { connect as secure } from "node:tls";
import { defineConnection } from "@wheelhouse/net";
import { describe, expect, it } from "vitest";
import { authority, localhost } from "../certificates.ts";
import { Inbox, serve } from "../support.ts";

/** A server in the middle, whose way on ends when it is told to: with a FIN of the kernel's, and nothing said before. */
async function relayTo(port: number) {
  const sockets: Socket[] = [];
  const onward: Socket[] = [];
  const relay = createServer({ allowHalfOpen: true }, (socket) => {
    const next = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    onward.push(next);
    sockets.push(socket, next);
    socket.pipe(next, { end: false });
    next.pipe(socket);
  });
  await once(relay.listen(0, "127.0.0.1"), "listening");
  return {
    port: (relay.address() as { readonly port: number }).port,
    finish: () => onward[0]?.end(),
    close() {
      relay.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

describe("what Node.js can't tell:", () => {
  it("a FIN without close_notify from the end of an encrypted connection", async () => {
    const ends = new Inbox<string>();
    const Echo = defineConnection({
      name: "Echo",
      data: (ctx, line) => void ctx.send(line),
      closed: (_, by) => ends.put(`closed by ${by}`),
      error: (_, error) => ends.put(String(error)),
    });
    const server = await serve({ packet: "line", handler: Echo.with(), tls: localhost });
    const relay = await relayTo(server.port);
    const client = secure({ port: relay.port, host: "127.0.0.1", ca: authority, servername: "localhost" });
    client.write("hello\n");
    await once(client, "data");
    const closed = once(client, "close");
    relay.finish();
    expect(await ends.take()).toBe("closed by peer");
    await closed;
    relay.close();
  });
});
