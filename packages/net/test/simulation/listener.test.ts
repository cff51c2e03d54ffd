import type { Ref } from "@wheelhouse/actors";
import { defineConnection } from "@wheelhouse/net";
import type { SimulatedNetworkOptions } from "@wheelhouse/net/simulation";
import { describe, expect, it } from "vitest";
import { TestListener, serve as serveIn, type ServerOptions } from "./simulated-server.ts";
import { pattern } from "./support.ts";

/** Says back what it hears, and goodbye. */
const Echo = defineConnection({
  name: "Echo",
  data: (ctx, line) => void ctx.send(line),
  shutdown: (ctx) => void ctx.send("goodbye\n"),
});

interface TalkProtocol {
  casts: { tell(text: string): void; finish(): void };
}

/** Says what it is told to, and stays when asked to end, until it has finished. */
const Talk = defineConnection<TalkProtocol>({
  name: "Talk",
  data: (ctx, line) => void ctx.send(line),
  shutdown: () => "stay",
  casts: {
    tell: (ctx, text) => void ctx.send(text),
    finish(ctx) {
      ctx.send("finished\n");
      ctx.close();
    },
  },
});

const echo: ServerOptions = { packet: "line", handler: Echo.with() };

const WEATHERS: readonly (readonly [name: string, network: SimulatedNetworkOptions])[] = [
  ["calm", {}],
  ["every byte by itself", { splitBytes: 1 }],
  ["splits of three", { splitBytes: 3, delayMs: 2 }],
  ["random splits and delays", { splitBytes: "random", delayMs: [0, 20], acceptDelayMs: [0, 20] }],
  ["tiny buffers", { splitBytes: "random", delayMs: [0, 3], sendBufferBytes: 16, receiveBufferBytes: 16 }],
];

describe.each(WEATHERS)("a listener in this weather: %s", (_, network) => {
  const serve = (options: ServerOptions) => serveIn(options, network);

  it("hears lines whole and in order, however they come", async () => {
    const server = await serve(echo);
    const peer = server.dial("one\ntwo\r\n\n");
    peer.sendSlowly("three\nfour", { bytes: 2, everyMs: 7 });
    await server.pass();
    expect(peer.takeLines()).toEqual(["one", "two", "", "three"]);
    peer.send("\n");
    await server.pass();
    expect(peer.takeLines()).toEqual(["four"]);
  });

  it("serves many at a time, each by itself", async () => {
    const server = await serve(echo);
    const peers = Array.from({ length: 50 }, (__, index) => server.dial(`hello ${index}\n`));
    await server.pass();
    expect(peers.map((peer) => peer.takeLines())).toEqual(peers.map((__, index) => [`hello ${index}`]));
    expect(await server.runtime.call(TestListener, "info")).toMatchObject({ accepted: 50 });
  });

  it("whose acceptor is killed listens again, and its connections live on", async () => {
    const server = await serve(echo);
    const before = server.dial("before\n");
    await server.pass();
    server.runtime.exit(TestListener, "kill");
    await server.pass();
    const after = server.dial("after\n");
    before.send("still\n");
    await server.pass();
    expect([before.takeLines(), after.takeLines()]).toEqual([["before", "still"], ["after"]]);
  });

  it("loses nothing but the connection whose handler crashes", async () => {
    const Fragile = defineConnection({
      name: "Fragile",
      data(ctx, line) {
        if (line.toString() === "crash\n") throw new Error("asked to");
        ctx.send(line);
      },
    });
    const server = await serve({ packet: "line", handler: Fragile.with() });
    server.expectCrashes(1);
    const [first, second] = [server.dial("a\n"), server.dial("b\n")];
    await server.pass();
    first.send("crash\nnever\n");
    second.send("c\n");
    await server.pass();
    expect([first.takeLines(), first.isEnded || first.isClosed]).toEqual([["a"], true]);
    expect(second.takeLines()).toEqual(["b", "c"]);
  });

  it("drains: those at work finish, goodbyes arrive, and nobody comes any more", async () => {
    const server = await serve({ ...echo, handler: Talk.with() });
    const peers = [server.dial("a\n"), server.dial("b\n")] as const;
    await server.pass();
    let isDown = false;
    void server.stop().then(() => (isDown = true));
    await server.pass();
    const late = server.dial("late\n");
    await server.pass();
    expect([isDown, late.errorCode]).toEqual([false, "ECONNREFUSED"]);
    for (const talk of server.processes("Talk")) server.runtime.cast(talk as Ref<TalkProtocol>, "finish");
    await server.pass();
    expect(isDown).toBe(true);
    expect(peers.map((peer) => peer.takeLines())).toEqual([
      ["a", "finished"],
      ["b", "finished"],
    ]);
  });

  it("drains until the deadline at most", async () => {
    const server = await serve({ ...echo, handler: Talk.with(), drainTimeoutMs: 10_000 });
    const peer = server.dial("a\n");
    await server.pass();
    let isDown = false;
    void server.stop().then(() => (isDown = true));
    await server.pass(9_999);
    expect(isDown).toBe(false);
    await server.pass(1_001);
    expect(isDown).toBe(true);
    await server.pass();
    expect(peer.errorCode ?? "ended").toMatch(/ended|ECONNRESET/);
    expect(server.ofType("net:drained")).toMatchObject([{ connections: 1, cut: 1 }]);
  });

  it("says goodbye to those who only listen", async () => {
    const server = await serve(echo);
    const peers = [server.dial("a\n"), server.dial()];
    await server.pass();
    void server.stop();
    await server.pass();
    expect(peers.map((peer) => peer.takeLines())).toEqual([["a", "goodbye"], ["goodbye"]]);
    expect(peers.every((peer) => peer.isEnded)).toBe(true);
  });

  it("closes who is silent for too long, and nobody who says a little now and then", async () => {
    const server = await serve({ ...echo, readTimeoutMs: 30_000 });
    const [silent, slow] = [server.dial("a\n"), server.dial()];
    slow.sendSlowly("a long line\n", { everyMs: 20_000 });
    await server.pass(29_900);
    expect(silent.isEnded).toBe(false);
    await server.pass(300);
    expect(silent.isEnded).toBe(true);
    await server.pass(240_000 - 30_200);
    expect([slow.isEnded, slow.takeLines()]).toEqual([false, ["a long line"]]);
  });

  it("cuts who doesn't read what it is sent, at the limit, and nobody else", async () => {
    const server = await serve({ ...echo, handler: Talk.with(), maxUnsentBytes: 10_000 });
    const [deaf, other] = [server.dial("a\n"), server.dial("b\n")];
    await server.pass();
    deaf.stopReading();
    const [talk] = server.processes("Talk") as [Ref<TalkProtocol>];
    for (let line = 0; line < 200; line += 1) {
      server.runtime.cast(talk, "tell", `${pattern(999)}\n`);
      await server.pass(10);
    }
    await server.pass();
    expect(server.processes("Talk")).toHaveLength(1);
    other.send("c\n");
    await server.pass();
    expect(other.takeLines()).toEqual(["b", "c"]);
    deaf.readOn();
    await server.pass();
    expect(deaf.errorCode).toBe("ECONNRESET");
  });

  it("keeps the lines of several writers whole, and each writer's in order", async () => {
    const server = await serve({ ...echo, handler: Talk.with() });
    const peer = server.dial();
    await server.pass();
    const [talk] = server.processes("Talk") as [Ref<TalkProtocol>];
    const writers = ["a", "b", "c"];
    for (let line = 0; line < 20; line += 1)
      for (const writer of writers) server.runtime.cast(talk, "tell", `${writer} ${line} ${pattern(30)}\n`);
    await server.pass(20_000);
    const lines = peer.takeLines();
    expect(lines).toHaveLength(60);
    for (const writer of writers)
      expect(lines.filter((line) => line.startsWith(writer))).toEqual(
        Array.from({ length: 20 }, (__, index) => `${writer} ${index} ${pattern(30)}`),
      );
  });

  it("answers a peer that has sent its last", async () => {
    const server = await serve(echo);
    const peer = server.dial("ask\n");
    peer.end();
    await server.pass();
    expect(peer.takeLines()).toEqual(["ask"]);
    expect([peer.isClosed, peer.errorCode]).toEqual([true, undefined]);
  });

  it("forgets who resets", async () => {
    const server = await serve(echo);
    const [first, second] = [server.dial("a\n"), server.dial("b\n")];
    await server.pass();
    first.reset();
    await server.pass();
    expect(server.processes("Echo")).toHaveLength(1);
    second.send("c\n");
    await server.pass();
    expect(second.takeLines()).toEqual(["b", "c"]);
  });

  it("notices in the end who was cut off without a word", async () => {
    const server = await serve({ ...echo, readTimeoutMs: Infinity, keepAliveMs: 30_000 });
    const peer = server.dial("a\n");
    await server.pass();
    peer.cut();
    await server.pass(30_000);
    expect(server.processes("Echo")).toHaveLength(1);
    await server.pass(20_000);
    expect(server.processes("Echo")).toEqual([]);
  });

  it("stalls who sends faster than its handler works", async () => {
    const Slow = defineConnection({
      name: "Slow",
      async data(ctx, line) {
        await ctx.exited(ctx.self, 100);
        ctx.send(line);
      },
    });
    const server = await serve({ packet: "line", handler: Slow.with() });
    const peer = server.dial();
    const lines = Array.from({ length: 150 }, (__, index) => `${index} ${pattern(2_000)}`);
    peer.send(lines.map((line) => `${line}\n`).join(""));
    await server.pass(1_000);
    // Two kernels, and what the handler has had in a second: ten lines and the next few reads.
    expect(peer.unsentBytes).toBeGreaterThan(30_000);
    await server.pass(1_000_000);
    expect(peer.takeLines()).toEqual(lines);
  });

  it("refuses whom it has no place for", async () => {
    const server = await serve({ ...echo, maxConnections: 2 });
    const peers = [server.dial("a\n"), server.dial("b\n")];
    await server.pass();
    const third = server.dial("c\n");
    await server.pass();
    expect(third.takeLines()).toEqual([]);
    expect(third.isClosed).toBe(true);
    expect(peers.map((peer) => peer.takeLines())).toEqual([["a"], ["b"]]);
    expect(server.ofType("net:connection_refused")).toHaveLength(1);
  });

  it("goes on after a partition", async () => {
    const server = await serve(echo);
    const peer = server.dial("a\n");
    await server.pass();
    server.network.partition();
    peer.send("b\n");
    await server.pass(20_000);
    expect(peer.takeLines()).toEqual(["a"]);
    server.network.heal();
    await server.pass();
    expect(peer.takeLines()).toEqual(["b"]);
  });
});

describe("an echo", () => {
  it("is the same over every split", async () => {
    const said = "one\ntwo\r\n\nthree and four\n";
    for (let splitBytes = 1; splitBytes <= said.length; splitBytes += 1) {
      const server = await serveIn(echo, { splitBytes });
      const peer = server.dial(said);
      await server.pass();
      expect(peer.takeText(), `in pieces of ${splitBytes}`).toBe(said);
    }
  });
});
