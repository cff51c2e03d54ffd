import { defineConnection, isNetEvent, type NetEvent } from "@wheelhouse/net";
import { describe, expect, it } from "vitest";
import { Inbox, TestListener, dial, nextTurn, serve, type TestServer } from "../support.ts";

const Echo = defineConnection({ name: "Echo", data: (ctx, line) => void ctx.send(line) });
const LINES = { packet: "line", handler: Echo.with() } as const;

function told(server: TestServer): readonly NetEvent["type"][] {
  return server.events.events.filter(isNetEvent).map(({ type }) => type);
}

describe("events", () => {
  it("58: tell exactly one start and one end of a connection, with all that it did", async () => {
    const server = await serve(LINES);
    const peer = await dial(server.port);
    await peer.write("one\ntwo\n");
    expect([await peer.readLine(), await peer.readLine()]).toEqual(["one", "two"]);
    peer.finish();
    const [started] = await server.events.until("net:connection_started");
    const [ended] = await server.events.until("net:connection_ended");
    const listener = { host: "127.0.0.1", port: server.port };
    const ends = { listener, local: listener, remote: { host: "127.0.0.1", port: peer.localPort } };
    expect(started).toEqual({ type: "net:connection_started", ref: expect.anything(), ...ends });
    expect(ended).toEqual({
      type: "net:connection_ended",
      ref: (started as unknown as { readonly ref: unknown }).ref,
      ...ends,
      reason: "normal",
      durationMs: expect.any(Number),
      bytesRead: 8,
      bytesWritten: 8,
      packetsRead: 2,
      packetsWritten: 2,
    });
    await server.app.stop();
    expect(told(server)).toEqual([
      "net:listening",
      "net:connection_started",
      "net:connection_ended",
      "net:draining",
      "net:drained",
    ]);
  });

  it("58: tell a start and an end however a connection ends, and counters add up", async () => {
    const begun = new Inbox<string>();
    const Ending = defineConnection({
      name: "Ending",
      init: () => begun.put("init"),
      data(ctx, line) {
        const text = line.toString().trim();
        if (text === "crash") throw new Error("no");
        if (text === "stop") ctx.stop({ shutdown: "enough" });
        if (text === "kill") ctx.exit(ctx.self, "kill");
      },
    });
    const server = await serve({ packet: "line", handler: Ending.with() });
    server.events.expectCrashes(1);
    for (const way of ["crash", "stop", "kill"]) {
      const peer = await dial(server.port);
      await peer.write(`${way}\n`);
      await peer.gone();
    }
    (await dial(server.port)).reset();
    const ended = await server.events.until("net:connection_ended", 4);
    expect(ended).toMatchObject([
      { reason: { message: "no" } },
      { reason: { shutdown: "enough" } },
      { reason: "killed" },
      {},
    ]);
    const refs = (type: "net:connection_started" | "net:connection_ended") =>
      server.events.ofType(type).map((event) => (event as unknown as { readonly ref: unknown }).ref);
    expect(refs("net:connection_ended")).toEqual(refs("net:connection_started"));
    expect(await server.info()).toMatchObject({ accepted: 4, ended: 4, connections: 0 });
  });

  it("38: of the connections' supervisor's end all connections end, and the listener begins anew", async () => {
    const server = await serve(LINES);
    const peer = await dial(server.port);
    await peer.write("hello\n");
    await peer.readLine();
    server.runtime.exit(await server.supervisor(), "kill");
    await peer.gone();
    await server.untilListensAgain();
    const again = await dial(server.port);
    await again.write("hello\n");
    expect(await again.readLine()).toBe("hello");
    expect(await server.info()).toMatchObject({ accepted: 2, ended: 1, connections: 1 });
  });
});

describe("a drain while it runs", () => {
  const Polite = defineConnection({
    name: "Polite",
    connected: (ctx) => void ctx.send("hello\n"),
    data: () => {},
    shutdown: (ctx) => void ctx.send("goodbye\n"),
  });
  const Stubborn = defineConnection({
    name: "Stubborn",
    connected: (ctx) => void ctx.send("hello\n"),
    data: () => {},
    shutdown: () => "stay" as const,
  });

  async function greeted(server: TestServer, count: number) {
    const peers = [];
    for (let index = 0; index < count; index += 1) {
      const peer = await dial(server.port);
      expect(await peer.readLine()).toBe("hello");
      peers.push(peer);
    }
    return peers;
  }

  it("41: staggered, tells one after the other", async () => {
    const server = await serve({ handler: Polite.with() });
    const peers = await greeted(server, 4);
    expect(await server.app.call(TestListener, "drain", { staggerMs: 5, timeoutMs: 4_000 })).toEqual({
      connections: 4,
      cut: 0,
    });
    for (const peer of peers) expect(await peer.readAll()).toBe("goodbye\n");
    const ended = server.events.ofType("net:connection_ended") as unknown as readonly {
      readonly durationMs: number;
      readonly remote: { readonly port: number };
    }[];
    expect(ended.map(({ remote }) => remote.port)).toEqual(peers.map(({ localPort }) => localPort));
  });

  it("41: answers questions meanwhile, cuts who stays at the deadline, and says how many", async () => {
    const server = await serve({ handler: Stubborn.with() });
    const peers = await greeted(server, 3);
    const draining = server.app.call(TestListener, "drain", { timeoutMs: 100 });
    await nextTurn();
    expect(await server.info()).toMatchObject({ status: "draining", connections: 3 });
    expect(await draining).toEqual({ connections: 3, cut: 3 });
    for (const peer of peers) await peer.gone();
    expect(await server.info()).toMatchObject({ status: "suspended", connections: 0, ended: 3 });
  });

  it("42: of 0 is brutal: at once, and nobody is told", async () => {
    const server = await serve({ handler: Polite.with() });
    const [peer] = await greeted(server, 1);
    expect(await server.app.call(TestListener, "drain", { timeoutMs: 0 })).toEqual({
      connections: 1,
      cut: 1,
    });
    expect(await peer?.closed()).toBe("ECONNRESET");
  });

  it("41: that makes no sense is the caller's error", async () => {
    const server = await serve({ handler: Polite.with() });
    await expect(server.app.call(TestListener, "drain", { timeoutMs: -1 })).rejects.toThrow(
      new RangeError("expected timeoutMs to be a number of milliseconds from 0, got: -1"),
    );
    expect((await server.info()).status).toBe("listening");
  });
});
