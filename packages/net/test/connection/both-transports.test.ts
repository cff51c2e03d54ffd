/** What a connection's handlers see and do, the same for plain peers and for encrypted ones. */

import { defineInfo, on, type Ref } from "@wheelhouse/actors";
import {
  defineConnection,
  type ConnectionContext,
  type ConnectionHandler,
  type ListenerOptions,
} from "@wheelhouse/net";
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { authority, localhost } from "../certificates.ts";
import type { Peer } from "../peer.ts";
import { socketPath } from "../socket/pairs.ts";
import {
  Inbox,
  TestListener,
  dial,
  gate,
  nextTurn,
  owner,
  serve,
  testRuntime,
  type TestServer,
} from "../support.ts";

const TRANSPORTS: readonly (readonly [string, Pick<ListenerOptions, "tls">])[] = [
  ["plain", {}],
  ["encrypted", { tls: localhost }],
];

describe.each(TRANSPORTS)("a connection, %s", (_, transport) => {
  function listen(handler: ConnectionHandler, options: Partial<ListenerOptions> = {}): Promise<TestServer> {
    return serve({ packet: "line", handler, ...transport, ...options });
  }

  async function connect(server: TestServer): Promise<Peer> {
    const peer = await dial(server.port);
    if (transport.tls !== undefined) await peer.secure({ ca: authority, servername: "localhost" });
    return peer;
  }

  it("43: connected comes first, and what is sent there arrives", async () => {
    const Greeting = defineConnection({
      name: "Greeting",
      connected: (ctx) => void ctx.send("welcome\n"),
      data: () => "close",
    });
    const server = await listen(Greeting.with());
    const peer = await connect(server);
    expect(await peer.readLine()).toBe("welcome");
    await peer.write("bye\n");
    expect(await peer.readAll()).toBe("");
  });

  it("43: each way to end calls exactly one of closed, error and timeout, and then terminate", async () => {
    const calls = new Inbox<string>();
    const Recorder = defineConnection({
      name: "Recorder",
      data(ctx, line) {
        const text = line.toString().trim();
        if (text === "close") ctx.close();
        if (text === "abort") ctx.abort();
        if (text === "return") return "close" as const;
        if (text === "crash") throw new Error("asked to crash");
        ctx.send("ok\n");
      },
      closed: (__, by) => calls.put(`closed ${by}`),
      error: () => calls.put("error"),
      timeout: (__, which) => calls.put(`timeout ${which}`),
      shutdown: () => calls.put("shutdown"),
      terminate: () => calls.put("terminate"),
    });
    const server = await listen(Recorder.with());
    server.events.expectCrashes(1);
    const ways: readonly (readonly [string, (peer: Peer) => unknown, string])[] = [
      ["finish", (peer) => peer.finish(), "closed peer"],
      ["reset", (peer) => peer.reset(), "error"],
      ["close", (peer) => peer.write("close\n"), "closed us"],
      ["return", (peer) => peer.write("return\n"), "closed us"],
      ["abort", (peer) => peer.write("abort\n"), "closed us"],
    ];
    for (const [name, end, expected] of ways) {
      const peer = await connect(server);
      await peer.write("hello\n");
      expect(await peer.readLine()).toBe("ok");
      await end(peer);
      expect([name, ...(await calls.takeMany(2))]).toEqual([name, expected, "terminate"]);
      await peer.destroy();
    }
    const crashing = await connect(server);
    await crashing.write("crash\n");
    expect(await calls.take()).toBe("terminate");
    const last = await connect(server);
    await last.write("hello\n");
    await last.readLine();
    await server.app.stop();
    expect(await calls.takeMany(2)).toEqual(["shutdown", "terminate"]);
    expect(calls.items).toEqual([]);
  });

  it("44: active true gives all as they come, a number so many and then passive", async () => {
    const heard = new Inbox<string>();
    const Counting = defineConnection({
      name: "Counting",
      data: (__, line) => heard.put(line.toString().trim()),
      passive(ctx) {
        heard.put("passive");
        ctx.setOptions({ active: 2 });
      },
    });
    const server = await listen(Counting.with(), { active: 2 });
    const peer = await connect(server);
    await peer.write("a\nb\nc\nd\n");
    expect(await heard.takeMany(6)).toEqual(["a", "b", "passive", "c", "d", "passive"]);
    const all = await listen(Counting.with(), { active: true });
    await (await connect(all)).write("a\nb\nc\n");
    expect(await heard.takeMany(3)).toEqual(["a", "b", "c"]);
  });

  it("44: passive, exactly so many bytes are received; a time-out keeps what came; the end is told once", async () => {
    const heard = new Inbox<unknown>();
    const Passive = defineConnection({
      name: "Passive",
      async connected(ctx) {
        heard.put((await ctx.recv(3)).toString());
        heard.put(await ctx.recv(4, 20));
        ctx.send("now\n");
        heard.put((await ctx.recv(4)).toString());
        heard.put(await ctx.recv());
      },
      data: () => heard.put("data"),
      closed: (__, by) => heard.put(`closed ${by}`),
    });
    const server = await listen(Passive.with(), { packet: "raw", active: false });
    const peer = await connect(server);
    await peer.write("abcde");
    expect(await heard.takeMany(2)).toEqual(["abc", "timeout"]);
    expect(await peer.readLine()).toBe("now");
    await peer.write("fg");
    peer.finish();
    expect(await heard.takeMany(3)).toEqual(["defg", "closed", "closed peer"]);
  });

  it("44: receiving while active is an error value, and modes may be switched", async () => {
    const heard = new Inbox<unknown>();
    const Switching = defineConnection({
      name: "Switching",
      async data(ctx, packet) {
        heard.put(packet.toString());
        ctx.setOptions({ active: false, packet: "raw" });
        heard.put((await ctx.recv(2)).toString());
        ctx.setOptions({ active: "once", packet: "line" });
      },
    });
    const server = await listen(Switching.with());
    const peer = await connect(server);
    await peer.write("one\nxytwo\nzw");
    expect(await heard.takeMany(4)).toEqual(["one\n", "xy", "two\n", "zw"]);
  });

  it("47: handed to another process, its packets come there in order, and its place is free", async () => {
    const made = testRuntime();
    const taker = await owner(made);
    const Hand = defineInfo<Ref>("hand");
    const sockets = new Inbox<unknown>();
    const calls: string[] = [];
    const Giver = defineConnection({
      name: "Giver",
      data: (ctx, line) => void ctx.send(line),
      closed: () => void calls.push("closed"),
      infos: [on(Hand, (ctx: ConnectionContext<{}, void>, to) => sockets.put(ctx.transfer(to)))],
    });
    const server = await serve({ packet: "line", handler: Giver.with(), ...transport }, made);
    const peer = await connect(server);
    await peer.write("mine\n");
    expect(await peer.readLine()).toBe("mine");
    const [giver] = await server.connections();
    server.runtime.inform(giver as Ref, Hand, taker.ref);
    expect(await sockets.take()).toBe("transferred");
    await server.events.until("net:connection_ended");
    expect(await server.info()).toMatchObject({ connections: 0, ended: 1 });
    await peer.write("a\n");
    expect(await taker.heard.take()).toMatchObject({ type: "handed" });
    const message = await taker.heard.take();
    expect(message).toMatchObject({ type: "data", data: Buffer.from("a\n") });
    const { socket } = message;
    await taker.run(() => socket.send("yours\n"));
    expect(await peer.readLine()).toBe("yours");
    expect(calls).toEqual([]);
  });

  it("50: a reply after the peer's end arrives, and shutdownWrite ends after what was sent", async () => {
    const Replying = defineConnection({
      name: "Replying",
      data(ctx, line) {
        ctx.send(line);
        ctx.shutdownWrite();
      },
      async closed(ctx) {
        await nextTurn();
        ctx.send("late\n");
      },
    });
    const Late = defineConnection({
      name: "Late",
      data: () => {},
      async closed(ctx) {
        await nextTurn();
        ctx.send("late\n");
      },
    });
    const peer = await connect(await listen(Late.with()));
    peer.finish();
    expect(await peer.readAll()).toBe("late\n");
    const other = await connect(await listen(Replying.with()));
    await other.write("x\n");
    expect(await other.readAll()).toBe("x\n");
  });

  it("50: whoever stays after the peer's end hears other processes until it closes, and of no other end", async () => {
    const calls = new Inbox<string>();
    const refs = new Inbox<Ref<{ casts: { answer(text: string): void; enough(): void } }>>();
    const Staying = defineConnection<{ casts: { answer(text: string): void; enough(): void } }>({
      name: "Staying",
      data: () => {},
      closed(ctx, by) {
        calls.put(`closed ${by}`);
        refs.put(ctx.self);
        return "stay";
      },
      shutdown: () => calls.put("shutdown"),
      terminate: () => calls.put("terminate"),
      casts: {
        answer: (ctx, text) => void ctx.send(`${text}\n`),
        enough: (ctx) => ctx.close(),
      },
    });
    const server = await listen(Staying.with());
    const peer = await connect(server);
    await peer.write("question\n");
    peer.finish();
    expect(await calls.take()).toBe("closed peer");
    const ref = await refs.take();
    for (const text of ["one", "two"]) {
      server.runtime.cast(ref, "answer", text);
      expect(await peer.readLine()).toBe(text);
    }
    server.runtime.cast(ref, "enough");
    expect(await peer.readAll()).toBe("");
    expect(await calls.take()).toBe("terminate");
    expect(calls.items).toEqual([]);
  });

  it("41: a notice reaches every handler, and its goodbye the peer", async () => {
    const Polite = defineConnection({
      name: "Polite",
      data: (ctx, line) => void ctx.send(line),
      shutdown: (ctx, notice) => void ctx.send(`goodbye: ${String(notice)}\n`),
    });
    const server = await listen(Polite.with());
    const peers = [await connect(server), await connect(server)];
    for (const peer of peers) {
      await peer.write("hello\n");
      await peer.readLine();
    }
    const drained = await server.app.call(TestListener, "drain", { notice: "moving" });
    expect(drained).toEqual({ connections: 2, cut: 0 });
    for (const peer of peers) expect(await peer.readAll()).toBe("goodbye: moving\n");
    expect((await server.info()).status).toBe("suspended");
    await server.app.call(TestListener, "resume");
    await connect(server);
  });

  it("58: what its last handlers send counts, and a file that leaves when it has ended", async () => {
    const path = socketPath();
    writeFileSync(path, Buffer.alloc(3_000_000));
    const Parting = defineConnection({
      name: "Parting",
      data(ctx, line) {
        ctx.send(line);
        if (line.toString() === "file\n") void ctx.sendFile(path);
        ctx.send("end\n");
        return "close" as const;
      },
      closed: (ctx) => void ctx.send("bye"),
      terminate: (ctx) => void ctx.send("!"),
    });
    const server = await listen(Parting.with());
    for (const [line, bytes] of [
      ["hello\n", 14],
      ["file\n", 3_000_013],
    ] as const) {
      const before = (await server.info()).bytesWritten;
      const peer = await connect(server);
      await peer.write(line);
      expect((await peer.readAll()).length).toBe(bytes);
      expect((await server.info()).bytesWritten - before).toBe(bytes);
      peer.finish();
    }
    const [first, second] = await server.events.until("net:connection_ended", 2);
    expect(first).toMatchObject({ bytesWritten: 14, packetsWritten: 4 });
    // Its end is its process's: what a file has still to send isn't known then.
    expect(second).toMatchObject({ bytesWritten: 5 });
  });

  it("46: all data comes before the end", async () => {
    const heard: string[] = [];
    const ended = gate();
    const Slow = defineConnection({
      name: "Slow",
      async data(__, line) {
        await nextTurn();
        heard.push(line.toString());
      },
      closed: () => ended.open(),
    });
    const peer = await connect(await listen(Slow.with()));
    const lines = Array.from({ length: 300 }, (__, index) => `${index}\n`);
    await peer.write(lines.join(""));
    peer.finish();
    await ended.opened;
    expect(heard).toEqual(lines);
  });
});
