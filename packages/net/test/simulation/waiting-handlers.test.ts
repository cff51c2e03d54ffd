/** Handlers that wait for their peer, or are slower than it: what reaches them all the same, and what they don't pile up. */

import { describe as tree, on, start, type ProcessNode } from "@wheelhouse/actors";
import { Listener, defineConnection, type ListenerOptions } from "@wheelhouse/net";
import { SocketInfo, connect, type Socket } from "@wheelhouse/net/socket";
import { simulationWithNetwork } from "@wheelhouse/net/simulation";
import { expect, it } from "vitest";
import { localhost } from "../certificates.ts";

const PORT = 4040;

async function serve(options: Omit<ListenerOptions, "port">) {
  const { runtime, network } = simulationWithNetwork({ seed: 1 });
  const app = await start(Listener, { port: PORT, packet: "line", ...options }, { runtime });
  return { runtime, network, app };
}

function longestQueue(nodes: readonly ProcessNode[]): number {
  return Math.max(
    0,
    ...nodes.map(({ queueLength, children }) => Math.max(queueLength, longestQueue(children))),
  );
}

it("41: a drain reaches a handler that waits in recv: it gets what had come, and then the end", async () => {
  const Loop = defineConnection({
    name: "Loop",
    async connected(ctx) {
      for (let line = await ctx.recv(); typeof line !== "string"; line = await ctx.recv()) ctx.send(line);
      ctx.send("goodbye\n");
    },
    data() {},
  });
  const { runtime, network, app } = await serve({ handler: Loop.with(), active: false });
  const peer = network.dial(PORT);
  peer.send("a\n");
  await runtime.settle();
  const stopped = app.stop();
  await runtime.settle();
  await stopped;
  expect(peer.takeLines()).toEqual(["a", "goodbye"]);
  expect(runtime.now()).toBe(0);
});

it("41: a drain doesn't wait for an upgrade that the peer never ends", async () => {
  const Upgrading = defineConnection({
    name: "Upgrading",
    async data(ctx) {
      await ctx.secure();
    },
  });
  const { runtime, network, app } = await serve({
    handler: Upgrading.with(),
    tls: localhost,
    tlsFrom: "upgrade",
    handshakeTimeoutMs: 60_000,
  });
  network.dial(PORT).send("STARTTLS\n");
  await runtime.settle();
  const stopped = app.stop();
  await runtime.settle();
  await stopped;
  expect(runtime.now()).toBe(0);
});

it("51: an upgrade in mid-stream shows the certificate that the listener was given", async () => {
  const Upgrading = defineConnection({
    name: "Upgrading",
    async data(ctx, line) {
      ctx.send(`${ctx.tls === undefined ? "plain" : "encrypted"}: ${line.toString()}`);
      if (ctx.tls === undefined) await ctx.secure();
    },
  });
  const { runtime, network, app } = await serve({
    handler: Upgrading.with(),
    tls: localhost,
    tlsFrom: "upgrade",
  });
  const peer = network.dial(PORT);
  peer.send("a\n");
  await runtime.settle();
  expect(peer.takeLines()).toEqual(["plain: a"]);
  const secured = peer.secure({ role: "client", serverName: "localhost", ca: localhost.cert });
  await runtime.settle();
  await secured;
  peer.send("b\n");
  await runtime.settle();
  expect(peer.takeLines()).toEqual(["encrypted: b"]);
  const stopped = app.stop();
  await runtime.settle();
  await stopped;
});

it("45: with active true, too, no more than 64 packets wait for a slow handler, and all arrive in order", async () => {
  const heard: number[] = [];
  const Slow = defineConnection({
    name: "Slow",
    async data(ctx, line) {
      heard.push(Number(line));
      await ctx.exited(ctx.self, 1);
    },
  });
  const { runtime, network, app } = await serve({ handler: Slow.with(), active: true });
  const peer = network.dial(PORT);
  const numbers = Array.from({ length: 1_000 }, (_, number) => number);
  peer.send(numbers.map((number) => `${number}\n`).join(""));
  let longest = 0;
  for (let ms = 0; ms < 1_100; ms += 1) {
    await runtime.advance(1);
    longest = Math.max(longest, longestQueue(tree(runtime)));
  }
  expect(longest).toBeGreaterThan(32);
  expect(longest).toBeLessThanOrEqual(64);
  expect(heard).toEqual(numbers);
  const stopped = app.stop();
  await runtime.settle();
  await stopped;
});

it("43: a connection may own another socket, whose messages come to its own handler", async () => {
  const Forward = defineConnection<{}, { upstream: Socket | undefined }>({
    name: "Forward",
    init: () => ({ upstream: undefined }),
    async connected(ctx) {
      ctx.state = { upstream: await connect(ctx, { host: "127.0.0.1", port: 5050 }, { packet: "line" }) };
    },
    data: (ctx, line) => void ctx.state.upstream?.send(line),
    infos: [
      on(SocketInfo, (ctx, message) => {
        if (message.type === "data") ctx.send(`up: ${message.data.toString()}`);
        if (message.type === "closed") ctx.close();
      }),
    ],
  });
  const { runtime, network, app } = await serve({ handler: Forward.with() });
  network.answer(5050, (upstream) => upstream.send("welcome\n"));
  const peer = network.dial(PORT);
  await runtime.settle();
  expect(peer.takeLines()).toEqual(["up: welcome"]);
  const stopped = app.stop();
  await runtime.settle();
  await stopped;
});
