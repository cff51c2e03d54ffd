import { provide, type Ref } from "@wheelhouse/actors";
import { simulation, type SimulatedRuntime } from "@wheelhouse/actors/simulation";
import { defineConnection, type ConnectionHandler } from "@wheelhouse/net";
import { NetworkPort } from "@wheelhouse/net/socket";
import { describe, expect, it } from "vitest";
import { FakeNetwork, type FakeStream } from "../fake-network.ts";
import { serve, testRuntime } from "../support.ts";

interface TalkProtocol {
  calls: { work(ms: number): void };
  casts: { tell(text: string): void; pause(): void; resume(): void };
}

/** Says when it is idle, and goes on. */
const Patient = defineConnection<TalkProtocol>({
  name: "Patient",
  async data(ctx, line) {
    const ms = Number(line.toString());
    // A wait that the simulation knows of: for a process that never ends, so many milliseconds.
    if (ms > 0) await ctx.exited(ctx.self, ms);
    ctx.send("done\n");
  },
  timeout: (ctx) => void ctx.send("idle\n"),
  calls: { work: () => {} },
  casts: {
    tell: (ctx, text) => void ctx.send(text),
    pause: (ctx) => ctx.pause(),
    resume: (ctx) => ctx.resume(),
  },
});

const Impatient = defineConnection({ name: "Impatient", data: () => {} });

interface Simulated {
  readonly runtime: SimulatedRuntime;
  readonly stream: FakeStream;
  readonly connection: Ref<TalkProtocol>;
}

/** A connection in virtual time. */
async function simulate(handler: ConnectionHandler, readTimeoutMs?: number): Promise<Simulated> {
  const network = new FakeNetwork();
  const runtime = simulation({ seed: 1, ports: [provide(NetworkPort, network)] });
  const server = await serve(
    { packet: "line", handler, ...(readTimeoutMs === undefined ? {} : { readTimeoutMs }) },
    testRuntime([], runtime),
  );
  const stream = network.dial();
  await runtime.settle();
  const [connection] = await server.connections();
  return { runtime, stream, connection: connection as Ref<TalkProtocol> };
}

describe("the read time-out (behaviour 49)", () => {
  it("comes after 60 s of silence unless chosen otherwise, and closes", async () => {
    const { runtime, stream } = await simulate(Impatient.with());
    await runtime.advance(59_999);
    expect(stream.ended).toBe(false);
    await runtime.advance(1);
    expect(stream.ended).toBe(true);
  });

  it("is a handler's to answer, and comes again as long as the silence goes on", async () => {
    const { runtime, stream } = await simulate(Patient.with(), 1_000);
    await runtime.advance(999);
    expect(stream.writes).toEqual([]);
    await runtime.advance(1);
    expect(stream.writes).toEqual(["idle\n"]);
    await runtime.advance(1_000);
    expect(stream.writes).toEqual(["idle\n", "idle\n"]);
  });

  it("begins anew with whatever the peer sends, a piece of a packet too", async () => {
    const { runtime, stream } = await simulate(Patient.with(), 1_000);
    await runtime.advance(900);
    stream.arrive("0");
    await runtime.advance(999);
    expect(stream.writes).toEqual([]);
    await runtime.advance(1);
    expect(stream.writes).toEqual(["idle\n"]);
  });

  it("doesn't begin anew with local messages and own writes", async () => {
    const { runtime, stream, connection } = await simulate(Patient.with(), 1_000);
    await runtime.advance(900);
    runtime.cast(connection, "tell", "hello\n");
    await runtime.call(connection, "work", 1);
    await runtime.advance(100);
    expect(stream.writes).toEqual(["hello\n", "idle\n"]);
  });

  it("doesn't count a handler's own time as the peer's silence", async () => {
    const { runtime, stream } = await simulate(Patient.with(), 1_000);
    stream.arrive("5000\n");
    await runtime.advance(5_000);
    expect(stream.writes).toEqual(["done\n"]);
    await runtime.advance(999);
    expect(stream.writes).toEqual(["done\n"]);
    await runtime.advance(101);
    expect(stream.writes).toEqual(["done\n", "idle\n"]);
  });

  it("doesn't count a pause as the peer's silence", async () => {
    const { runtime, stream, connection } = await simulate(Patient.with(), 1_000);
    runtime.cast(connection, "pause");
    await runtime.advance(10_000);
    runtime.cast(connection, "resume");
    await runtime.advance(900);
    expect(stream.writes).toEqual([]);
    await runtime.advance(200);
    expect(stream.writes).toEqual(["idle\n"]);
  });

  it("comes to a peer that takes nothing: nothing is read from it meanwhile", async () => {
    const { runtime, stream } = await simulate(Patient.with(), 1_000);
    stream.writable = false;
    stream.arrive("0\n");
    await runtime.advance(1_100);
    expect(stream.writes).toEqual(["done\n", "idle\n"]);
    stream.drain();
  });

  it("may be none", async () => {
    const { runtime, stream } = await simulate(Impatient.with(), Infinity);
    await runtime.advance(1_000_000_000);
    expect(stream.ended).toBe(false);
  });
});
