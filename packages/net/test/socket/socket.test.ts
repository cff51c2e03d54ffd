import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import {
  accept,
  connect,
  listen,
  type ListenSocket,
  type OpenOptions,
  type Socket,
} from "@wheelhouse/net/socket";
import { Peer } from "../peer.ts";
import { dial, gate, nextTurn, owner, peerAfterTest, testRuntime, type Owner } from "../support.ts";

interface Pair {
  readonly server: Owner;
  readonly listening: ListenSocket;
  readonly socket: Socket;
  readonly peer: Peer;
}

/** A process with a socket, and the peer at its other end. */
async function pair(options: OpenOptions = {}): Promise<Pair> {
  const server = await owner();
  const listening = await server.run((ctx) => listen(ctx, { port: 0 }));
  const peer = await dial(listening.local.port);
  return { server, listening, peer, socket: await acceptOne(server, listening, options) };
}

async function acceptOne(server: Owner, listening: ListenSocket, options: OpenOptions): Promise<Socket> {
  const socket = await server.run((ctx) => accept(ctx, listening, options));
  if (socket === "closed") throw new Error("expected a connection, got: closed");
  return socket;
}

/** What the owner hears next, in short. */
async function hear({ server }: Pick<Pair, "server">): Promise<string> {
  const message = await server.heard.take();
  if (message.type === "data") return message.data.toString();
  if (message.type === "closed") return message.error === undefined ? "<closed>" : "<broken>";
  return `<${message.type}>`;
}

async function hearMany(server: Pick<Pair, "server">, count: number): Promise<readonly string[]> {
  const heard: string[] = [];
  for (let index = 0; index < count; index += 1) heard.push(await hear(server));
  return heard;
}

/** Resolves when the socket has read so many bytes. */
async function untilRead(socket: Socket, bytes: number): Promise<void> {
  for (let turn = 0; turn < 10_000 && socket.stats.bytesRead < bytes; turn += 1) await nextTurn();
  expect(socket.stats.bytesRead).toBe(bytes);
}

describe("listening and accepting (behaviour 31)", () => {
  it("tells which port it got for 0, and both ends of a connection", async () => {
    const { listening, socket, peer } = await pair();
    expect(listening.local.host).toBe("127.0.0.1");
    expect(listening.local.port).toBeGreaterThan(0);
    expect(socket.local).toEqual(listening.local);
    expect(socket.remote).toEqual({ host: "127.0.0.1", port: peer.localPort });
  });

  it("accepts whoever came before it was asked, in order", async () => {
    const server = await owner();
    const listening = await server.run((ctx) => listen(ctx, { port: 0 }));
    const first = await dial(listening.local.port);
    const second = await dial(listening.local.port);
    expect((await acceptOne(server, listening, {})).remote.port).toBe(first.localPort);
    expect((await acceptOne(server, listening, {})).remote.port).toBe(second.localPort);
  });

  it("answers closed to who waits for a connection, and to who asks after the end", async () => {
    const server = await owner();
    const other = await owner();
    const listening = await server.run((ctx) => listen(ctx, { port: 0 }));
    const waiting = other.run((ctx) => accept(ctx, listening));
    await server.run(() => listening.close());
    expect(await waiting).toBe("closed");
    expect(await server.run((ctx) => accept(ctx, listening))).toBe("closed");
  });

  it("refuses who was not accepted when it closes, and leaves the others alone", async () => {
    const { server, listening, socket, peer } = await pair();
    const unaccepted = await dial(listening.local.port);
    await nextTurn();
    await server.run(() => listening.close());
    expect(await unaccepted.closed()).toBe("ECONNRESET");
    expect(await server.run((ctx) => accept(ctx, listening))).toBe("closed");
    socket.send("still here\n");
    expect(await peer.readLine()).toBe("still here");
  });

  it("stops listening when its owner ends", async () => {
    const made = testRuntime();
    const server = await owner(made);
    const listening = await server.run((ctx) => listen(ctx, { port: 0 }));
    made.runtime.exit(server.ref, "kill");
    await expect(Peer.connect(listening.local.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("has a typed error for an address in use, and one that isn't there", async () => {
    const server = await owner();
    const { local } = await server.run((ctx) => listen(ctx, { port: 0 }));
    await expect(server.run((ctx) => listen(ctx, { port: local.port }))).rejects.toMatchObject({
      name: "ListenError",
      code: "address_in_use",
      endpoint: local,
      message: `can't listen on 127.0.0.1:${local.port}: another program listens there`,
    });
    await expect(server.run((ctx) => listen(ctx, { port: 0, host: "192.0.2.1" }))).rejects.toMatchObject({
      code: "address_not_available",
    });
  });
});

describe("connecting", () => {
  it("owns the connection it made", async () => {
    const client = await owner();
    const accepted = gate();
    const listener = createServer((plain) => {
      peerAfterTest(new Peer(plain)).finish();
      accepted.open();
    });
    await new Promise<void>((resolve) => {
      listener.listen(0, "127.0.0.1", resolve);
    });
    const { port } = listener.address() as { port: number };
    const socket = await client.run((ctx) => connect(ctx, { host: "127.0.0.1", port }));
    await accepted.opened;
    expect(socket.remote).toEqual({ host: "127.0.0.1", port });
    expect(await hear({ server: client })).toBe("<closed>");
    listener.close();
  });

  it("has a typed error when nobody answers", async () => {
    const made = testRuntime();
    const server = await owner(made);
    const { local } = await server.run(async (ctx) => {
      const listening = await listen(ctx, { port: 0 });
      listening.close();
      return listening;
    });
    const client = await owner(made);
    await expect(client.run((ctx) => connect(ctx, local))).rejects.toMatchObject({
      name: "ConnectError",
      code: "connect_failed",
      endpoint: local,
    });
  });
});

describe("active modes (behaviour 44)", () => {
  it("true: gives every packet as it comes", async () => {
    const made = await pair({ packet: "line", active: true });
    await made.peer.write("a\nb\nc\n");
    expect(await hearMany(made, 3)).toEqual(["a\n", "b\n", "c\n"]);
  });

  it("once: gives one packet, and the next when asked again", async () => {
    const made = await pair({ packet: "line", active: "once" });
    await made.peer.write("a\nb\nc\n");
    expect(await hear(made)).toBe("a\n");
    await untilRead(made.socket, 6);
    expect(made.server.heard.items).toEqual([]);
    expect(made.socket.active).toBe(false);
    await made.server.run(() => made.socket.setActive("once"));
    expect(await hear(made)).toBe("b\n");
    expect(made.server.heard.items).toEqual([]);
  });

  it("false: gives nothing until received, one packet for each", async () => {
    const made = await pair({ packet: "line", active: false });
    await made.peer.write("a\nb\n");
    expect(await made.server.run(() => made.socket.receive())).toEqual(Buffer.from("a\n"));
    expect(await made.server.run(() => made.socket.receive())).toEqual(Buffer.from("b\n"));
    expect(made.server.heard.items).toEqual([]);
  });

  it("receive waits for a packet that isn't whole yet", async () => {
    const { server, socket, peer } = await pair({ packet: "line", active: false });
    const received = server.run(() => socket.receive());
    await peer.write("in two ");
    await untilRead(socket, 7);
    await peer.write("parts\n");
    expect(await received).toEqual(Buffer.from("in two parts\n"));
  });

  it("receive is an error value while active, and while another receive waits", async () => {
    const { server, socket, peer } = await pair({ active: true });
    expect(await server.run(() => socket.receive())).toBe("active");
    await server.run(() => socket.setActive(false));
    const first = server.run(() => {
      const waiting = socket.receive();
      return Promise.all([waiting, socket.receive()]);
    });
    await peer.write("x");
    expect(await first).toEqual([Buffer.from("x"), "active"]);
  });

  it("delivers what is held when it becomes active", async () => {
    const made = await pair({ packet: "line", active: "once" });
    await made.peer.write("a\nb\nc\n");
    expect(await hear(made)).toBe("a\n");
    await made.server.run(() => made.socket.setActive(true));
    expect(await hearMany(made, 2)).toEqual(["b\n", "c\n"]);
  });

  it("a passive socket reads nothing, so that its peer has to wait", async () => {
    const { socket, peer } = await pair({ active: false });
    await peer.write("hello");
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    expect(socket.stats.bytesRead).toBe(0);
  });

  it("tells of an overlong packet once, and goes on after it", async () => {
    const made = await pair({ packet: "line", maxPacketBytes: 4, active: true });
    await made.peer.write("far too long\nabc\n");
    expect(await hearMany(made, 2)).toEqual(["<overlong>", "abc\n"]);
    await made.server.run(() => made.socket.setActive(false));
    await made.peer.write("far too long\n");
    expect(await made.server.run(() => made.socket.receive())).toBe("overlong");
    expect(made.socket.stats.packetsRead).toBe(1);
  });
});

describe("the end of a connection (behaviours 46, 50)", () => {
  it("delivers all data first, and then one closed message", async () => {
    const made = await pair({ packet: "line", active: true });
    await made.peer.write("a\nb\n");
    made.peer.finish();
    expect(await hearMany(made, 3)).toEqual(["a\n", "b\n", "<closed>"]);
    await made.server.run(() => made.socket.close());
    await made.peer.closed();
    expect(made.server.heard.items).toEqual([]);
  });

  it("keeps the closed message behind data that nobody has asked for yet", async () => {
    const made = await pair({ packet: "line", active: "once" });
    await made.peer.write("a\nb\n");
    made.peer.finish();
    expect(await hear(made)).toBe("a\n");
    for (const next of ["b\n", "<closed>"]) {
      expect(made.server.heard.items).toEqual([]);
      await made.server.run(() => made.socket.setActive("once"));
      expect(await hear(made)).toBe(next);
    }
  });

  it("receive gives all data first, and then closed, as often as asked", async () => {
    const { server, socket, peer } = await pair({ packet: "line", active: false });
    await peer.write("a\n");
    peer.finish();
    expect(await server.run(() => socket.receive())).toEqual(Buffer.from("a\n"));
    expect(await server.run(() => socket.receive())).toBe("closed");
    expect(await server.run(() => socket.receive())).toBe("closed");
  });

  it("a receive that waits is answered closed when its own process closes", async () => {
    const { server, socket } = await pair({ active: false });
    const received = server.run(() => {
      const waiting = socket.receive();
      socket.close();
      return waiting;
    });
    expect(await received).toBe("closed");
    expect(await server.run(() => socket.receive())).toBe("closed");
  });

  it("drops the piece of a line that never came to its end", async () => {
    const made = await pair({ packet: "line", active: true });
    await made.peer.write("whole\nhal");
    made.peer.finish();
    expect(await hearMany(made, 2)).toEqual(["whole\n", "<closed>"]);
  });

  it("tells a reset from a close", async () => {
    const made = await pair({ active: true });
    made.peer.reset();
    const message = await made.server.heard.take();
    expect(message).toMatchObject({ type: "closed", error: { code: "ECONNRESET" } });
    await made.server.run(() => made.socket.close());
    expect(made.server.heard.items).toEqual([]);
  });

  it("answers closed to a send after a reset, instead of crashing", async () => {
    const made = await pair({ active: true });
    made.peer.reset();
    expect(await hear(made)).toBe("<broken>");
    expect(await made.server.run(() => made.socket.send("x"))).toBe("closed");
  });

  it("a reply after the peer's FIN arrives", async () => {
    const made = await pair({ packet: "line", active: true });
    await made.peer.write("question\n");
    made.peer.finish();
    expect(await hearMany(made, 2)).toEqual(["question\n", "<closed>"]);
    expect(await made.server.run(() => made.socket.send("answer\n"))).toBe("sent");
    await made.server.run(() => made.socket.close());
    expect(await made.peer.readAll()).toBe("answer\n");
    expect(await made.peer.closed()).toBeUndefined();
  });

  it("shutdown sends FIN after the queue, and packets still come", async () => {
    const made = await pair({ packet: "line", active: true });
    const large = "x".repeat(500_000);
    await made.server.run(() => {
      made.socket.send(large);
      made.socket.send("last\n");
      made.socket.shutdown();
      expect(made.socket.send("too late\n")).toBe("closed");
    });
    expect(await made.peer.readAll()).toBe(`${large}last\n`);
    await made.peer.write("heard\n");
    made.peer.finish();
    expect(await hearPackets(made)).toEqual(["heard\n", "<closed>"]);
  });

  it("says that it may write again also once shutdown was asked for", async () => {
    const made = await pair({ active: true, maxUnsentBytes: 64_000_000 });
    made.peer.pause();
    await made.server.run(() => made.socket.send(Buffer.alloc(32_000_000)));
    await made.server.run(() => made.socket.shutdown());
    expect(made.socket.writable).toBe(false);
    made.peer.resume();
    expect(await hear(made)).toBe("<drained>");
    expect(made.socket.writable).toBe(true);
  });

  it("close sends what was written before, abort drops it", async () => {
    const polite = await pair();
    await polite.server.run(() => {
      polite.socket.send("goodbye");
      polite.socket.close();
      expect(polite.socket.send("too late")).toBe("closed");
    });
    expect(await polite.peer.readAll()).toBe("goodbye");

    const abrupt = await pair();
    await abrupt.server.run(() => {
      abrupt.socket.send("never seen");
      abrupt.socket.abort();
      expect(abrupt.socket.send("too late")).toBe("closed");
    });
    expect(await abrupt.peer.closed()).toBe("ECONNRESET");
    expect(await abrupt.peer.readAll()).toBe("");
  });

  /** What comes besides notices that there is room to write. */
  async function hearPackets(made: Pair): Promise<readonly string[]> {
    const heard: string[] = [];
    while (heard.at(-1) !== "<closed>") {
      const next = await hear(made);
      if (next !== "<drained>") heard.push(next);
    }
    return heard;
  }
});

describe("owners (behaviour 48)", () => {
  it("closes with its process, after what was written", async () => {
    const made = testRuntime();
    const server = await owner(made);
    const listening = await server.run((ctx) => listen(ctx, { port: 0 }));
    const peer = await dial(listening.local.port);
    const socket = await acceptOne(server, listening, {});
    await server.run((ctx) => {
      socket.send("goodbye\n");
      ctx.stop();
    });
    expect(await peer.readAll()).toBe("goodbye\n");
  });

  it("is reset when its process is killed", async () => {
    const made = testRuntime();
    const server = await owner(made);
    const listening = await server.run((ctx) => listen(ctx, { port: 0 }));
    const peer = await dial(listening.local.port);
    await acceptOne(server, listening, {});
    made.runtime.exit(server.ref, "kill");
    expect(await peer.closed()).toBe("ECONNRESET");
  });

  it("is closed when its process was gone before it was accepted", async () => {
    const made = testRuntime();
    const keeper = await owner(made);
    const dead = await owner(made);
    const listening = await keeper.run((ctx) => listen(ctx, { port: 0 }));
    const accepting = dead.run((ctx) => accept(ctx, listening));
    const ended = expect(accepting).rejects.toMatchObject({ code: "exited" });
    await nextTurn();
    made.runtime.exit(dead.ref, "kill");
    await ended;
    const peer = await dial(listening.local.port);
    expect(await peer.readAll()).toBe("");
    peer.finish();
    expect(await peer.closed()).toBeUndefined();
  });
});

describe("writing (behaviour 56)", () => {
  it("cuts off a peer that doesn't read, and keeps no more than the limit", async () => {
    const made = await pair({ active: true, maxUnsentBytes: 100_000 });
    made.peer.pause();
    const piece = Buffer.alloc(50_000);
    const results: string[] = [];
    // The kernel takes some megabytes before anything waits here.
    for (let round = 0; round < 2_000 && results.at(-1) !== "full"; round += 1) {
      results.push(await made.server.run(() => made.socket.send(piece)));
      expect(made.socket.unsentBytes).toBeLessThanOrEqual(100_000);
    }
    expect(results.at(-1)).toBe("full");
    expect(new Set(results.slice(0, -1))).toEqual(new Set(["sent"]));
    expect(await made.server.run(() => made.socket.send(piece))).toBe("closed");
    expect(made.socket.unsentBytes).toBe(0);
    made.peer.resume();
    expect(await made.peer.closed()).toBe("ECONNRESET");
    expect(made.server.heard.items).toEqual([]);
  });

  it("tells when a peer that was slow has taken what was unsent", async () => {
    const made = await pair({ active: true, maxUnsentBytes: 64_000_000 });
    made.peer.pause();
    await made.server.run(() => made.socket.send(Buffer.alloc(32_000_000)));
    await made.server.run(() => undefined);
    expect(made.socket.writable).toBe(false);
    made.peer.resume();
    expect(await hear(made)).toBe("<drained>");
    expect(made.socket.unsentBytes).toBe(0);
    expect(made.socket.stats.bytesWritten).toBe(32_000_000);
  });

  it("writes of several senders arrive whole and in order (behaviour 57)", async () => {
    const { server, socket, peer } = await pair();
    for (let index = 0; index < 100; index += 1)
      await server.run(() => {
        socket.send(`a${index} `);
        socket.send(`b${index}\n`);
      });
    for (let index = 0; index < 100; index += 1) expect(await peer.readLine()).toBe(`a${index} b${index}`);
  });

  it("keeps every byte, both ways", async () => {
    const { server, socket, peer } = await pair({ active: false });
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await peer.write(all);
    expect(await server.run(() => socket.receive())).toEqual(all);
    await server.run(() => socket.send(all));
    expect(await peer.readBytes(256)).toEqual(all);
  });
});
