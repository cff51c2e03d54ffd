import type { ActiveMode, SocketOptions } from "@wheelhouse/net/socket";
import { describe, expect, it } from "vitest";
import { gate, owner } from "../support.ts";
import { hear, hearAll, hearMany, someTurns, tls, transports, untilRead, type Pair } from "./pairs.ts";

describe.each(transports)("active modes over $name", (transport) => {
  it("44: true gives every packet as it comes", async () => {
    const made = await transport.pair({ packet: "line", active: true });
    await made.peer.write("a\nb\nc\n");
    expect(await hearMany(made, 3)).toEqual(["a\n", "b\n", "c\n"]);
  });

  it("44, 45: once gives one packet, and the next when asked again", async () => {
    const made = await transport.pair({ packet: "line", active: "once" });
    await made.peer.write("a\nb\nc\n");
    expect(await hear(made)).toBe("a\n");
    await untilRead(made.socket, 6);
    expect(made.server.heard.items).toEqual([]);
    expect(made.socket.active).toBe(false);
    await made.server.run(() => made.socket.setActive("once"));
    expect(await hear(made)).toBe("b\n");
    expect(made.server.heard.items).toEqual([]);
  });

  it("44: a number gives so many packets, adds up, and ends with a passive message", async () => {
    const made = await transport.pair({ packet: "line", active: 2 });
    await made.server.run(() => made.socket.setActive(1));
    expect(made.socket.active).toBe(3);
    await made.peer.write("a\nb\nc\nd\n");
    expect(await hearMany(made, 4)).toEqual(["a\n", "b\n", "c\n", "<passive>"]);
    expect(made.socket.active).toBe(false);
    expect(made.server.heard.items).toEqual([]);
    await made.server.run(() => made.socket.setActive(1));
    expect(await hearMany(made, 2)).toEqual(["d\n", "<passive>"]);
  });

  it("44: a negative number takes away, and at zero the socket is passive", async () => {
    const made = await transport.pair({ packet: "line", active: 3 });
    await made.server.run(() => made.socket.setActive(-2));
    expect(made.socket.active).toBe(1);
    await made.server.run(() => made.socket.setActive(-5));
    expect(made.socket.active).toBe(false);
    expect(await hear(made)).toBe("<passive>");
  });

  it("44: false gives nothing until received, one packet for each recv", async () => {
    const { server, socket, peer } = await transport.pair({ packet: "line", active: false });
    await peer.write("a\nb\n");
    expect(await server.run(() => socket.recv())).toEqual(Buffer.from("a\n"));
    expect(await server.run(() => socket.recv())).toEqual(Buffer.from("b\n"));
    expect(server.heard.items).toEqual([]);
  });

  it("44: recv of so many bytes is exact, across segments and within one", async () => {
    const { server, socket, peer } = await transport.pair({ active: false });
    const received = server.run(() => socket.recv(10));
    await peer.write("in t");
    await untilRead(socket, 4);
    await peer.write("wo segments");
    expect(await received).toEqual(Buffer.from("in two seg"));
    expect(await server.run(() => socket.recv(1))).toEqual(Buffer.from("m"));
    expect(await server.run(() => socket.recv())).toEqual(Buffer.from("ents"));
  });

  it("44: a recv that times out keeps what has come", async () => {
    const { server, socket, peer } = await transport.pair({ active: false });
    const late = server.run(() => socket.recv(4, 20));
    await peer.write("ab");
    expect(await late).toBe("timeout");
    await untilRead(socket, 2);
    const received = server.run(() => socket.recv(4, 60_000));
    await peer.write("cdef");
    expect(await received).toEqual(Buffer.from("abcd"));
    expect(await server.run(() => socket.recv())).toEqual(Buffer.from("ef"));
  });

  it("44: recv is an error value while active, and while another recv waits", async () => {
    const { server, socket, peer } = await transport.pair({ active: true });
    expect(await server.run(() => socket.recv())).toBe("active");
    await server.run(() => socket.setActive(false));
    // Under load one of them gives way to others before it asks, and nobody knows which.
    const both = await server.run(() => [socket.recv(), socket.recv()]);
    expect(await Promise.race(both)).toBe("active");
    await peer.write("x");
    expect(new Set(await Promise.all(both))).toEqual(new Set([Buffer.from("x"), "active"]));
  });

  it("44: modes can be switched at any time, and what is held comes then", async () => {
    const made = await transport.pair({ packet: "line", active: "once" });
    await made.peer.write("a\nb\nc\nd\ne\n");
    expect(await hear(made)).toBe("a\n");
    expect(await made.server.run(() => made.socket.recv())).toEqual(Buffer.from("b\n"));
    await made.server.run(() => made.socket.setActive(1));
    expect(await hearMany(made, 2)).toEqual(["c\n", "<passive>"]);
    await made.server.run(() => made.socket.setActive(true));
    expect(await hearMany(made, 2)).toEqual(["d\n", "e\n"]);
  });

  it("45: a socket that nobody asks makes its peer wait, and holds no more than a little", async () => {
    const { socket, peer } = await transport.pair({ packet: "line", active: "once" });
    const line = Buffer.from(`${"x".repeat(999)}\n`);
    // Until even the kernel takes nothing more: what is then unsent waits at the sender.
    for (let round = 0; round < 200 && peer.unsentBytes === 0; round += 1) {
      void peer.write(Buffer.alloc(1_000_000, line));
      await someTurns();
    }
    expect(peer.unsentBytes).toBeGreaterThan(0);
    expect(socket.stats.bytesRead).toBeLessThanOrEqual(4 * 65_536);
    expect(socket.stats.packetsRead).toBe(1);
  });

  it("46: all data before a close is delivered first, and exactly one closed message follows", async () => {
    const made = await transport.pair({ packet: "line", active: true });
    await made.peer.write("a\nb\n");
    made.peer.finish();
    expect(await hearAll(made)).toEqual(["a\n", "b\n", "<closed>"]);
    await made.server.run(() => made.socket.close());
    await made.peer.closed();
    expect(made.server.heard.items).toEqual([]);
  });

  it("46: also much data, from a peer that is gone when it is read", async () => {
    const made = await transport.pair({ packet: "line", active: false });
    const lines = Array.from({ length: 20_000 }, (_, index) => `${index}\n`);
    const written = made.peer.write(lines.join(""));
    made.peer.finish();
    await made.server.run(() => made.socket.setActive(true));
    expect(await hearAll(made)).toEqual([...lines, "<closed>"]);
    await written;
  });

  it("46: the closed message stays behind data that nobody has asked for yet", async () => {
    const made = await transport.pair({ packet: "line", active: "once" });
    await made.peer.write("a\nb\n");
    made.peer.finish();
    expect(await hear(made)).toBe("a\n");
    for (const next of ["b\n", "<closed>"]) {
      await someTurns();
      expect(made.server.heard.items).toEqual([]);
      await made.server.run(() => made.socket.setActive("once"));
      expect(await hear(made)).toBe(next);
    }
  });

  it("46: recv gives all data first, and then closed, as often as asked", async () => {
    const { server, socket, peer } = await transport.pair({ packet: "line", active: false });
    await peer.write("a\nhal");
    peer.finish();
    expect(await server.run(() => socket.recv())).toEqual(Buffer.from("a\n"));
    expect(await server.run(() => socket.recv())).toBe("closed");
    expect(await server.run(() => socket.recv())).toBe("closed");
  });

  it("46: a recv that waits is answered closed when its own process closes", async () => {
    const { server, socket } = await transport.pair({ active: false });
    const received = server.run(() => {
      const waiting = socket.recv();
      socket.close();
      return waiting;
    });
    expect(await received).toBe("closed");
    expect(await server.run(() => socket.recv())).toBe("closed");
  });

  it("53: every byte survives, both ways", async () => {
    const { server, socket, peer } = await transport.pair({ active: false });
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await peer.write(all);
    expect(await server.run(() => socket.recv(256))).toEqual(all);
    await server.run(() => socket.send(all));
    expect(await peer.readBytes(256)).toEqual(all);
  });
});

describe.each(transports.filter(({ hasReset }) => hasReset))("resets over $name", (transport) => {
  /** What OpenSSL says by itself after a handshake has arrived then; a reset amid that is an end to Node.js. */
  async function pairAtRest(options: SocketOptions): Promise<Pair> {
    const made = await transport.pair(options);
    await made.server.run(() => made.socket.send("hello\n"));
    await made.peer.readLine();
    return made;
  }

  it("46: are told from a close", async () => {
    const made = await pairAtRest({ active: true });
    made.peer.reset();
    const message = await made.server.heard.take();
    expect(message).toMatchObject({ type: "closed", reset: true, error: { code: "ECONNRESET" } });
    await made.server.run(() => made.socket.close());
    expect(made.server.heard.items).toEqual([]);
  });

  it("46: are told to who receives, too", async () => {
    const { server, socket, peer } = await pairAtRest({ active: false });
    const received = server.run(() => socket.recv());
    peer.reset();
    expect(await received).toBe("reset");
    expect(await server.run(() => socket.recv())).toBe("closed");
  });

  it("56: a send after one is an error value, not a crash", async () => {
    const made = await pairAtRest({ active: true });
    made.peer.reset();
    expect(await hear(made)).toBe("<closed: reset>");
    expect(await made.server.run(() => made.socket.send("x"))).toBe("closed");
    expect(await made.server.run(() => made.socket.drained())).toBe("closed");
    expect(await made.server.run(() => made.socket.sendFile("/dev/null"))).toBe("closed");
  });
});

describe("what a passive socket reads", () => {
  it("45: is nothing", async () => {
    const made = await transports[0]?.pair({ active: false });
    await made?.peer.write("hello");
    await someTurns();
    expect(made?.socket.stats.bytesRead).toBe(0);
  });
});

describe("modes that there aren't", () => {
  it.each([0.5, 40_000, Number.NaN, "twice", undefined])("%s", async (mode) => {
    const { server, socket } = await tls.pair({ active: false });
    await expect(server.run(() => socket.setActive(mode as ActiveMode))).rejects.toThrow(
      /^expected active to be "once", true, false or a whole number/,
    );
    expect(socket.active).toBe(false);
  });

  it("bytes can only be asked for where packets are raw", async () => {
    const { server, socket } = await tls.pair({ active: false, packet: "line" });
    await expect(server.run(() => socket.recv(3))).rejects.toThrow(
      "expected bytes to be 0 where packets aren't raw, got: 3",
    );
    await server.run(() => socket.setOptions({ packet: "raw" }));
    await expect(server.run(() => socket.recv(-1))).rejects.toThrow(
      "expected bytes to be a whole number from 0, got: -1",
    );
  });
});

describe("an owner that is busy", () => {
  it("45: finds no more in its mailbox than it asked for", async () => {
    const server = await owner();
    const made = await tls.pair({ packet: "line", active: 5 }, server);
    const busy = gate();
    const working = server.run(() => busy.opened);
    await made.peer.write("x\n".repeat(1_000));
    busy.open();
    await working;
    expect(await hearMany(made, 6)).toEqual(["x\n", "x\n", "x\n", "x\n", "x\n", "<passive>"]);
    expect(server.heard.items).toEqual([]);
  });
});
