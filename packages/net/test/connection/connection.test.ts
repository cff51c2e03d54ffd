import { defineInfo, on, provide, type Ref } from "@wheelhouse/actors";
import { defineConnection, type ConnectionContext } from "@wheelhouse/net";
import { NetworkPort } from "@wheelhouse/net/socket";
import { describe, expect, it } from "vitest";
import type { SocketContext } from "../../src/connection/socket-context.ts";
import { FakeNetwork } from "../fake-network.ts";
import { Inbox, dial, gate, nextTurn, serve, testRuntime, type TestServer } from "../support.ts";

/** Understood by connections that a test wants to speak to. */
interface TalkProtocol {
  calls: { bytesRead(): number };
  casts: { tell(text: string): void; pause(): void; resume(): void };
}

/** A line server that answers `crash` by crashing and everything else by itself. */
const Echo = defineConnection<TalkProtocol>({
  name: "Echo",
  data(ctx, line) {
    if (line.toString().trim() === "crash") throw new Error("asked to crash");
    ctx.send(line);
  },
  calls: { bytesRead: (ctx) => ctx.stats.bytesRead },
  casts: {
    tell: (ctx, text) => void ctx.send(text),
    pause: (ctx) => ctx.pause(),
    resume: (ctx) => ctx.resume(),
  },
});

/** The one living connection, which understands what a test says it does. */
async function onlyConnection(server: TestServer): Promise<Ref<TalkProtocol>> {
  await server.events.until("process_started", 5);
  const [ref] = await server.connections();
  return ref as Ref<TalkProtocol>;
}

/** Resolves when no connection lives. */
async function untilAlone(server: TestServer, ended: number): Promise<void> {
  await server.events.when(
    () =>
      server.events.ofType("process_ended").filter(({ process }) => process.label !== "Acceptor").length >=
      ended,
  );
}

/** A listener in memory. */
async function serveFake(options: Parameters<typeof serve>[0]): Promise<[TestServer, FakeNetwork]> {
  const network = new FakeNetwork();
  return [await serve(options, testRuntime([provide(NetworkPort, network)])), network];
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}

describe("packets (behaviours 44, 45)", () => {
  it("are handled one by one, however many come in one chunk", async () => {
    const order: string[] = [];
    const done = gate();
    const Ordered = defineConnection<{ casts: { after(packet: string): void } }>({
      name: "Ordered",
      data(ctx, line) {
        const packet = line.toString().trim();
        order.push(packet);
        // Were the next packet here already, it would be before this in the mailbox.
        ctx.cast(ctx.self, "after", packet);
      },
      casts: {
        after(_, packet) {
          order.push(`after ${packet}`);
          if (packet === "c") done.open();
        },
      },
    });
    const server = await serve({ packet: "line", handler: Ordered.with() });
    const peer = await dial(server.port);
    await peer.write("a\nb\nc\n");
    await done.opened;
    expect(order).toEqual(["a", "after a", "b", "after b", "c", "after c"]);
  });

  it("wait while an asynchronous handler is at work", async () => {
    const heard = new Inbox<string>();
    const doors = [gate(), gate()];
    const Slow = defineConnection({
      name: "Slow",
      async data(_, line) {
        heard.put(line.toString());
        await doors.shift()?.opened;
      },
    });
    const server = await serve({ packet: "line", handler: Slow.with() });
    const peer = await dial(server.port);
    const [first, second] = doors;
    await peer.write("a\nb\n");
    expect(await heard.take()).toBe("a\n");
    await turns(20);
    expect(heard.items).toEqual([]);
    first?.open();
    expect(await heard.take()).toBe("b\n");
    second?.open();
  });

  it("all come before the end, also when they are handled slowly (behaviour 46)", async () => {
    const told: string[] = [];
    const ended = gate();
    const Slow = defineConnection({
      name: "Slow",
      async data(_, line) {
        await nextTurn();
        told.push(line.toString());
      },
      closed(_, by) {
        told.push(by);
        ended.open();
      },
    });
    const server = await serve({ packet: "line", handler: Slow.with() });
    const peer = await dial(server.port);
    const lines = Array.from({ length: 200 }, (_, index) => `${index}\n`);
    await peer.write(lines.join(""));
    peer.finish();
    await ended.opened;
    expect(told).toEqual([...lines, "peer"]);
  });

  it("pause keeps them away until resume", async () => {
    const server = await serve({ packet: "line", handler: Echo.with() });
    const peer = await dial(server.port);
    const connection = await onlyConnection(server);
    server.app.runtime.cast(connection, "pause");
    await peer.write("held\n");
    await turns(20);
    server.app.runtime.cast(connection, "tell", "before\n");
    expect(await peer.readLine()).toBe("before");
    server.app.runtime.cast(connection, "resume");
    expect(await peer.readLine()).toBe("held");
  });

  it("a number that is added in a pause adds to what was left before it", async () => {
    const told: string[] = [];
    const Counting = defineConnection({
      name: "Counting",
      data(ctx, line) {
        told.push(line.toString().trim());
        if (told.length !== 2) return;
        ctx.pause();
        ctx.setOptions({ active: 4 });
        ctx.resume();
        ctx.send("go on\n");
      },
      passive: (ctx) => ctx.close(),
    });
    const server = await serve({ packet: "line", active: 5, handler: Counting.with() });
    const peer = await dial(server.port);
    await peer.write("1\n2\n");
    expect(await peer.readLine()).toBe("go on");
    await peer.write(Array.from({ length: 20 }, (_, line) => `${line + 3}\n`).join(""));
    await peer.gone();
    expect(told).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
  });

  it("a number that takes in a pause what was left ends the reading, and is told", async () => {
    const told: string[] = [];
    const Counting = defineConnection({
      name: "Counting",
      data(ctx, line) {
        told.push(line.toString().trim());
        ctx.pause();
        ctx.setOptions({ active: -9 });
        ctx.resume();
      },
      passive(ctx) {
        told.push("passive");
        ctx.close();
      },
    });
    const server = await serve({ packet: "line", active: 5, handler: Counting.with() });
    const peer = await dial(server.port);
    await peer.write("1\n");
    await peer.gone();
    expect(told).toEqual(["1", "passive"]);
  });

  it("a pause and a resume within a handler change nothing", async () => {
    const Nervous = defineConnection({
      name: "Nervous",
      data(ctx, line) {
        ctx.pause();
        ctx.resume();
        ctx.send(line);
      },
    });
    const server = await serve({ packet: "line", handler: Nervous.with() });
    const peer = await dial(server.port);
    await peer.write("a\nb\n");
    expect([await peer.readLine(), await peer.readLine()]).toEqual(["a", "b"]);
  });

  it("over the limit are skipped and told, or end the connection where nobody wants to know", async () => {
    const Tolerant = defineConnection({
      name: "Tolerant",
      data: (ctx, line) => void ctx.send(line),
      overlong: (ctx) => void ctx.send("too long\n"),
    });
    const tolerant = await serve({
      packet: "line",
      maxPacketBytes: 8,
      overlong: "skip",
      handler: Tolerant.with(),
    });
    const peer = await dial(tolerant.port);
    await peer.write("this is far too long\nfine\n");
    expect([await peer.readLine(), await peer.readLine()]).toEqual(["too long", "fine"]);

    const strict = await serve({ packet: "line", maxPacketBytes: 8, handler: Echo.with() });
    const cut = await dial(strict.port);
    await cut.write("fine\nthis is far too long\nfine\n");
    expect(await cut.readAll()).toBe("fine\n");
  });

  it("may become longer from one to the next", async () => {
    const Growing = defineConnection({
      name: "Growing",
      data(ctx, line) {
        ctx.setOptions({ maxPacketBytes: 32 });
        ctx.send(line);
      },
    });
    const server = await serve({ packet: "line", maxPacketBytes: 8, handler: Growing.with() });
    const peer = await dial(server.port);
    await peer.write("short\nlonger than eight\n");
    expect([await peer.readLine(), await peer.readLine()]).toEqual(["short", "longer than eight"]);
  });

  it.each([{ readTimeoutMs: -1 }, { maxPacketByte: 5 }, { active: "twice" }])(
    "stays as it is when what comes with it is wrong: %o",
    async (wrong) => {
      const Changing = defineConnection({
        name: "Changing",
        data(ctx, line) {
          try {
            ctx.setOptions({ maxPacketBytes: 32, ...wrong } as never);
          } catch (error) {
            ctx.send(`${(error as Error).name}\n`);
          }
          ctx.send(line);
        },
        overlong: (ctx) => void ctx.send("too long\n"),
      });
      const server = await serve({
        packet: "line",
        maxPacketBytes: 8,
        overlong: "skip",
        handler: Changing.with(),
      });
      const peer = await dial(server.port);
      await peer.write("short\nlonger than eight\n");
      const lines = [await peer.readLine(), await peer.readLine(), await peer.readLine()];
      expect(lines).toEqual(["RangeError", "short", "too long"]);
    },
  );
});

describe("back-pressure (behaviours 45, 56)", () => {
  it("stops reading from a peer that doesn't read, until it does", async () => {
    const [server, network] = await serveFake({ packet: "line", handler: Echo.with() });
    const stream = network.dial();
    await onlyConnection(server);
    stream.writable = false;
    stream.arrive("a\n");
    await turns(5);
    expect(stream.writes).toEqual(["a\n"]);
    // This one was asked for before the write was tried.
    stream.arrive("b\n");
    await turns(5);
    stream.arrive("c\n");
    stream.arrive("d\n");
    await turns(5);
    expect(stream.reading).toBe(false);
    expect(stream.writes).toEqual(["a\n", "b\n"]);
    stream.drain();
    await turns(5);
    expect(stream.reading).toBe(true);
    expect(stream.writes.join("")).toBe("a\nb\nc\nd\n");
  });

  it("keeps memory flat while an echo's peer doesn't read, and loses nothing", async () => {
    let mostUnsent = 0;
    const blocked = gate();
    const Watched = defineConnection({
      name: "Watched",
      async data(ctx, bytes) {
        ctx.send(bytes);
        await nextTurn();
        const { socket } = ctx as unknown as SocketContext;
        mostUnsent = Math.max(mostUnsent, socket.unsentBytes);
        if (!socket.writable) blocked.open();
      },
    });
    const server = await serve({ handler: Watched.with() });
    const peer = await dial(server.port);
    peer.pause();
    const bytes = 48_000_000;
    const written = peer.write(Buffer.alloc(bytes, "abcdefg"));
    await blocked.opened;
    await turns(50);
    expect(peer.unsentBytes).toBeGreaterThan(0);
    expect(mostUnsent).toBeLessThanOrEqual(3 * 65_536);
    peer.resume();
    expect((await peer.readBytes(bytes)).equals(Buffer.alloc(bytes, "abcdefg"))).toBe(true);
    await written;
    expect(mostUnsent).toBeLessThanOrEqual(3 * 65_536);
  });

  it("cuts off a peer that doesn't read what others send it, and tells nobody else", async () => {
    const server = await serve({ packet: "line", maxUnsentBytes: 100_000, handler: Echo.with() });
    const peer = await dial(server.port);
    const connection = await onlyConnection(server);
    const other = await dial(server.port);
    peer.pause();
    const text = "x".repeat(60_000);
    for (let round = 0; round < 2_000 && server.events.ofType("process_ended").length === 0; round += 1) {
      server.app.runtime.cast(connection, "tell", text);
      await nextTurn();
    }
    expect(server.events.ofType("process_ended")).toMatchObject([
      { process: connection, reason: { shutdown: "the peer doesn't read" } },
    ]);
    await other.write("fine\n");
    expect(await other.readLine()).toBe("fine");
  });

  it("writes all that a burst brought in one system call", async () => {
    const Chatty = defineConnection({
      name: "Chatty",
      data(ctx, line) {
        ctx.send("you said ");
        ctx.send(line);
      },
    });
    const [, network] = await serveFake({ packet: "line", handler: Chatty.with() });
    const stream = network.dial();
    await turns(5);
    stream.arrive("a\nb\nc\n");
    await turns(5);
    expect(stream.writes).toEqual(["you said a\nyou said b\nyou said c\n"]);
  });
});

describe("isolation (behaviours 37, 38)", () => {
  it("a crash closes that socket and no other", async () => {
    const server = await serve({ packet: "line", handler: Echo.with() });
    server.events.expectCrashes(1);
    const crashing = await dial(server.port);
    const other = await dial(server.port);
    await crashing.write("before\ncrash\nafter\n");
    expect(await crashing.readAll()).toBe("before\n");
    await other.write("fine\n");
    expect(await other.readLine()).toBe("fine");
  });

  it("a kill closes that socket and no other", async () => {
    const server = await serve({ packet: "line", handler: Echo.with() });
    const killed = await dial(server.port);
    server.runtime.exit(await onlyConnection(server), "kill");
    expect(await killed.closed()).toBe("ECONNRESET");
    const other = await dial(server.port);
    await other.write("fine\n");
    expect(await other.readLine()).toBe("fine");
  });

  it.each([
    ["throws", () => Promise.reject(new Error("no")), 1],
    ["rejects later", () => nextTurn().then(() => Promise.reject(new Error("no"))), 1],
    ["stops", (ctx: ConnectionContext) => ctx.stop(), 0],
  ] as const)("an init that %s closes that socket and no other", async (_, init, crashes) => {
    const terminated: unknown[] = [];
    let connections = 0;
    const Choosy = defineConnection({
      name: "Choosy",
      init(ctx) {
        connections += 1;
        return connections === 1 ? init(ctx as ConnectionContext) : undefined;
      },
      data: (ctx, line) => void ctx.send(line),
      terminate: (_ctx, reason) => void terminated.push(reason),
    });
    const server = await serve({ packet: "line", handler: Choosy.with() });
    server.events.expectCrashes(crashes);
    const refused = await dial(server.port);
    expect(await refused.readAll()).toBe("");
    // What never began isn't ended.
    expect(terminated).toEqual(crashes === 1 ? [] : ["normal"]);
    const welcome = await dial(server.port);
    await welcome.write("fine\n");
    expect(await welcome.readLine()).toBe("fine");
    expect(await server.info()).toMatchObject({ connections: 1, accepted: 2, ended: 1, refused: {} });
  });

  it("an init that takes its time holds up nobody else, and loses nothing that came meanwhile", async () => {
    const doors: ReturnType<typeof gate>[] = [];
    const first = gate();
    const Slow = defineConnection<{}, string>({
      name: "Slow",
      async init() {
        const door = gate();
        doors.push(door);
        if (doors.length === 1) {
          first.open();
          await door.opened;
        }
        return `${doors.length} `;
      },
      data: (ctx, line) => void ctx.send(ctx.state + line.toString()),
    });
    const server = await serve({ packet: "line", handler: Slow.with() });
    const waiting = await dial(server.port);
    await waiting.write("early\n");
    await first.opened;
    const quick = await dial(server.port);
    await quick.write("hello\n");
    expect(await quick.readLine()).toBe("2 hello");
    doors[0]?.open();
    expect(await waiting.readLine()).toBe("2 early");
  });

  it("a peer that is gone before its handler starts harms nobody", async () => {
    const server = await serve({ packet: "line", handler: Echo.with() });
    for (let round = 0; round < 100; round += 1) (await dial(server.port)).reset();
    const peer = await dial(server.port);
    await peer.write("fine\n");
    expect(await peer.readLine()).toBe("fine");
    await server.events.when(() => server.events.ofType("process_ended").length === 100);
    expect(await server.connections()).toHaveLength(1);
  });

  it("a thousand disconnects and a thousand crashes never touch the supervisor", async () => {
    const server = await serve({ packet: "line", handler: Echo.with() });
    const supervisor = await server.supervisor();
    const acceptor = await server.acceptor();
    server.events.expectCrashes(1_000);
    const neighbour = await dial(server.port);
    for (let round = 0; round < 40; round += 1) {
      const peers = await Promise.all(Array.from({ length: 50 }, () => dial(server.port)));
      for (const [index, peer] of peers.entries()) {
        if (index % 2 === 0) peer.finish();
        else await peer.write("crash\n");
      }
      await Promise.all(peers.map((peer) => peer.gone()));
      await Promise.all(peers.map((peer) => peer.destroy()));
    }
    await untilAlone(server, 2_000);
    expect(await server.supervisor()).toBe(supervisor);
    expect(await server.acceptor()).toBe(acceptor);
    expect(await server.connections()).toHaveLength(1);
    expect(await server.info()).toMatchObject({ accepted: 2_001, connections: 1 });
    expect(server.events.ofType("child_restarted")).toEqual([]);
    await neighbour.write("fine\n");
    expect(await neighbour.readLine()).toBe("fine");
  });
});

describe("callbacks (behaviours 43, 48)", () => {
  it("answers calls and hears casts, topics' messages and monitors, between packets", async () => {
    const News = defineInfo<string>("news");
    const Rich = defineConnection<TalkProtocol, number, { readonly greeting: string }>({
      name: "Rich",
      init(ctx, { greeting }) {
        ctx.send(`${greeting}\n`);
        return 0;
      },
      data(ctx) {
        ctx.state += 1;
        ctx.send(`${ctx.state}\n`);
      },
      calls: { bytesRead: (ctx) => ctx.stats.bytesRead },
      casts: { tell: (ctx, text) => void ctx.send(text), pause: () => {}, resume: () => {} },
      infos: [on(News, (ctx, news) => ctx.cast(ctx.self, "tell", `${news}\n`))],
    });
    const server = await serve({ packet: "line", handler: Rich.with({ greeting: "welcome" }) });
    const peer = await dial(server.port);
    expect(await peer.readLine()).toBe("welcome");
    await peer.write("12345\n");
    expect(await peer.readLine()).toBe("1");
    const connection = await onlyConnection(server);
    expect(await server.app.call(connection, "bytesRead")).toBe(6);
    server.app.cast(connection, "tell", "told\n");
    server.runtime.inform(connection, News, "news");
    expect([await peer.readLine(), await peer.readLine()]).toEqual(["told", "news"]);
  });

  /** Tells what it was called with. */
  function recorder(calls: Inbox<string>, extra: { readonly closes?: boolean } = {}) {
    return defineConnection({
      name: "Recorder",
      data(ctx, line) {
        calls.put(line.toString().trim());
        if (extra.closes === true) ctx.close();
      },
      closed(ctx, by) {
        ctx.send("answer\n");
        calls.put(`closed ${by}`);
      },
      error: (_, error) => calls.put(`error ${error.message}`),
      terminate: (_, reason) => calls.put(`terminate ${typeof reason === "string" ? reason : "shutdown"}`),
    });
  }

  it("the peer's close calls closed once, and what is written there arrives (behaviour 50)", async () => {
    const calls = new Inbox<string>();
    const server = await serve({ packet: "line", handler: recorder(calls).with() });
    const peer = await dial(server.port);
    await peer.write("question\n");
    peer.finish();
    expect(await calls.takeMany(3)).toEqual(["question", "closed peer", "terminate normal"]);
    expect(await peer.readAll()).toBe("answer\n");
    await peer.closed();
    expect(calls.items).toEqual([]);
  });

  it("43: a reset calls error once", async () => {
    const calls = new Inbox<string>();
    const server = await serve({ packet: "line", handler: recorder(calls).with() });
    const peer = await dial(server.port);
    await peer.write("question\n");
    expect(await calls.take()).toBe("question");
    peer.reset();
    expect(await calls.takeMany(2)).toEqual(["error read ECONNRESET", "terminate shutdown"]);
    expect(calls.items).toEqual([]);
  });

  it("43: one's own close calls closed once, and what is written there arrives", async () => {
    const calls = new Inbox<string>();
    const server = await serve({ packet: "line", handler: recorder(calls, { closes: true }).with() });
    const peer = await dial(server.port);
    await peer.write("question\nmore\n");
    expect(await calls.takeMany(3)).toEqual(["question", "closed us", "terminate normal"]);
    expect(await peer.readAll()).toBe("answer\n");
    peer.finish();
    expect(await peer.closed()).toBeUndefined();
    expect(calls.items).toEqual([]);
  });

  it("shutdownWrite sends FIN after what was written, however much, and packets still come", async () => {
    const heard = new Inbox<string>();
    const Last = defineConnection({
      name: "Last",
      data(ctx, line) {
        heard.put(line.toString());
        ctx.send(Buffer.alloc(900_000, "x"));
        ctx.shutdownWrite();
      },
    });
    const server = await serve({ packet: "line", handler: Last.with() });
    const peer = await dial(server.port);
    peer.pause();
    await peer.write("a\n");
    expect(await heard.take()).toBe("a\n");
    await peer.write("b\n");
    peer.resume();
    expect(await peer.readAll()).toHaveLength(900_000);
    expect(await heard.take()).toBe("b\n");
  });

  it("knows both ends", async () => {
    const ends = new Inbox<unknown>();
    const Ends = defineConnection({
      name: "Ends",
      init: ({ local, remote }) => ends.put([local, remote]),
      data: () => {},
    });
    const server = await serve({ handler: Ends.with() });
    const peer = await dial(server.port);
    expect(await ends.take()).toEqual([
      { host: "127.0.0.1", port: server.port },
      { host: "127.0.0.1", port: peer.localPort },
    ]);
  });
});
