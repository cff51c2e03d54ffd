import { provide, type Ref } from "@wheelhouse/actors";
import { simulation } from "@wheelhouse/actors/simulation";
import { defineConnection, type ConnectionHandler } from "@wheelhouse/net";
import { NetworkPort } from "@wheelhouse/net/socket";
import { describe, expect, it } from "vitest";
import { FakeNetwork } from "../fake-network.ts";
import { Peer } from "../peer.ts";
import {
  Inbox,
  TestListener,
  dial,
  gate,
  nextTurn,
  serve,
  testRuntime,
  type TestServer,
} from "../support.ts";

/** Answers lines, and says goodbye. */
const Polite = defineConnection({
  name: "Polite",
  data: (ctx, line) => void ctx.send(line),
  shutdown: (ctx) => void ctx.send("goodbye\n"),
});

/** Stays until `finish`, or until it is cut. */
interface BusyProtocol {
  casts: { finish(): void };
}

const Busy = defineConnection<BusyProtocol>({
  name: "Busy",
  data: (ctx, line) => void ctx.send(line),
  shutdown: () => "stay",
  casts: {
    finish(ctx) {
      ctx.send("finished\n");
      ctx.close();
    },
  },
});

/** So many peers whose connections are at work. */
async function dialMany(server: TestServer, count: number): Promise<readonly Peer[]> {
  const peers: Peer[] = [];
  for (let index = 0; index < count; index += 1) {
    const peer = await dial(server.port);
    await peer.write("hello\n");
    expect(await peer.readLine()).toBe("hello");
    peers.push(peer);
  }
  return peers;
}

describe("drain (behaviour 41)", () => {
  it("tells every connection, silent ones too; its goodbye arrives, and then all is down", async () => {
    const server = await serve({ packet: "line", handler: Polite.with() });
    const peers = await dialMany(server, 5);
    const silent = await dial(server.port);
    await server.events.when(() => server.events.ofType("process_started").length === 10);
    await server.app.stop();
    expect(server.runtime.processes()).toEqual([]);
    for (const peer of [...peers, silent]) {
      expect(await peer.readAll()).toBe("goodbye\n");
      peer.finish();
      expect(await peer.closed()).toBeUndefined();
    }
    expect(server.events.ofType("net:drained")).toMatchObject([
      { type: "net:drained", connections: 6, cut: 0 },
    ]);
  });

  it("refuses new connections, and resolves only when the last has ended", async () => {
    const asked = gate();
    const mayEnd = gate();
    const Slow = defineConnection({
      name: "Slow",
      data: (ctx, line) => void ctx.send(line),
      async shutdown(ctx) {
        asked.open();
        await mayEnd.opened;
        ctx.send("goodbye\n");
      },
    });
    const server = await serve({ packet: "line", handler: Slow.with() });
    const [peer] = await dialMany(server, 1);
    let isDown = false;
    const stop = async () => {
      await server.app.stop();
      isDown = true;
    };
    const stopping = stop();
    await asked.opened;
    await expect(Peer.connect(server.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(isDown).toBe(false);
    mayEnd.open();
    await stopping;
    expect(await peer?.readAll()).toBe("goodbye\n");
  });

  it("handles the packets that had come first", async () => {
    const begun = gate();
    const mayGoOn = gate();
    const order: string[] = [];
    const Slow = defineConnection({
      name: "Slow",
      async data(ctx, line) {
        begun.open();
        await mayGoOn.opened;
        order.push(line.toString().trim());
        ctx.send(line);
      },
      shutdown(ctx) {
        order.push("shutdown");
        ctx.send("goodbye\n");
      },
    });
    const server = await serve({ packet: "line", handler: Slow.with() });
    const peer = await dial(server.port);
    await peer.write("a\nb\nc\n");
    await begun.opened;
    const stopping = server.app.stop();
    await nextTurn();
    mayGoOn.open();
    await stopping;
    expect(order).toEqual(["a", "b", "c", "shutdown"]);
    expect(await peer.readAll()).toBe("a\nb\nc\ngoodbye\n");
  });

  it("reaches a connection that has paused, and one whose init isn't done", async () => {
    const begun = new Inbox<string>();
    const mayBegin = gate();
    const Odd = defineConnection({
      name: "Odd",
      async init(ctx) {
        begun.put("init");
        if (begun.items.length === 2) await mayBegin.opened;
        ctx.pause();
      },
      data: () => {},
      shutdown: (ctx) => void ctx.send("goodbye\n"),
    });
    const server = await serve({ handler: Odd.with() });
    const peers = [await dial(server.port), await dial(server.port)];
    await server.events.when(() => server.events.ofType("process_started").length === 6);
    const stopping = server.app.stop();
    mayBegin.open();
    await stopping;
    for (const peer of peers) expect(await peer.readAll()).toBe("goodbye\n");
    expect(server.events.ofType("net:drained")).toMatchObject([{ connections: 2, cut: 0 }]);
  });

  it("lets a connection stay until it ends by itself", async () => {
    const server = await serve({ packet: "line", handler: Busy.with() });
    const [peer] = await dialMany(server, 1);
    const [connection] = await server.connections();
    const stopping = server.app.stop();
    for (let turn = 0; turn < 10; turn += 1) await nextTurn();
    expect(server.events.ofType("net:drained")).toEqual([]);
    server.runtime.cast(connection as Ref<BusyProtocol>, "finish");
    await stopping;
    expect(await peer?.readAll()).toBe("finished\n");
    expect(server.events.ofType("net:drained")).toMatchObject([{ connections: 1, cut: 0 }]);
  });

  it("closes where the listener's handler has nothing to say", async () => {
    const Plain = defineConnection({ name: "Plain", data: (ctx, line) => void ctx.send(line) });
    const server = await serve({ packet: "line", handler: Plain.with() });
    const [peer] = await dialMany(server, 1);
    await server.app.stop();
    expect(await peer?.readAll()).toBe("");
  });

  it("a handler that crashes there is gone, and counts as ended", async () => {
    const Crashing = defineConnection({
      name: "Crashing",
      data: (ctx, line) => void ctx.send(line),
      shutdown: () => Promise.reject(new Error("no")),
    });
    const server = await serve({ packet: "line", handler: Crashing.with() });
    server.events.expectCrashes(1);
    const [peer] = await dialMany(server, 1);
    await server.app.stop();
    expect(await peer?.readAll()).toBe("");
    expect(server.events.ofType("net:drained")).toMatchObject([{ connections: 1, cut: 0 }]);
  });
});

describe("a drain that comes while connections do", () => {
  it.each(Array.from({ length: 30 }, (_, seed) => seed))("41: loses none of them (seed %i)", async (seed) => {
    const network = new FakeNetwork();
    const runtime = simulation({ seed, ports: [provide(NetworkPort, network)] });
    const server = await serve({ packet: "line", handler: Polite.with() }, testRuntime([], runtime));
    const streams = [network.dial(), network.dial(), network.dial()];
    const draining = server.app.call(TestListener, "drain", { timeoutMs: 1_000 });
    await runtime.settle();
    expect((await draining).cut).toBe(0);
    const { accepted, ended } = await server.info();
    expect(accepted).toBe(ended);
    for (const stream of streams)
      expect(stream.destroyed ? [] : stream.writes).toEqual(stream.destroyed ? [] : ["goodbye\n"]);
  });
});

describe("the drain's deadline (behaviours 41, 42)", () => {
  /** Two connections that stay and one that doesn't, in virtual time. */
  async function simulate(drainTimeoutMs?: number) {
    const network = new FakeNetwork();
    const runtime = simulation({ seed: 1, ports: [provide(NetworkPort, network)] });
    const handlers = [Busy.with(), Busy.with(), Polite.with()];
    let next = 0;
    const handler: ConnectionHandler = {
      name: "Any",
      process(started) {
        next += 1;
        return (handlers[next - 1] as ConnectionHandler).process(started);
      },
    };
    const server = await serve(
      { packet: "line", handler, ...(drainTimeoutMs === undefined ? {} : { drainTimeoutMs }) },
      testRuntime([], runtime),
    );
    const streams = handlers.map(() => network.dial());
    await runtime.settle();
    const connections = await server.connections();
    void server.app.stop();
    await runtime.settle();
    return { runtime, server, connections, streams, isDown: () => runtime.processes().length === 0 };
  }

  it("cuts what is left after 15 s unless chosen otherwise, and says how many", async () => {
    const { runtime, server, streams, isDown } = await simulate();
    await runtime.advance(14_999);
    expect(isDown()).toBe(false);
    expect(streams.map((stream) => stream.ended)).toEqual([false, false, true]);
    await runtime.advance(1);
    expect(isDown()).toBe(true);
    expect(streams.map((stream) => stream.destroyed)).toEqual([true, true, false]);
    expect(server.events.ofType("net:drained")).toMatchObject([
      { type: "net:drained", connections: 3, cut: 2 },
    ]);
  });

  it("of one that is hurried is the other's, and both say what was cut", async () => {
    const network = new FakeNetwork();
    const runtime = simulation({ seed: 1, ports: [provide(NetworkPort, network)] });
    const server = await serve({ packet: "line", handler: Busy.with() }, testRuntime([], runtime));
    for (let count = 0; count < 2; count += 1) network.dial();
    await runtime.settle();
    const drain = (timeoutMs: number) =>
      server.app.callWithin(Infinity, TestListener, "drain", { timeoutMs });
    const first = drain(60_000);
    await runtime.settle();
    const [busy] = (await server.connections()) as Ref<BusyProtocol>[];
    if (busy !== undefined) runtime.cast(busy, "finish");
    await runtime.settle();
    const second = drain(1_000);
    await runtime.advance(1_000);
    expect(await first).toEqual({ connections: 2, cut: 1 });
    expect(await second).toEqual({ connections: 1, cut: 1 });
  });

  it("of 0 cuts at once", async () => {
    const { runtime, server, streams, isDown } = await simulate(0);
    await runtime.advance(0);
    expect(isDown()).toBe(true);
    expect(streams.slice(0, 2).map((stream) => stream.destroyed)).toEqual([true, true]);
    expect(server.events.ofType("net:drained")).toMatchObject([{ connections: 3 }]);
  });

  it("may be none, and then it waits", async () => {
    const { runtime, server, connections, isDown } = await simulate(Infinity);
    await runtime.advance(1_000_000_000);
    expect(isDown()).toBe(false);
    const busy = connections.slice(0, 2) as Ref<BusyProtocol>[];
    for (const ref of busy) runtime.cast(ref, "finish");
    await runtime.settle();
    expect(isDown()).toBe(true);
    expect(server.events.ofType("net:drained")).toMatchObject([{ connections: 3, cut: 0 }]);
  });
});
