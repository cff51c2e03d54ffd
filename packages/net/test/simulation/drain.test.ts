/** Drains, and what else happens to the listener while they last. */

import type { LabelledRef, Ref } from "@wheelhouse/actors";
import { defineConnection } from "@wheelhouse/net";
import { describe, expect, it } from "vitest";
import {
  TestListener,
  serve as serveIn,
  type ServerOptions,
  type SimulatedServer,
} from "./simulated-server.ts";

/** Stays until the deadline, and says what it was told. */
const Staying = defineConnection({
  name: "Staying",
  data: (ctx, line) => void ctx.send(line),
  shutdown(ctx, notice) {
    ctx.send(`told: ${String(notice)}\n`);
    return "stay";
  },
});

function serve(options: Partial<ServerOptions> = {}): Promise<SimulatedServer> {
  return serveIn({ packet: "line", handler: Staying.with(), drainTimeoutMs: 0, ...options });
}

/** A drain of ten seconds, that has begun. */
async function beginDrain(server: SimulatedServer) {
  const answered = server.runtime
    .callWithin(Infinity, TestListener, "drain", { timeoutMs: 10_000, notice: "we move" })
    .catch((error: Error) => error.name);
  await server.pass(100);
  return answered;
}

function info({ runtime }: SimulatedServer) {
  return runtime.call(TestListener, "info");
}

async function isServed(server: SimulatedServer): Promise<boolean> {
  const peer = server.dial("hello\n");
  await server.pass(100);
  return peer.takeLines().includes("hello");
}

describe("amid a drain (behaviour 41)", () => {
  it("32: a listener doesn't resume, says so, and can afterwards", async () => {
    const server = await serve();
    server.dial("hello\n");
    await server.pass(100);
    void beginDrain(server);
    await server.pass(1_000);
    expect(await server.runtime.call(TestListener, "resume")).toBe("draining");
    expect(await isServed(server)).toBe(false);
    await server.pass(10_000);
    expect((await info(server)).status).toBe("suspended");
    expect(await server.runtime.call(TestListener, "resume")).toBe("listening");
    expect(await isServed(server)).toBe(true);
  });

  it("39: a crash of the acceptor fails the call, and the drain goes on to its deadline", async () => {
    const server = await serve();
    const peer = server.dial("hello\n");
    await server.pass(100);
    let answer: unknown;
    void beginDrain(server).then((given) => (answer = given));
    await server.pass(1_000);
    server.runtime.exit(TestListener, "kill");
    await server.pass(1_000);
    expect(answer).toBe("ProcessExitedError");
    expect(await info(server)).toMatchObject({ status: "draining", connections: 1 });
    expect(await server.runtime.call(TestListener, "resume")).toBe("draining");
    await server.pass(10_000);
    expect(await info(server)).toMatchObject({ status: "suspended", connections: 0 });
    expect(server.ofType("net:drained")).toMatchObject([{ connections: 1, cut: 1 }]);
    expect([peer.takeLines(), peer.errorCode]).toEqual([["hello", "told: we move"], "ECONNRESET"]);
    expect(await server.runtime.call(TestListener, "resume")).toBe("listening");
    expect(await isServed(server)).toBe(true);
  });

  it("39: a crash of the acceptor leaves nobody untold, and tells nobody twice", async () => {
    const server = await serve();
    const peers = Array.from({ length: 5 }, () => server.dial("hello\n"));
    await server.pass(100);
    const staggered = { timeoutMs: 10_000, staggerMs: 2_000, notice: "we move" };
    const call = server.runtime.callWithin(Infinity, TestListener, "drain", staggered);
    const failed = expect(call).rejects.toMatchObject({ code: "exited" });
    await server.pass(3_000);
    server.runtime.exit(TestListener, "kill");
    await server.pass(5_500);
    await failed;
    for (const peer of peers) expect(peer.takeLines()).toEqual(["hello", "told: we move"]);
  });

  it("39: that a crashed acceptor left over, another drain may hurry", async () => {
    const server = await serve();
    server.dial("hello\n");
    await server.pass(100);
    void beginDrain(server);
    await server.pass(1_000);
    server.runtime.exit(TestListener, "kill");
    await server.pass(1_000);
    const hurried = server.runtime.callWithin(Infinity, TestListener, "drain", { timeoutMs: 0 });
    await server.pass(1);
    expect(await hurried).toEqual({ connections: 1, cut: 1 });
    expect((await info(server)).status).toBe("suspended");
    await server.pass(20_000);
    expect((await info(server)).status).toBe("suspended");
  });

  it("38: a crash of the connections' supervisor ends them all, and the drain with them", async () => {
    const server = await serve();
    server.dial("hello\n");
    await server.pass(100);
    void beginDrain(server);
    await server.pass(1_000);
    const processes = server.runtime.processes() as readonly LabelledRef[];
    const supervisor = processes.find(({ label }) => label.startsWith("net:connections"));
    server.runtime.exit(supervisor as Ref, "kill");
    await server.pass(1_000);
    expect(await info(server)).toMatchObject({ status: "suspended", connections: 0, closing: 0 });
  });

  it("42: the end of the program has its own deadline", async () => {
    const server = await serve({ drainTimeoutMs: 500 });
    server.dial("hello\n");
    await server.pass(100);
    void beginDrain(server);
    await server.pass(1_000);
    let isStopped = false;
    void server.stop().then(() => (isStopped = true));
    await server.pass(499);
    expect(isStopped).toBe(false);
    await server.pass(1);
    expect(isStopped).toBe(true);
  });
});

it("41: a stagger never leaves somebody untold: it is as short as the deadline asks for", async () => {
  const server = await serve();
  const peers = Array.from({ length: 50 }, () => server.dial("hello\n"));
  await server.pass(100);
  const call = server.runtime.callWithin(Infinity, TestListener, "drain", {
    timeoutMs: 1_000,
    staggerMs: 100,
    notice: "now",
  });
  await server.pass(400);
  const told = peers.filter(({ receivedBytes }) => receivedBytes > "hello\n".length).length;
  expect(told).toBeGreaterThan(30);
  expect(told).toBeLessThan(50);
  await server.pass(10_000);
  expect(await call).toMatchObject({ connections: 50 });
  for (const peer of peers) expect(peer.takeLines()).toEqual(["hello", "told: now"]);
});
