/** The times of a connection, in virtual time: the first packet, its whole life, and a read time-out of its own. */

import { provide } from "@wheelhouse/actors";
import { simulation } from "@wheelhouse/actors/simulation";
import { defineConnection, type ConnectionHandler, type ListenerOptions } from "@wheelhouse/net";
import { NetworkPort } from "@wheelhouse/net/socket";
import { describe, expect, it } from "vitest";
import { nextCheck } from "../../src/connection/times.ts";
import { FakeNetwork } from "../fake-network.ts";
import { serve, testRuntime } from "../support.ts";

async function simulate(handler: ConnectionHandler, options: Partial<ListenerOptions>) {
  const network = new FakeNetwork();
  const runtime = simulation({ seed: 1, ports: [provide(NetworkPort, network)] });
  const server = await serve({ packet: "line", handler, ...options }, testRuntime([], runtime));
  const stream = network.dial();
  await runtime.settle();
  return { server, runtime, stream, events: server.events };
}

/** Says which time ran out, and goes on where it may. */
const Telling = defineConnection({
  name: "Telling",
  data(ctx, line) {
    const [verb, ms] = line.toString().trim().split(" ");
    if (verb === "once") ctx.setReadTimeout(Number(ms), "once");
    if (verb === "always") ctx.setReadTimeout(Number(ms));
    if (verb === "idle") ctx.idleAfter(Number(ms));
  },
  timeout: (ctx, which) => void ctx.send(`${which}\n`),
  closed: (ctx, by) => void ctx.send(`closed ${by}\n`),
});
const Quiet = defineConnection({
  name: "Quiet",
  data: () => {},
  closed: (ctx, by) => void ctx.send(`closed ${by}\n`),
});

describe("times of a connection", () => {
  it("49: the first packet has a time of its own, after which it closes, with what is said then", async () => {
    const { runtime, stream, events } = await simulate(Telling.with(), { firstPacketTimeoutMs: 500 });
    await runtime.advance(499);
    expect(stream.ended).toBe(false);
    await runtime.advance(1);
    expect([stream.ended, stream.writes]).toEqual([true, ["first_packet\n"]]);
    expect(events.ofType("net:connection_timeout")).toMatchObject([{ which: "first_packet" }]);
    expect(events.ofType("net:connection_ended")).toMatchObject([
      { reason: { shutdown: "first packet timeout" }, durationMs: 500 },
    ]);
  });

  it("49: the first packet's time doesn't matter once there was one, and silence counts from it", async () => {
    const { runtime, stream } = await simulate(Telling.with(), {
      firstPacketTimeoutMs: 500,
      readTimeoutMs: 1_000,
    });
    await runtime.advance(400);
    stream.arrive("hello\n");
    await runtime.advance(999);
    expect([stream.ended, stream.writes]).toEqual([false, []]);
    await runtime.advance(101);
    expect([stream.ended, stream.writes]).toEqual([false, ["read\n"]]);
  });

  it("49: its life has an end, whatever the peer sends", async () => {
    const { runtime, stream, events } = await simulate(Telling.with(), { maxLifeMs: 2_000 });
    for (let round = 0; round < 19; round += 1) {
      stream.arrive("hello\n");
      await runtime.advance(100);
    }
    expect(stream.ended).toBe(false);
    await runtime.advance(100);
    expect([stream.ended, stream.writes]).toEqual([true, ["life\n"]]);
    expect(events.ofType("net:connection_timeout")).toMatchObject([{ which: "life" }]);
  });

  it("43: without a handler each time closes it, and closed is called", async () => {
    for (const times of [{ readTimeoutMs: 500 }, { firstPacketTimeoutMs: 500 }, { maxLifeMs: 500 }]) {
      const { runtime, stream } = await simulate(Quiet.with(), times);
      await runtime.advance(500);
      expect([stream.ended, stream.writes]).toEqual([true, ["closed us\n"]]);
    }
  });

  it("49: a read time-out set once holds until the next packet or until it is over, one set for good stays", async () => {
    const { runtime, stream } = await simulate(Telling.with(), { readTimeoutMs: 10_000 });
    stream.arrive("once 1000\n");
    await runtime.advance(1_000);
    expect(stream.writes).toEqual(["read\n"]);
    await runtime.advance(9_999);
    expect(stream.writes).toEqual(["read\n"]);
    await runtime.advance(1);
    expect(stream.writes).toEqual(["read\n", "read\n"]);
    stream.arrive("once 1000\n");
    await runtime.advance(500);
    stream.arrive("hello\n");
    await runtime.advance(5_000);
    expect(stream.writes).toHaveLength(2);
    stream.arrive("always 1000\n");
    await runtime.advance(3_000);
    expect(stream.writes).toHaveLength(5);
    stream.arrive("always Infinity\n");
    await runtime.advance(1_000_000);
    expect(stream.writes).toHaveLength(5);
  });

  it("43: idleAfter is a gen server's, told as idle, and ends nothing", async () => {
    const { runtime, stream } = await simulate(Telling.with(), {});
    stream.arrive("idle 50\n");
    await runtime.advance(50);
    expect([stream.ended, stream.writes]).toEqual([false, ["idle\n"]]);
  });

  it("49: looks few and coarse, so that many connections' timers share lists", () => {
    expect([60_000, 59_999.2, 437.5, 100, 99.5, 0.2, 0, -5].map(nextCheck)).toEqual([
      60_000, 60_000, 500, 100, 100, 1, 0, 0,
    ]);
  });

  it("49: many packets cost no timer", async () => {
    const { runtime, stream } = await simulate(Quiet.with(), { readTimeoutMs: 1_000_000 });
    let armed = 0;
    const arm = runtime.timers.arm.bind(runtime.timers);
    runtime.timers.arm = (...args) => {
      armed += 1;
      arm(...args);
    };
    for (let packet = 0; packet < 1_000; packet += 1) stream.arrive("x\n");
    await runtime.settle();
    expect(armed).toBeLessThan(10);
  });
});
