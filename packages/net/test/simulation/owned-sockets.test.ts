/** Sockets of a process, in virtual time: what happens in the very moment of something else, and what is changed on the way. */

import { expect, it, describe } from "vitest";
import { simulationWithNetwork } from "@wheelhouse/net/simulation";
import {
  SendTimeoutError,
  accept,
  adopt,
  listen,
  transfer,
  type ListenSocket,
  type Socket,
  type SocketOptions,
} from "@wheelhouse/net/socket";
import { localhost } from "../certificates.ts";
import { owner, testRuntime } from "../support.ts";
import { PORT } from "./support.ts";

async function simulate(network = {}) {
  const made = simulationWithNetwork({ seed: 1, network });
  const runtime = testRuntime([], made.runtime);
  const server = await owner(runtime);
  const listening = await server.run((ctx) => listen(ctx, { port: PORT }));
  return { ...made, runtime: made.runtime, testRuntime: runtime, server, listening };
}

async function simulatePair(options: SocketOptions) {
  const made = await simulate();
  const peer = made.network.dial(PORT);
  await made.runtime.settle();
  const socket = await made.server.run((ctx) => accept(ctx, made.listening, options));
  return { ...made, peer, socket: socket as Socket };
}

type Accepting = { readonly listening: ListenSocket };

describe("accept", () => {
  it("48: takes one that comes in the moment in which its time runs out", async () => {
    const { runtime, network, server, listening } = await simulate({ delayMs: 10 });
    const results: unknown[] = [];
    const accepting = server.run(async (ctx) => {
      for (let round = 0; round < 5; round += 1) results.push(await accept(ctx, listening, {}, 10));
    });
    const peer = network.dial(PORT);
    await runtime.advance(200);
    await accepting;
    const sockets = results.filter((result) => typeof result !== "string");
    expect(peer.isConnected).toBe(true);
    expect(sockets).toHaveLength(1);
    await server.run(() => (sockets[0] as Socket).close());
    await runtime.advance(10_000);
    expect(network.openStreams).toEqual([]);
  });

  it("48: with a time of 0 takes one that is there, and waits for none", async () => {
    const { runtime, network, server, listening } = await simulate();
    const take = () => server.run((ctx) => accept(ctx, listening, {}, 0));
    expect(await take()).toBe("timeout");
    network.dial(PORT);
    await runtime.settle();
    expect(typeof (await take())).toBe("object");
    expect(await take()).toBe("timeout");
  });

  it("31: what it has taken nobody adopts, though a message told of it", async () => {
    const made = simulationWithNetwork({ seed: 1 });
    const server = await owner(testRuntime([], made.runtime));
    const { listening }: Accepting = {
      listening: await server.run((ctx) => listen(ctx, { port: PORT }, { active: true })),
    };
    made.network.dial(PORT);
    await made.runtime.settle();
    const told = await server.connections.take();
    await server.run((ctx) => accept(ctx, listening, {}, 100));
    const again = server.run((ctx) =>
      adopt(ctx, told.type === "connection" ? told.stream : (told as never), {}),
    );
    await expect(again).rejects.toThrow(
      "expected stream to be one that nobody has adopted, got: one that is a socket's",
    );
  });
});

describe("receiving", () => {
  it("43: with a time of 0 takes what is there", async () => {
    const { runtime, server, peer, socket } = await simulatePair({ packet: "line", active: false });
    const take = async () => String(await server.run(() => socket.recv(0, 0)));
    expect(await take()).toBe("timeout");
    peer.send("one\ntw");
    await runtime.settle();
    expect(await take()).toBe("one\n");
    expect(await take()).toBe("timeout");
    peer.send("o\n");
    await runtime.settle();
    expect(await take()).toBe("two\n");
  });

  it("47: by an owner who has given the socket away ends, and its next one gets every packet", async () => {
    const {
      runtime,
      server,
      peer,
      socket,
      testRuntime: made,
    } = await simulatePair({ packet: "line", active: false });
    const next = await owner(made);
    let given: unknown;
    await server.run(() => void socket.recv().then((result) => (given = result)));
    expect(await server.run((ctx) => transfer(ctx, socket, next.ref))).toBe("transferred");
    await runtime.settle();
    expect(given).toBe("closed");
    peer.send("one\ntwo\n");
    await runtime.settle();
    const received = [await next.run(() => socket.recv()), await next.run(() => socket.recv())];
    expect(received.map(String)).toEqual(["one\n", "two\n"]);
  });

  it("47: goes on where a socket is given to its own owner", async () => {
    const { runtime, server, peer, socket } = await simulatePair({ packet: "line", active: false });
    let given: unknown;
    await server.run(() => void socket.recv().then((result) => (given = String(result))));
    expect(await server.run((ctx) => transfer(ctx, socket, ctx.self))).toBe("transferred");
    peer.send("mine\n");
    await runtime.settle();
    expect(given).toBe("mine\n");
  });
});

it("46: an owner who ends amid a handshake leaves no socket open, however silent the peer is", async () => {
  const { runtime, network, testRuntime: made } = await simulate();
  const other = await owner(made);
  const listening = await other.run((ctx) => listen(ctx, { port: PORT + 1 }));
  const peer = network.dial(PORT + 1);
  await runtime.settle();
  const socket = await other.run((ctx) => accept(ctx, listening, { active: false }));
  if (typeof socket === "string") throw new Error(`expected a connection, got: ${socket}`);
  const secured = other.run(() => socket.secure({ role: "server", ...localhost }));
  const failed = expect(secured).rejects.toThrow();
  await runtime.settle();
  runtime.exit(other.ref, "shutdown");
  await runtime.settle();
  await failed;
  expect([peer.errorCode, network.openStreams]).toEqual(["ECONNRESET", []]);
});

describe("options that are changed while a peer takes nothing", () => {
  /** Half a megabyte is on its way. */
  async function stalled(options: SocketOptions) {
    const made = await simulatePair({ active: true, ...options });
    made.peer.stopReading();
    await made.server.run(() => made.socket.send(Buffer.alloc(500_000)));
    await made.runtime.advance(100);
    return made;
  }

  it.each([
    [Infinity, 1_000],
    [600_000, 1_000],
  ])("56: a send time-out of %d is %d from then on", async (before, after) => {
    const { runtime, server, socket } = await stalled({ sendTimeoutMs: before });
    await server.run(() => socket.setOptions({ sendTimeoutMs: after }));
    await runtime.advance(after - 1);
    expect(server.heard.items).toEqual([]);
    await runtime.advance(after);
    expect((await server.heard.take()).type).toBe("drained");
    expect(await server.heard.take()).toMatchObject({ type: "closed", error: new SendTimeoutError(after) });
  });

  it("56: without a send time-out any more it lives on", async () => {
    const { runtime, server, socket } = await stalled({ sendTimeoutMs: 1_000 });
    await server.run(() => socket.setOptions({ sendTimeoutMs: Infinity }));
    await runtime.advance(300_000);
    expect(socket.unsentBytes).toBeGreaterThan(0);
    await server.run(() => socket.abort());
  });

  it("56: with a high watermark below what is unsent it isn't writable, until that has left", async () => {
    const { runtime, server, peer, socket } = await stalled({ highWatermarkBytes: 1_000_000 });
    expect(socket.writable).toBe(true);
    await server.run(() => socket.setOptions({ highWatermarkBytes: 1_000, lowWatermarkBytes: 500 }));
    expect(socket.writable).toBe(false);
    let drained: unknown;
    await server.run(() => void socket.drained().then((result) => (drained = result)));
    await runtime.advance(100);
    expect(drained).toBeUndefined();
    peer.readOn();
    await runtime.advance(1_000);
    expect(drained).toBe("drained");
    expect(socket.writable).toBe(true);
  });
});
