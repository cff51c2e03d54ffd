/** Connections whose process has ended, and whose socket hasn't: what they have of the limits, and how a drain waits for them. */

import { defineConnection } from "@wheelhouse/net";
import type { SimulatedNetworkOptions } from "@wheelhouse/net/simulation";
import { describe, expect, it } from "vitest";
import {
  TestListener,
  serve as serveIn,
  type ServerOptions,
  type SimulatedServer,
} from "./simulated-server.ts";

/** As long as a closed socket waits for a peer that takes nothing, or doesn't close. */
const LINGER_MS = 5_000;
const ANSWER_BYTES = 20_000;

/** Answers at length, and closes. */
const Parting = defineConnection({
  name: "Parting",
  data(ctx) {
    ctx.send(Buffer.alloc(ANSWER_BYTES));
    return "close";
  },
  shutdown: (ctx) => void ctx.send(Buffer.alloc(ANSWER_BYTES)),
});

/** Both kernels together hold a tenth of an answer. */
function serve(
  options: Partial<ServerOptions> = {},
  network: SimulatedNetworkOptions = {},
): Promise<SimulatedServer> {
  return serveIn(
    { packet: "line", handler: Parting.with(), ...options },
    { sendBufferBytes: 1_000, receiveBufferBytes: 1_000, ...network },
  );
}

function info({ runtime }: SimulatedServer) {
  return runtime.call(TestListener, "info");
}

describe("a connection that has ended (behaviour 34)", () => {
  it("34: has its place until what it sent has left", async () => {
    const server = await serve({ maxConnections: 1 });
    const slow = server.dial("go\n");
    slow.stopReading();
    await server.pass(100);
    expect(server.ofType("net:connection_ended")).toHaveLength(1);
    expect(await info(server)).toMatchObject({ connections: 0, closing: 1, accepted: 1, ended: 1 });
    const refused = server.dial("go\n");
    await server.pass(100);
    expect(refused.isClosed).toBe(true);
    expect(server.ofType("net:connection_refused")).toMatchObject([{ why: "max_connections" }]);
    slow.readOn();
    await server.pass(100);
    expect([slow.receivedBytes, slow.isClosed, slow.errorCode]).toEqual([ANSWER_BYTES, true, undefined]);
    expect(await info(server)).toMatchObject({ connections: 0, closing: 0, accepted: 1, ended: 1 });
    const next = server.dial("go\n");
    await server.pass(100);
    expect(next.receivedBytes).toBe(ANSWER_BYTES);
    expect(server.ofType("net:connection_ended")).toHaveLength(2);
  });

  it("34: has its place no longer than its peer takes something now and then", async () => {
    const server = await serve({ maxConnections: 1 });
    const deaf = server.dial("go\n");
    deaf.stopReading();
    await server.pass(LINGER_MS - 1);
    expect((await info(server)).closing).toBe(1);
    await server.pass(100);
    expect((await info(server)).closing).toBe(0);
    deaf.readOn();
    await server.pass(100);
    expect(deaf.errorCode).toBe("ECONNRESET");
  });

  it("34: that has sent all waits for its peer to close, and then closes without a reset", async () => {
    const server = await serve();
    const peer = server.dial("go\n");
    peer.stayHalfOpen();
    await server.pass(100);
    expect([peer.receivedBytes, (await info(server)).closing]).toEqual([ANSWER_BYTES, 1]);
    await server.pass(LINGER_MS);
    expect((await info(server)).closing).toBe(0);
    expect([peer.isEnded, peer.isClosed, peer.errorCode]).toEqual([true, false, undefined]);
  });

  it("34: that has sent all makes room at once, and sockets don't add up though no peer closes", async () => {
    const server = await serve({ maxConnections: 2 });
    for (let count = 0; count < 20; count += 1) {
      const peer = server.dial("go\n");
      peer.stayHalfOpen();
      await server.pass(10);
      expect([peer.receivedBytes, peer.isEnded, peer.errorCode]).toEqual([ANSWER_BYTES, true, undefined]);
      expect(server.network.openStreams.length).toBeLessThanOrEqual(2);
    }
    expect(server.ofType("net:connection_refused")).toEqual([]);
  });

  it("34: lets in who waits when it has sent all, and not before", async () => {
    const server = await serve({ maxConnections: 1, atMaxConnections: "wait", waitTimeoutMs: 60_000 });
    const slow = server.dial("go\n");
    slow.stopReading();
    await server.pass(100);
    const waiting = server.dial("go\n");
    await server.pass(1_000);
    expect(await info(server)).toMatchObject({ closing: 1, waiting: 1, accepted: 1 });
    slow.readOn();
    await server.pass(100);
    expect(waiting.receivedBytes).toBe(ANSWER_BYTES);
  });

  it("34: counts for its address so long, and not at all once it has asked not to be counted", async () => {
    const Uncounted = defineConnection({
      name: "Uncounted",
      data(ctx) {
        ctx.uncount();
        ctx.send(Buffer.alloc(ANSWER_BYTES));
        return "close";
      },
    });
    const server = await serve({ maxConnectionsPerAddress: 1 });
    server.dial("go\n", { from: "10.0.0.1" }).stopReading();
    await server.pass(100);
    const [same, other] = ["10.0.0.1", "10.0.0.2"].map((from) => server.dial("go\n", { from }));
    await server.pass(100);
    expect([same?.receivedBytes, other?.receivedBytes]).toEqual([0, ANSWER_BYTES]);
    await server.runtime.call(TestListener, "setOptions", { handler: Uncounted.with() });
    server.dial("go\n", { from: "10.0.0.3" }).stopReading();
    await server.pass(100);
    expect(await info(server)).toMatchObject({ closing: 2, uncounted: 0 });
    const third = server.dial("go\n", { from: "10.0.0.3" });
    await server.pass(100);
    expect(third.receivedBytes).toBe(ANSWER_BYTES);
  });
});

describe("a connection that has ended, and its descriptor", () => {
  it("36: is still in use, also between two looks at how many are free", async () => {
    const server = await serve({ reservedDescriptors: 5 }, { descriptorLimit: 20 });
    for (let count = 0; count < 20; count += 1) {
      server.dial("go\n").stopReading();
      await server.pass(1);
    }
    expect(server.network.openStreams.length).toBeLessThanOrEqual(15);
    expect(server.ofType("net:connection_refused").length).toBeGreaterThanOrEqual(5);
    expect(server.ofType("net:connection_refused")[0]).toMatchObject({ why: "descriptors" });
  });
});

describe("the end of a listener (behaviours 41, 42)", () => {
  it("42: waits until what was sent has left", async () => {
    const server = await serve();
    const peer = server.dial("");
    peer.stopReading();
    await server.pass(100);
    let isStopped = false;
    void server.stop().then(() => (isStopped = true));
    await server.pass(1_000);
    expect(server.processes("Parting")).toEqual([]);
    expect([isStopped, server.ofType("net:drained")]).toEqual([false, []]);
    peer.readOn();
    await server.pass(100);
    expect([isStopped, peer.receivedBytes]).toEqual([true, ANSWER_BYTES]);
    expect(server.ofType("net:drained")).toMatchObject([{ connections: 1, cut: 0 }]);
  });

  it("42: cuts at the deadline what hasn't left, and counts it", async () => {
    const server = await serve({ drainTimeoutMs: 2_000 });
    const [deaf, halfOpen] = [server.dial(""), server.dial("")];
    deaf.stopReading();
    halfOpen.stayHalfOpen();
    await server.pass(100);
    const startedMs = server.runtime.now();
    let stoppedMs = Infinity;
    void server.stop().then(() => (stoppedMs = server.runtime.now()));
    await server.pass(3_000);
    expect(stoppedMs - startedMs).toBe(2_000);
    expect(server.network.openStreams).toEqual([]);
    // Who was sent everything has lost nothing.
    expect(server.ofType("net:drained")).toMatchObject([{ connections: 2, cut: 1 }]);
    expect([halfOpen.receivedBytes, halfOpen.isEnded, halfOpen.errorCode]).toEqual([
      ANSWER_BYTES,
      true,
      undefined,
    ]);
    deaf.readOn();
    await server.pass(100);
    expect(deaf.errorCode).toBe("ECONNRESET");
  });

  it("41: waits for those, too, that had ended before the drain began", async () => {
    const server = await serve();
    const peer = server.dial("go\n");
    peer.stopReading();
    await server.pass(100);
    const drained = server.runtime.callWithin(Infinity, TestListener, "drain");
    await server.pass(1_000);
    expect((await info(server)).status).toBe("draining");
    peer.readOn();
    await server.pass(100);
    expect(await drained).toEqual({ connections: 1, cut: 0 });
    expect(peer.receivedBytes).toBe(ANSWER_BYTES);
  });

  it("42: of 0 cuts those that are closing at once", async () => {
    const server = await serve();
    const peer = server.dial("go\n");
    peer.stopReading();
    await server.pass(100);
    const drained = server.runtime.callWithin(Infinity, TestListener, "drain", { timeoutMs: 0 });
    await server.runtime.settle();
    expect(await drained).toEqual({ connections: 1, cut: 1 });
    expect(server.network.openStreams).toEqual([]);
  });
});
