/** A connection's socket given to another process: whatever the mode, it can be used there. */

import { defineInfo, on, type Ref } from "@wheelhouse/actors";
import { defineConnection, type ConnectionContext, type ListenerOptions } from "@wheelhouse/net";
import type { ActiveMode, Socket, SocketMessage } from "@wheelhouse/net/socket";
import { describe, expect, it } from "vitest";
import { authority, localhost } from "../certificates.ts";
import type { Peer } from "../peer.ts";
import { someTurns } from "../socket/pairs.ts";
import { dial, gate, owner, serve, testRuntime, type Owner, type TestServer } from "../support.ts";

const TRANSPORTS: readonly (readonly [string, Pick<ListenerOptions, "tls">])[] = [
  ["plain", {}],
  ["encrypted", { tls: localhost }],
];

describe.each(TRANSPORTS)("a connection that is handed over, %s", (_, transport) => {
  async function connect(server: TestServer): Promise<Peer> {
    const peer = await dial(server.port);
    if (transport.tls !== undefined) await peer.secure({ ca: authority, servername: "localhost" });
    return peer;
  }

  /** Hands over in the handler of its first packet, or where it receives it. */
  async function handOver(active: ActiveMode, first: string): Promise<[Owner, Peer]> {
    const made = testRuntime();
    const taker = await owner(made);
    const Giver = defineConnection({
      name: "Giver",
      async connected(ctx) {
        if (active !== false) return;
        await ctx.recv();
        ctx.transfer(taker.ref);
      },
      data: (ctx) => void ctx.transfer(taker.ref),
    });
    const server = await serve({ packet: "line", handler: Giver.with(), active, ...transport }, made);
    const peer = await connect(server);
    await peer.write(first);
    await server.events.until("net:connection_ended");
    return [taker, peer];
  }

  async function handed({ heard }: Owner): Promise<Socket> {
    const message = await heard.take();
    expect(message.type).toBe("handed");
    return message.socket;
  }

  it("47: amid a packet in `once` mode: the next one comes to its new owner, who asks for those after it", async () => {
    const [taker, peer] = await handOver("once", "mine\n");
    const socket = await handed(taker);
    await peer.write("yours\n");
    expect(dataOf(await taker.heard.take())).toBe("yours\n");
    await taker.run(() => socket.setActive("once"));
    peer.finish();
    expect((await taker.heard.take()).type).toBe("closed");
  });

  it("47: amid a packet in `once` mode: so does one that is held already", async () => {
    const [taker] = await handOver("once", "mine\nyours\nlater\n");
    const socket = await handed(taker);
    expect(dataOf(await taker.heard.take())).toBe("yours\n");
    expect(await taker.run(() => socket.recv())).toEqual(Buffer.from("later\n"));
  });

  it.each([true, 1, 5])("47: with `active: %s`, what waits comes behind the news of it", async (active) => {
    const [taker] = await handOver(active, "mine\nyours\n");
    const socket = await handed(taker);
    if (active === 1) {
      expect((await taker.heard.take()).type).toBe("passive");
      await taker.run(() => socket.setActive(true));
    }
    expect(dataOf(await taker.heard.take())).toBe("yours\n");
  });

  it("47: passive: the new owner has it to receive from, and to close", async () => {
    const [taker, peer] = await handOver(false, "mine\nyours\n");
    const socket = await handed(taker);
    expect(await taker.run(() => socket.recv())).toEqual(Buffer.from("yours\n"));
    await taker.run(() => {
      socket.send("goodbye\n");
      socket.close();
    });
    expect(await peer.readAll()).toBe("goodbye\n");
  });
});

it("47: in `once` mode no more than the packet that waits comes to the new owner unasked", async () => {
  const made = testRuntime();
  const taker = await owner(made);
  const [busy, mayGoOn] = [gate(), gate()];
  const Hand = defineInfo<void>("hand");
  const Giver = defineConnection({
    name: "Giver",
    data() {},
    infos: [
      on(Hand, async (ctx: ConnectionContext<{}, void>) => {
        busy.open();
        await mayGoOn.opened;
        ctx.transfer(taker.ref);
      }),
    ],
  });
  const server = await serve({ packet: "line", handler: Giver.with() }, made);
  const peer = await dial(server.port);
  await server.events.until("net:connection_started");
  const [giver] = await server.connections();
  made.runtime.inform(giver as Ref, Hand, undefined);
  await busy.opened;
  await peer.write("a\nb\n");
  await someTurns();
  mayGoOn.open();
  expect((await taker.heard.take()).type).toBe("handed");
  const first = await taker.heard.take();
  expect(dataOf(first)).toBe("a\n");
  await someTurns();
  expect(taker.heard.items).toEqual([]);
  expect(await taker.run(() => first.socket.recv())).toEqual(Buffer.from("b\n"));
});

it("47: nobody is told of a socket that isn't the connection's to give any more", async () => {
  const made = testRuntime();
  const [first, second] = [await owner(made), await owner(made)];
  const results: string[] = [];
  const Giver = defineConnection({
    name: "Giver",
    data(ctx) {
      results.push(ctx.transfer(first.ref), ctx.transfer(second.ref));
    },
  });
  const server = await serve({ packet: "line", handler: Giver.with() }, made);
  const peer = await dial(server.port);
  await peer.write("mine\n");
  await server.events.until("net:connection_ended");
  expect(results).toEqual(["transferred", "not_owner"]);
  expect(second.heard.items).toEqual([]);
});

function dataOf(message: SocketMessage): string {
  return message.type === "data" ? message.data.toString() : `<${message.type}>`;
}
