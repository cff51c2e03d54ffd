import { writeFileSync } from "node:fs";
import { defineGenServer, later, on, type Context } from "@wheelhouse/actors";
import { SendFileError, SocketInfo, transfer, type Packet, type Socket } from "@wheelhouse/net/socket";
import { describe, expect, it } from "vitest";
import type { Peer } from "../peer.ts";
import { nextTurn, owner, startProcess, testRuntime } from "../support.ts";
import { hear, hearAll, socketPath, someTurns, tcp, transports, type Pair } from "./pairs.ts";

/** More than the kernel takes of a peer that doesn't read. */
const MUCH_BYTES = 32_000_000;
const PATIENT = { active: true, maxUnsentBytes: 64_000_000, sendTimeoutMs: Infinity } as const;

/** A pair whose peer doesn't read, with more written than the kernel takes. */
async function stuck(transport: typeof tcp): Promise<Pair> {
  const made = await transport.pair(PATIENT);
  made.peer.pause();
  await made.server.run(() => made.socket.send(Buffer.alloc(MUCH_BYTES, "x")));
  await made.server.run(() => undefined);
  expect(made.socket.writable).toBe(false);
  return made;
}

/** Asks for a packet, keeps it, and later sends it with the one behind it. */
interface KeeperProtocol {
  calls: { keep(): void; receive(): number; sendBoth(): void };
}

interface KeeperState {
  readonly socket: Socket;
  kept: Buffer | undefined;
  sends: boolean;
}

const Keeper = defineGenServer<KeeperProtocol, KeeperState, Socket>({
  name: "Keeper",
  init: (_, socket) => ({ socket, kept: undefined, sends: false }),
  calls: {
    keep: ({ state }) => state.socket.setActive("once"),
    receive: ({ state }) => later(state.socket.recv().then(({ length }) => length)),
    sendBoth({ state }) {
      state.socket.send(state.kept ?? "");
      state.sends = true;
      state.socket.setActive("once");
    },
  },
  infos: [
    on(SocketInfo, ({ state }: Context<KeeperProtocol, KeeperState>, message) => {
      if (message.type !== "data") return;
      if (state.sends) state.socket.send(message.data);
      else state.kept = message.data;
    }),
  ],
});

it("57: a packet that was kept is sent as it is, whatever was received since", async () => {
  const made = testRuntime();
  const { server, socket, peer } = await tcp.pair({ packet: "line", active: false }, await owner(made));
  const keeper = await startProcess(made, Keeper.with(socket));
  await server.run((ctx) => transfer(ctx, socket, keeper.ref));
  const keep = async () => {
    await keeper.call(keeper.ref, "keep");
    await someTurns();
  };
  const line = (bytes: number, of: string) => `${of.repeat(bytes - 1)}\n`;
  // The second line of a chunk is kept; of the next chunk the first is received, and the second begins where the kept one ended.
  await peer.write(line(20_000, "a") + line(20_000, "b"));
  await keep();
  await keep();
  await peer.write(line(40_000, "c") + line(100, "d"));
  for (let turns = 0; socket.stats.bytesRead < 80_100; turns += 1) {
    expect(turns).toBeLessThan(100_000);
    await nextTurn();
  }
  expect(await keeper.call(keeper.ref, "receive")).toBe(40_000);
  await keeper.call(keeper.ref, "sendBoth");
  expect((await peer.readLine()).slice(0, 5)).toBe("bbbbb");
  expect((await peer.readLine()).slice(0, 5)).toBe("ddddd");
});

describe.each(transports)("writing over $name", (transport) => {
  const cutOff = transport.hasReset ? "ECONNRESET" : "an end";

  /** How the connection ended for the peer. */
  async function endOf(peer: Peer): Promise<string> {
    await peer.gone();
    return transport.hasReset ? ((await peer.closed()) ?? "an end") : "an end";
  }

  it("56: above the high watermark the writer waits until what is unsent is below the low one", async () => {
    const { server, socket, peer } = await stuck(transport);
    const drained = server.run(() => socket.drained());
    peer.resume();
    expect(await drained).toBe("drained");
    expect(await hear({ server })).toBe("<drained>");
    expect(socket.writable).toBe(true);
    expect(socket.unsentBytes).toBeLessThanOrEqual(32_768);
    expect(await server.run(() => socket.drained())).toBe("drained");
    await peer.readBytes(MUCH_BYTES);
    expect(socket.stats).toMatchObject({ bytesWritten: MUCH_BYTES, packetsWritten: 1, unsentBytes: 0 });
  });

  it("56: the watermarks can be chosen, also while something is unsent", async () => {
    const { server, socket, peer } = await stuck(transport);
    await server.run(() =>
      socket.setOptions({ highWatermarkBytes: 2 * MUCH_BYTES, lowWatermarkBytes: MUCH_BYTES }),
    );
    expect(await hear({ server })).toBe("<drained>");
    expect(socket.unsentBytes).toBeGreaterThan(1_000_000);
    await server.run(() => socket.setOptions({ highWatermarkBytes: 100, lowWatermarkBytes: 0 }));
    peer.resume();
    await peer.readBytes(MUCH_BYTES);
    expect(socket.unsentBytes).toBe(0);
  });

  it("56: who waits for room is told when the connection ends instead", async () => {
    const { server, socket } = await stuck(transport);
    const drained = server.run(() => socket.drained());
    await server.run(() => socket.abort());
    expect(await drained).toBe("closed");
  });

  it("56: cuts off a peer that doesn't read, and keeps no more than the limit and one send", async () => {
    const { server, socket, peer } = await transport.pair({ active: true, maxUnsentBytes: 100_000 });
    peer.pause();
    const results = await sendUntilFull(server, socket);
    expect(new Set(results)).toEqual(new Set(["sent"]));
    expect(await server.run(() => socket.send("x"))).toBe("closed");
    expect(socket.unsentBytes).toBe(0);
    peer.resume();
    expect(await endOf(peer)).toBe(cutOff);
    expect(server.heard.items.filter(({ type }) => type === "closed")).toEqual([]);
  });

  it("56: or refuses only the send, and goes on when there is room", async () => {
    const { server, socket, peer } = await transport.pair({
      active: false,
      maxUnsentBytes: 100_000,
      whenFull: "refuse",
    });
    peer.pause();
    const results = await sendUntilFull(server, socket);
    const drained = server.run(() => socket.drained());
    peer.resume();
    expect(await drained).toBe("drained");
    expect(await server.run(() => socket.send("goes on\n"))).toBe("sent");
    await peer.readBytes(results.length * 50_000);
    expect(await peer.readLine()).toBe("goes on");
  });

  async function sendUntilFull(server: Pair["server"], socket: Pair["socket"]): Promise<readonly string[]> {
    const piece = Buffer.alloc(50_000);
    const results: string[] = [];
    // The kernel takes some megabytes before anything waits here.
    for (let round = 0; round < 2_000; round += 1) {
      const result = await server.run(() => socket.send(piece));
      if (result === "full") return results;
      results.push(result);
      expect(socket.unsentBytes).toBeLessThanOrEqual(150_000);
    }
    throw new Error("expected the socket to be full at last");
  }

  it("56: who was refused waits until there is room, and then isn't refused", async () => {
    const { server, socket, peer } = await transport.pair({ maxUnsentBytes: 16_000, whenFull: "refuse" });
    const sent = server.run(async () => {
      let refused = 0;
      for (let part = 0; part < 1_000; part += 1)
        while (socket.send(Buffer.alloc(4_000)) === "full") {
          refused += 1;
          if (refused > 10_000) throw new Error("expected room after drained");
          await socket.drained();
        }
      return refused;
    });
    expect((await peer.readBytes(4_000_000)).length).toBe(4_000_000);
    expect(await sent).toBeGreaterThan(0);
  });

  it("56: who was refused amid a burst is told of room at its end", async () => {
    const { server, socket, peer } = await transport.pair({ maxUnsentBytes: 16_000, whenFull: "refuse" });
    await server.run(() => {
      while (socket.send(Buffer.alloc(4_000)) !== "full");
      expect(socket.writable).toBe(false);
    });
    expect(await hear({ server })).toBe("<drained>");
    expect(socket.writable).toBe(true);
    await peer.readBytes(20_000);
  });

  it("56: who was refused behind a file waits until that has left", async () => {
    const { server, socket, peer } = await transport.pair({ maxUnsentBytes: 16_000, whenFull: "refuse" });
    const path = socketPath();
    writeFileSync(path, Buffer.alloc(100_000));
    const sent = server.run(async () => {
      const file = socket.sendFile(path);
      while (socket.send(Buffer.alloc(4_000)) !== "full");
      await socket.drained();
      expect(socket.send("goes on\n")).toBe("sent");
      return file;
    });
    expect(await sent).toBe(100_000);
    await peer.readBytes(120_000);
    expect(await peer.readLine()).toBe("goes on");
  });

  it("56: limits that are lowered below what is unsent hold the writer until it has left", async () => {
    const { server, socket, peer } = await stuck(transport);
    await server.run(() => socket.setOptions({ highWatermarkBytes: 2 * MUCH_BYTES }));
    expect(await hear({ server })).toBe("<drained>");
    await server.run(() => socket.setOptions({ maxUnsentBytes: 16_000, whenFull: "refuse" }));
    const drained = server.run(() => {
      expect(socket.send("x")).toBe("full");
      return socket.drained();
    });
    peer.resume();
    expect(await drained).toBe("drained");
    expect(await server.run(() => socket.send("y"))).toBe("sent");
    await peer.readBytes(MUCH_BYTES + 1);
  });

  it("56: a writer that heeds `writable` is never full, however high the watermark", async () => {
    const { server, socket, peer } = await transport.pair({ highWatermarkBytes: 4_000_000 });
    peer.pause();
    const sent = server.run(async () => {
      const results = new Set<string>();
      for (let part = 0; part < 100; part += 1) {
        if (!socket.writable) await socket.drained();
        results.add(socket.send(Buffer.alloc(300_000)));
      }
      return results;
    });
    await someTurns();
    peer.resume();
    await peer.readBytes(30_000_000);
    expect(await sent).toEqual(new Set(["sent"]));
  });

  it("56: one send of any size passes to a peer that reads", async () => {
    const { server, socket, peer } = await transport.pair({ active: true, maxUnsentBytes: 1 });
    expect(await server.run(() => socket.send(Buffer.alloc(MUCH_BYTES, "y")))).toBe("sent");
    const received = await peer.readBytes(MUCH_BYTES);
    expect(received.every((byte) => byte === 0x79)).toBe(true);
  });

  it("57: writes of several senders arrive whole and in order", async () => {
    const { server, socket, peer } = await transport.pair();
    for (let index = 0; index < 100; index += 1)
      await server.run(() => {
        socket.send([`a${index}`, Buffer.from(" ")]);
        socket.send(`b${index}\n`);
      });
    for (let index = 0; index < 100; index += 1) expect(await peer.readLine()).toBe(`a${index} b${index}`);
  });

  it("56: a file is sent whole, behind what was sent before it, before what is sent later", async () => {
    const { server, socket, peer } = await transport.pair(PATIENT);
    const path = socketPath();
    const content = Buffer.alloc(5_000_000, "file contents, line after line\n");
    writeFileSync(path, content);
    const [first, second] = await server.run(async () => {
      socket.send("before\n");
      const whole = socket.sendFile(path);
      socket.send("between\n");
      const part = socket.sendFile(path, { from: 5, bytes: 9 });
      socket.send("\nafter\n");
      socket.shutdown("write");
      return Promise.all([whole, part]);
    });
    expect([first, second]).toEqual([content.length, 9]);
    const all = await peer.readAll();
    expect(all === `before\n${content.toString()}between\ncontents,\nafter\n`).toBe(true);
    expect(socket.stats.bytesWritten).toBe(all.length);
  });

  it("56: a file waits for a peer that doesn't read", async () => {
    const { server, socket, peer } = await transport.pair(PATIENT);
    const path = socketPath();
    writeFileSync(path, Buffer.alloc(MUCH_BYTES, "z"));
    peer.pause();
    const sending = server.run(() => socket.sendFile(path));
    for (let turn = 0; turn < 10_000 && socket.writable; turn += 1) await someTurns();
    expect(socket.writable).toBe(false);
    expect(socket.unsentBytes).toBeLessThan(300_000);
    await server.run(() => socket.send("behind"));
    peer.resume();
    expect((await peer.readBytes(MUCH_BYTES + 6)).subarray(-7).toString()).toBe("zbehind");
    expect(await sending).toBe(MUCH_BYTES);
  });

  it("42: close sends what was sent before, abort drops it", async () => {
    const polite = await transport.pair();
    await polite.server.run(() => {
      polite.socket.send("goodbye");
      polite.socket.close();
      expect(polite.socket.send("too late")).toBe("closed");
    });
    expect(await polite.peer.readAll()).toBe("goodbye");

    const abrupt = await transport.pair();
    await abrupt.server.run(() => {
      abrupt.socket.send("never seen");
      abrupt.socket.abort();
      expect(abrupt.socket.send("too late")).toBe("closed");
    });
    expect(await endOf(abrupt.peer)).toBe(cutOff);
    expect(await abrupt.peer.readAll()).toBe("");
  });

  it("42: close sends a file that is under way to its end", async () => {
    const { server, socket, peer } = await transport.pair(PATIENT);
    const path = socketPath();
    writeFileSync(path, Buffer.alloc(MUCH_BYTES, "z"));
    const sending = server.run(() => {
      const sent = socket.sendFile(path);
      socket.close();
      return sent;
    });
    expect(await peer.readAll()).toHaveLength(MUCH_BYTES);
    expect(await sending).toBe(MUCH_BYTES);
  });

  it("50: a reply after the peer's FIN arrives", async () => {
    const made = await transport.pair({ packet: "line", active: true });
    await made.peer.write("question\n");
    made.peer.finish();
    expect(await hearAll(made)).toEqual(["question\n", "<closed>"]);
    expect(await made.server.run(() => made.socket.send("answer\n"))).toBe("sent");
    await made.server.run(() => made.socket.close());
    expect(await made.peer.readAll()).toBe("answer\n");
    expect(await made.peer.closed()).toBeUndefined();
  });

  it("50: shutdown sends FIN after the queue, and packets still come", async () => {
    const made = await transport.pair({ ...PATIENT, packet: "line" });
    const large = "x".repeat(5_000_000);
    await made.server.run(() => {
      made.socket.send(large);
      made.socket.send("last\n");
      made.socket.shutdown("write");
      expect(made.socket.send("too late\n")).toBe("closed");
    });
    expect(await made.peer.readAll()).toBe(`${large}last\n`);
    await made.peer.write("heard\n");
    made.peer.finish();
    expect(await hearAll(made)).toEqual(["heard\n", "<closed>"]);
  });

  it("50: room is told of also once shutdown was asked for", async () => {
    const made = await stuck(transport);
    await made.server.run(() => made.socket.shutdown("write"));
    made.peer.resume();
    expect(await hear(made)).toBe("<drained>");
    expect(made.socket.writable).toBe(true);
  });

  it("50: after shutdown of reading nothing comes, and what is sent still arrives", async () => {
    const { server, socket, peer } = await transport.pair({ packet: "line", active: false });
    await peer.write("early\n");
    await server.run(() => socket.shutdown("read"));
    await peer.write("late\n".repeat(500_000));
    expect(await server.run(() => socket.recv())).toBe("closed");
    await server.run(() => socket.send("still here\n"));
    expect(await peer.readLine()).toBe("still here");
    await server.run(() => socket.shutdown("both"));
    expect(await peer.readAll()).toBe("");
  });
});

describe("packets with a header", () => {
  it.each<[Packet, string]>([
    [1, "03616263"],
    [2, "0003616263"],
    [4, "00000003616263"],
    [{ lengthBytes: 2, littleEndian: true }, "0300616263"],
  ])("52: %j", async (packet, written) => {
    const { server, socket, peer } = await tcp.pair({ packet, active: false });
    await server.run(() => socket.send(["a", Buffer.from("bc")]));
    expect((await peer.readBytes(written.length / 2)).toString("hex")).toBe(written);
    await peer.write(Buffer.from(written + written, "hex"));
    expect(await server.run(() => socket.recv())).toEqual(Buffer.from("abc"));
    expect(await server.run(() => socket.recv())).toEqual(Buffer.from("abc"));
  });

  it("56: one larger than the header can say writes nothing", async () => {
    const { server, socket, peer } = await tcp.pair({ packet: 1 });
    expect(await server.run(() => socket.send(Buffer.alloc(256)))).toBe("too_large");
    expect(await server.run(() => socket.send(Buffer.alloc(255, "x")))).toBe("sent");
    expect((await peer.readBytes(256))[0]).toBe(255);
    expect(socket.stats.bytesWritten).toBe(256);
  });

  it("53: an empty one is a packet", async () => {
    const { server, socket, peer } = await tcp.pair({ packet: 2 });
    await server.run(() => socket.send(""));
    expect(await peer.readBytes(2)).toEqual(Buffer.from([0, 0]));
    await peer.write(Buffer.from([0, 0]));
    expect(await hear({ server })).toBe("");
  });
});

describe("files", () => {
  it("56: one that can't be read is an error, and the connection lives on", async () => {
    const { server, socket, peer } = await tcp.pair();
    const sending = server.run(() => socket.sendFile(socketPath()));
    await expect(sending).rejects.toBeInstanceOf(SendFileError);
    await expect(sending).rejects.toMatchObject({ code: "file_unreadable", sentBytes: 0 });
    await server.run(() => socket.send("lives on\n"));
    expect(await peer.readLine()).toBe("lives on");
  });

  it("56: is answered closed when the peer goes amid it", async () => {
    const { server, socket, peer } = await tcp.pair(PATIENT);
    const path = socketPath();
    writeFileSync(path, Buffer.alloc(MUCH_BYTES));
    peer.pause();
    const sending = server.run(() => socket.sendFile(path));
    await hearAboutNoRoom(socket);
    peer.reset();
    expect(await sending).toBe("closed");
  });

  it("56: no bytes of one are sent as none", async () => {
    const { server, socket } = await tcp.pair();
    expect(await server.run(() => socket.sendFile("/dev/null", { bytes: 0 }))).toBe(0);
  });

  async function hearAboutNoRoom(socket: Pair["socket"]): Promise<void> {
    for (let turn = 0; turn < 10_000 && socket.writable; turn += 1) await someTurns();
    expect(socket.writable).toBe(false);
  }
});
