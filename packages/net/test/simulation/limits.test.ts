import { defineConnection } from "@wheelhouse/net";
import type { SimulatedNetworkOptions } from "@wheelhouse/net/simulation";
import { describe, expect, it } from "vitest";
import { localhost } from "../certificates.ts";
import { TestListener, serve as serveIn, type ServerOptions } from "./simulated-server.ts";
import { pattern } from "./support.ts";

/** Everything takes its time and comes in pieces. */
const ROUGH: SimulatedNetworkOptions = {
  splitBytes: "random",
  delayMs: [0, 20],
  acceptDelayMs: [0, 20],
  sendBufferBytes: 1_000,
  receiveBufferBytes: 1_000,
};

const Echo = defineConnection({ name: "Echo", data: (ctx, line) => void ctx.send(line) });
const echo: ServerOptions = { packet: "line", handler: Echo.with() };

const serve = (options: Partial<ServerOptions>, network: SimulatedNetworkOptions = {}) =>
  serveIn({ ...echo, ...options }, { ...ROUGH, ...network });

describe("times", () => {
  it("the first packet may take so long, however slowly it comes", async () => {
    const server = await serve({ firstPacketTimeoutMs: 2_000 });
    const [silent, slow, quick] = [server.dial(), server.dial(), server.dial("quick\n")];
    slow.sendSlowly("a slow line\n", { everyMs: 500 });
    await server.pass(1_900);
    expect([silent, slow, quick].map((peer) => peer.isEnded)).toEqual([false, false, false]);
    await server.pass(500);
    expect([silent, slow, quick].map((peer) => peer.isEnded)).toEqual([true, true, false]);
    expect(server.ofType("net:connection_timeout")).toMatchObject([
      { which: "first_packet" },
      { which: "first_packet" },
    ]);
  });

  it("a whole life may take so long", async () => {
    const server = await serve({ maxLifeMs: 60_000 });
    const peer = server.dial();
    peer.sendSlowly("x\n".repeat(100), { bytes: 2, everyMs: 1_000 });
    await server.pass(59_900);
    expect(peer.isEnded).toBe(false);
    await server.pass(500);
    expect(peer.isEnded).toBe(true);
    expect(server.ofType("net:connection_timeout")).toMatchObject([{ which: "life" }]);
  });

  it("a peer may take nothing of what it is sent for so long", async () => {
    const server = await serve({ sendTimeoutMs: 10_000, highWatermarkBytes: 1_000, readTimeoutMs: Infinity });
    const deaf = server.dial();
    deaf.stopReading();
    deaf.send(`${pattern(5_000)}\n`);
    await server.pass(9_000);
    expect(server.ofType("net:connection_ended")).toEqual([]);
    await server.pass(10_000);
    expect(server.ofType("net:connection_timeout")).toMatchObject([{ which: "send" }]);
    expect(server.ofType("net:connection_ended")).toHaveLength(1);
  });
});

describe("places", () => {
  it("are waited for, what was said meanwhile is kept, and more of them let the next ones in", async () => {
    const server = await serve({ maxConnections: 1, atMaxConnections: "wait", waitTimeoutMs: 60_000 });
    const first = server.dial("one\n");
    await server.pass();
    const [second, third] = [server.dial("two\n"), server.dial("three\n")];
    await server.pass();
    expect([second.takeLines(), third.takeLines()]).toEqual([[], []]);
    first.end();
    await server.pass();
    await server.runtime.call(TestListener, "setOptions", { maxConnections: 2 });
    await server.pass();
    expect([first, second, third].map((peer) => peer.takeLines())).toEqual([["one"], ["two"], ["three"]]);
  });

  it("are so many for each address", async () => {
    const server = await serve({ maxConnectionsPerAddress: 1 });
    const peers = ["10.0.0.1", "10.0.0.2", "10.0.0.1"].map((from) => server.dial("hello\n", { from }));
    await server.pass();
    const served = peers.map((peer) => peer.takeLines().length);
    expect(served.toSorted((a, b) => a - b)).toEqual([0, 1, 1]);
    expect(served[1]).toBe(1);
    expect(server.ofType("net:connection_refused")).toMatchObject([{ why: "max_connections_per_address" }]);
  });

  it("end where descriptors run low", async () => {
    const server = await serve({ reservedDescriptors: 5 }, { descriptorLimit: 10 });
    const peers = Array.from({ length: 8 }, (_, index) => server.dial(`${index}\n`));
    await server.pass();
    const served = peers.filter((peer) => peer.takeLines().length === 1);
    expect(served.length).toBeGreaterThan(0);
    expect(served.length).toBeLessThan(8);
    const refused = server.ofType("net:connection_refused");
    expect(refused).toHaveLength(8 - served.length);
    expect(refused[0]).toMatchObject({ why: "descriptors" });
    served[0]?.end();
    await server.pass();
    const late = server.dial("late\n");
    await server.pass();
    expect(late.takeLines()).toEqual(["late"]);
  });
});

describe("a listener that is told", () => {
  it("to suspend refuses new ones, serves the others, and resumes at the same place", async () => {
    const server = await serve({});
    const before = server.dial("a\n");
    await server.pass();
    await server.runtime.call(TestListener, "suspend");
    const refused = server.dial("b\n");
    before.send("c\n");
    await server.pass();
    expect([before.takeLines(), refused.errorCode]).toEqual([["a", "c"], "ECONNREFUSED"]);
    await server.runtime.call(TestListener, "resume");
    const after = server.dial("d\n");
    await server.pass();
    expect(after.takeLines()).toEqual(["d"]);
  });

  it("to drain says how many there were, and how many had to be cut", async () => {
    const Stubborn = defineConnection({
      name: "Stubborn",
      data: (ctx, line) => void ctx.send(line),
      shutdown: (ctx) => (ctx.remote.host === "10.0.0.1" ? "stay" : undefined),
    });
    const server = await serve({ handler: Stubborn.with() });
    const peers = ["10.0.0.1", "10.0.0.2"].map((from) => server.dial("hello\n", { from }));
    await server.pass();
    const drained = server.runtime.callWithin(Infinity, TestListener, "drain", { timeoutMs: 1_000 });
    await server.pass();
    expect(await drained).toEqual({ connections: 2, cut: 1 });
    expect(peers.map((peer) => peer.isEnded || peer.isClosed)).toEqual([true, true]);
  });
});

describe("an encrypted listener", () => {
  const client = { role: "client", serverName: "example.org", ca: localhost.cert } as const;

  it("serves who shakes hands, and tells of who doesn't", async () => {
    const server = await serve({ tls: localhost });
    const [good, plain, silent] = [server.dial(), server.dial("plain\n"), server.dial()];
    const info = good.secure(client);
    await server.pass(1_000);
    expect(await info).toMatchObject({ serverName: "example.org" });
    good.send("hello\n");
    await server.pass(1_000);
    expect([good.takeLines(), plain.takeLines(), plain.isClosed]).toEqual([["hello"], [], true]);
    expect(server.ofType("net:handshake_failed")).toMatchObject([{ step: "tls" }]);
    await server.pass(5_000);
    expect(silent.isEnded || silent.isClosed).toBe(true);
    expect(server.ofType("net:handshake_failed")).toHaveLength(2);
    expect(server.ofType("net:connection_started")).toHaveLength(3);
    expect(server.ofType("net:connection_ended")).toHaveLength(2);
  });
});
