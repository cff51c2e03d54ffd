/** Those that wait for a place among a listener's connections. */

import { defineConnection } from "@wheelhouse/net";
import type { DialOptions, SimulatedPeer } from "@wheelhouse/net/simulation";
import { describe, expect, it } from "vitest";
import {
  TestListener,
  serve as serveIn,
  type ServerOptions,
  type SimulatedServer,
} from "./simulated-server.ts";

/** How often those that wait are looked after. */
const LOOK_EVERY_MS = 1_000;

const Echo = defineConnection({ name: "Echo", data: (ctx, line) => void ctx.send(line) });

/** One place, and somebody who has it. */
async function serve(options: Partial<ServerOptions> = {}): Promise<SimulatedServer> {
  const server = await serveIn({
    packet: "line",
    handler: Echo.with(),
    maxConnections: 1,
    atMaxConnections: "wait",
    waitTimeoutMs: Infinity,
    readTimeoutMs: Infinity,
    ...options,
  });
  await dial(server, "first\n");
  return server;
}

async function dial(server: SimulatedServer, text: string, options?: DialOptions): Promise<SimulatedPeer> {
  const peer = server.dial(text, options);
  await server.pass(10);
  return peer;
}

function info({ runtime }: SimulatedServer) {
  return runtime.call(TestListener, "info");
}

describe("those that wait for a place", () => {
  it("33: wait for as long as was said when they came, though somebody before them waits longer", async () => {
    const server = await serve();
    const patient = await dial(server, "patient\n");
    await server.runtime.call(TestListener, "setOptions", { waitTimeoutMs: 1_000 });
    const late = await dial(server, "late\n");
    await server.pass(980);
    expect(server.ofType("net:connection_refused")).toEqual([]);
    await server.pass(20);
    expect(server.ofType("net:connection_refused")).toMatchObject([{ why: "wait_timeout" }]);
    expect(late.errorCode).toBe("ECONNRESET");
    await server.runtime.call(TestListener, "setOptions", { maxConnections: 2 });
    await server.pass(10);
    expect(patient.takeLines()).toEqual(["patient"]);
  });

  it("34: leave when their peer has reset, though nothing is read of them; others have their place then", async () => {
    const server = await serve({ maxWaiting: 2, maxConnectionsPerAddress: 2 });
    const gone = await dial(server, "early\n", { from: "10.0.0.1" });
    const there = await dial(server, "still there\n", { from: "10.0.0.2" });
    gone.reset();
    await server.pass(LOOK_EVERY_MS);
    expect(await info(server)).toMatchObject({ waiting: 1, refused: { peer_gone: 1 } });
    expect(server.network.openStreams).toHaveLength(2);
    const newcomer = await dial(server, "newcomer\n");
    expect((await info(server)).waiting).toBe(2);
    await server.runtime.call(TestListener, "setOptions", { maxConnections: 10 });
    await server.pass(10);
    expect([there.takeLines(), newcomer.takeLines()]).toEqual([["still there"], ["newcomer"]]);
    expect(server.ofType("net:connection_started")).toHaveLength(3);
  });

  it("34: stay when their peer has sent its last, and are answered in their turn", async () => {
    const server = await serve();
    const brief = await dial(server, "brief\n");
    brief.end();
    await server.pass(LOOK_EVERY_MS * 3);
    expect((await info(server)).waiting).toBe(1);
    await server.runtime.call(TestListener, "setOptions", { maxConnections: 2 });
    await server.pass(10);
    expect([brief.takeLines(), brief.isClosed, brief.errorCode]).toEqual([["brief"], true, undefined]);
  });

  it("34: whose peer resets just as they are let in end as any connection does", async () => {
    const server = await serve();
    const gone = await dial(server, "early\n");
    gone.reset();
    await server.runtime.call(TestListener, "setOptions", { maxConnections: 2 });
    await server.pass(10);
    expect(await info(server)).toMatchObject({ waiting: 0, connections: 1, accepted: 2, ended: 1 });
  });

  it("58: are refused, with an event each, when the acceptor crashes", async () => {
    const server = await serve();
    const waiting = [await dial(server, "a\n"), await dial(server, "b\n")];
    server.runtime.exit(TestListener, "kill");
    await server.pass();
    expect(server.ofType("net:connection_refused")).toMatchObject([
      { why: "acceptor_crashed" },
      { why: "acceptor_crashed" },
    ]);
    expect(await info(server)).toMatchObject({ waiting: 0, refused: { acceptor_crashed: 2 } });
    expect(waiting.map((peer) => peer.errorCode)).toEqual(["ECONNRESET", "ECONNRESET"]);
  });
});
