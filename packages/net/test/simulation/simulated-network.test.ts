import { createHash } from "node:crypto";
import { ConnectError, ListenError } from "@wheelhouse/net/socket";
import { simulationWithNetwork, type SimulatedNetworkOptions } from "@wheelhouse/net/simulation";
import { describe, expect, it } from "vitest";
import { isReset } from "../../src/network/network.ts";
import { Bench, Ear, HERE, PORT, at, bench, pattern } from "./support.ts";

describe("listening", () => {
  it("gives out free ports in one order", async () => {
    const ports = async () => {
      const made = new Bench();
      return [await made.listen({ port: 0 }), await made.listen({ port: 0 })].map(({ local }) => local.port);
    };
    const [first, second] = await ports();
    expect(first).toBeGreaterThan(0);
    expect(second).not.toBe(first);
    expect(await ports()).toEqual([first, second]);
  });

  it.each([
    ["the same address", HERE, HERE],
    ["one by another name", "localhost", HERE],
    ["one that every address includes", "0.0.0.0", HERE],
    ["every address, when one is taken", HERE, "::"],
  ])("where somebody listens is refused: %s", async (_, first, second) => {
    const made = new Bench();
    await made.listen({ host: first });
    const failure = await made.listen({ host: second }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ListenError);
    expect(failure).toMatchObject({ code: "address_in_use", endpoint: { host: second, port: PORT } });
  });

  it("is free again after the close, on other addresses always", async () => {
    const made = new Bench();
    const port = await made.listen();
    await made.listen({ host: "10.0.0.1" });
    await port.close();
    await made.listen();
  });

  it("is shared by those who all ask for that, and each gets some", async () => {
    const made = new Bench();
    const got = [0, 0];
    for (const place of [0, 1])
      await made.listen({ reusePort: true, connection: () => ((got[place] as number) += 1) });
    for (let count = 0; count < 20; count += 1) made.network.dial(PORT);
    await made.runtime.settle();
    expect((got[0] as number) + (got[1] as number)).toBe(20);
    expect(Math.min(...got)).toBeGreaterThan(0);
    await expect(made.listen()).rejects.toMatchObject({ code: "address_in_use" });
  });
});

describe("connecting", () => {
  it("to nobody is refused, after the way there and back", async () => {
    const { network, runtime } = new Bench({ delayMs: 10 });
    const failure = network.connect({ host: HERE, port: PORT }, Infinity).catch((error: unknown) => error);
    const peer = network.dial(PORT);
    await runtime.advance(19);
    expect(peer.isClosed).toBe(false);
    await runtime.advance(1);
    expect(peer.errorCode).toBe("ECONNREFUSED");
    expect(await failure).toBeInstanceOf(ConnectError);
    expect(await failure).toMatchObject({ code: "refused" });
  });

  it("shows each end the other's address", async () => {
    const made = await bench();
    const [client, server] = await made.pair();
    expect(client.stream.remote).toEqual({ host: HERE, port: PORT });
    expect(server.stream.local).toEqual({ host: HERE, port: PORT });
    expect(server.stream.remote).toEqual(client.stream.local);
    expect(client.stream.local.port).toBeGreaterThan(0);
    const [other] = await made.pair();
    expect(other.stream.local).not.toEqual(client.stream.local);
  });

  it("where nobody answers is given up after its time", async () => {
    const { network, runtime } = await bench();
    network.partition();
    const failure = network.connect({ host: HERE, port: PORT }, 500).catch((error: unknown) => error);
    const patient = network.dial(PORT);
    await runtime.advance(500);
    expect(await failure).toMatchObject({ code: "timeout" });
    expect(network.descriptors().open).toBe(1);
    await runtime.advance(126_499);
    expect(patient.isClosed).toBe(false);
    await runtime.advance(1);
    expect(patient.errorCode).toBe("ETIMEDOUT");
  });

  it("is asked for again, so that it succeeds when a partition heals", async () => {
    const { network, runtime } = await bench();
    network.partition();
    const peer = network.dial(PORT);
    await runtime.advance(500);
    network.heal();
    await runtime.advance(499);
    expect(peer.isConnected).toBe(false);
    await runtime.advance(1);
    expect(peer.isConnected).toBe(true);
  });

  it("that was given up leaves nothing: the other end hears a reset", async () => {
    const made = await bench({ delayMs: 10 });
    const { network, runtime, accepted } = made;
    const peer = network.dial(PORT, { timeoutMs: 15 });
    await runtime.advance(15);
    expect(peer.errorCode).toBe("ETIMEDOUT");
    accepted[0]?.stream.resume();
    await runtime.advance(100);
    expect(isReset(accepted[0]?.error)).toBe(true);
    expect(network.links).toEqual([]);
  });
});

describe("the backlog", () => {
  it("keeps what came before the connection was taken", async () => {
    const made = await bench({ acceptDelayMs: 50 });
    const peer = made.network.dial(PORT);
    peer.send("early");
    await made.runtime.advance(49);
    expect([peer.isConnected, made.accepted.length]).toEqual([true, 0]);
    await made.runtime.advance(1);
    made.accepted[0]?.stream.resume();
    await made.runtime.settle();
    expect(made.accepted[0]?.text).toBe("early");
  });

  it("answers nobody when it is full, so that they ask again later", async () => {
    const made = new Bench({ acceptDelayMs: 50 });
    await made.listen({ backlog: 2 });
    const peers = [1, 2, 3, 4].map(() => made.network.dial(PORT));
    await made.runtime.advance(100);
    expect(peers.map((peer) => peer.isConnected)).toEqual([true, true, false, false]);
    await made.runtime.advance(900);
    expect(peers.every((peer) => peer.isConnected)).toBe(true);
  });

  it("is reset when the listening ends", async () => {
    const made = new Bench({ acceptDelayMs: 50 });
    const port = await made.listen();
    const peer = made.network.dial(PORT);
    await made.runtime.settle();
    await port.close();
    await made.runtime.advance(100);
    expect(peer.errorCode).toBe("ECONNRESET");
    expect(made.accepted).toEqual([]);
    const late = made.network.dial(PORT);
    await made.runtime.settle();
    expect(late.errorCode).toBe("ECONNREFUSED");
  });
});

describe("descriptors", () => {
  it("count what processes have open, and nothing of the peers'", async () => {
    const made = await bench({ descriptorLimit: 10 });
    expect(made.network.descriptors()).toEqual({ open: 1, limit: 10 });
    const [client, server] = await made.pair();
    made.network.dial(PORT);
    await made.runtime.settle();
    expect(made.network.descriptors().open).toBe(4);
    expect(made.network.openStreams).toEqual([client.stream, server.stream, made.accepted.at(-1)?.stream]);
    for (const stream of made.network.openStreams) stream.destroy();
    await made.runtime.settle();
    expect(made.network.descriptors().open).toBe(1);
  });

  it("at their limit: nobody is taken from the backlog until there is room", async () => {
    const made = await bench({ descriptorLimit: 2 });
    const peers = [made.network.dial(PORT), made.network.dial(PORT)];
    await made.runtime.settle();
    expect(peers.map((peer) => peer.isConnected)).toEqual([true, true]);
    expect(made.accepted).toHaveLength(1);
    made.accepted[0]?.stream.destroy();
    await made.runtime.settle();
    expect(made.accepted).toHaveLength(2);
    made.network.dial(PORT);
    made.network.descriptorLimit = 3;
    await made.runtime.settle();
    expect(made.accepted).toHaveLength(3);
  });

  it("at their limit: neither listening nor connecting works", async () => {
    const made = await bench({ descriptorLimit: 1 });
    await expect(made.listen({ port: 0 })).rejects.toMatchObject({ code: "too_many_files" });
    await expect(made.network.connect({ host: HERE, port: PORT }, 1)).rejects.toMatchObject({
      code: "too_many_files",
    });
  });
});

describe("a Unix socket", () => {
  const SOCKET = at("/run/test.sock");

  it("is found by its path", async () => {
    const made = new Bench();
    const port = await made.listen(SOCKET);
    expect(port.local).toEqual(SOCKET);
    const peer = made.network.dial("/run/test.sock");
    peer.send("hello");
    await made.runtime.settle();
    const [server] = made.accepted;
    expect(server?.stream.local).toEqual(SOCKET);
    expect(server?.stream.remote).toEqual({ host: "", port: 0, path: "" });
    server?.stream.resume();
    await made.runtime.settle();
    expect(server?.text).toBe("hello");
    await expect(made.listen(SOCKET)).rejects.toMatchObject({ code: "address_in_use" });
  });

  it("where nobody listens is refused", async () => {
    const { network, runtime } = new Bench();
    const failure = network.connect(SOCKET, Infinity).catch((error: unknown) => error);
    await runtime.settle();
    expect(await failure).toMatchObject({ code: "refused" });
  });

  it("knows no reset: it ends, and what is sent to it afterwards fails", async () => {
    const made = new Bench();
    await made.listen(SOCKET);
    const peer = made.network.dial("/run/test.sock");
    peer.send("last words");
    peer.reset();
    await made.runtime.settle();
    const [server] = made.accepted as [Ear];
    server.stream.resume();
    await made.runtime.settle();
    expect(server.told).toEqual(["data", "ended"]);
    server.write("anybody?");
    await made.runtime.settle();
    expect(server.told.at(-1)).toBe("closed");
    expect(isReset(server.error)).toBe(true);
  });
});

describe("a file", () => {
  it("is read from somewhere on, as far as asked, in pieces", async () => {
    const { network } = new Bench({ files: { "/page": pattern(200_000) } });
    const read = async (from: number, bytes?: number) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of network.readFile("/page", from, bytes)) pieces.push(piece);
      return pieces;
    };
    expect(Buffer.concat(await read(0)).toString()).toBe(pattern(200_000));
    expect((await read(0)).length).toBeGreaterThan(1);
    expect(Buffer.concat(await read(26, 3)).toString()).toBe("abc");
    expect(await read(200_000)).toEqual([]);
  });

  it("that isn't there is an error", async () => {
    const { network } = new Bench();
    const pieces = network.readFile("/none", 0, undefined)[Symbol.asyncIterator]();
    await expect(pieces.next()).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("a peer", () => {
  it("does what it was told before it was connected, in that order", async () => {
    const made = await bench({ delayMs: 10 });
    const peer = made.network.dial(PORT);
    peer.send("one ");
    peer.send("two");
    peer.end();
    await made.runtime.advance(100);
    made.accepted[0]?.stream.resume();
    await made.runtime.advance(100);
    expect(made.accepted[0]?.text).toBe("one two");
    expect(made.accepted[0]?.told.at(-1)).toBe("ended");
  });

  it("sends slowly, so many bytes at a time", async () => {
    const made = await bench();
    const peer = made.network.dial(PORT);
    await made.runtime.settle();
    const [server] = made.accepted as [Ear];
    server.stream.resume();
    peer.sendSlowly("abcde", { bytes: 2, everyMs: 100 });
    const seen: string[] = [];
    for (let step = 0; step < 3; step += 1) {
      await made.runtime.advance(step === 0 ? 0 : 100);
      seen.push(server.text);
    }
    expect(seen).toEqual(["ab", "abcd", "abcde"]);
  });

  it("gives what it has read, whole or in lines", async () => {
    const made = await bench();
    const peer = made.network.dial(PORT);
    await made.runtime.settle();
    const [server] = made.accepted as [Ear];
    server.write("one\r\ntwö\nthr");
    await made.runtime.settle();
    expect(peer.takeLines()).toEqual(["one", "twö"]);
    expect(peer.takeLines()).toEqual([]);
    server.write("ee\nrest");
    await made.runtime.settle();
    expect(peer.takeLines()).toEqual(["three"]);
    expect(peer.takeText()).toBe("rest");
    expect(peer.takeText()).toBe("");
    expect(peer.receivedBytes).toBe(20);
  });

  it("may not read, and read on", async () => {
    const made = await bench({ sendBufferBytes: 10, receiveBufferBytes: 10 });
    const peer = made.network.dial(PORT);
    peer.stopReading();
    await made.runtime.settle();
    const [server] = made.accepted as [Ear];
    server.write(pattern(100));
    await made.runtime.settle();
    expect([peer.receivedBytes, server.stream.unsentBytes]).toEqual([0, 80]);
    peer.send(pattern(25));
    await made.runtime.settle();
    expect([peer.unsentBytes, peer.unreadBytes]).toEqual([5, 25]);
    peer.readOn();
    await made.runtime.settle();
    expect(peer.takeText()).toBe(pattern(100));
    server.stream.resume();
    await made.runtime.settle();
    expect([peer.unsentBytes, peer.unreadBytes]).toEqual([0, 0]);
  });

  it("tells when and how it ended", async () => {
    const made = await bench();
    const peers = [made.network.dial(PORT), made.network.dial(PORT)] as const;
    peers[1].stayHalfOpen();
    await made.runtime.settle();
    const closed = peers.map((peer) => peer.closed());
    made.accepted[0]?.stream.destroy();
    made.accepted[1]?.stream.resume();
    made.accepted[1]?.stream.end();
    await made.runtime.settle();
    expect(peers[1].isEnded).toBe(true);
    expect(peers[1].isClosed).toBe(false);
    peers[1].end();
    await made.runtime.settle();
    expect((await Promise.all(closed)).map((error) => isReset(error))).toEqual([true, false]);
    expect(peers.map((peer) => peer.errorCode)).toEqual(["ECONNRESET", undefined]);
  });

  it("ends when the other end has ended", async () => {
    const made = await bench();
    const peer = made.network.dial(PORT);
    await made.runtime.settle();
    made.accepted[0]?.stream.resume();
    made.accepted[0]?.stream.end();
    await made.runtime.settle();
    expect([peer.isClosed, peer.errorCode, made.network.openStreams]).toEqual([true, undefined, []]);
  });

  it("may be the one whom a process connects to", async () => {
    const { network, runtime } = new Bench();
    const port = network.answer({ host: "db.example", port: 5432 }, (peer) => {
      peer.send("welcome");
      peer.end();
    });
    const connecting = network.connect({ host: "db.example", port: 5432 }, Infinity);
    await runtime.settle();
    const client = new Ear(await connecting);
    client.stream.resume();
    await runtime.settle();
    expect(client.text).toBe("welcome");
    expect(client.told.at(-1)).toBe("ended");
    expect(network.descriptors().open).toBe(1);
    await port.close();
  });
});

/** All that happens while ten peers talk, as a hash. */
async function trace(seed: number, options: SimulatedNetworkOptions): Promise<string> {
  const made = await bench(options, seed);
  const hash = createHash("sha256");
  made.network.on((event) => hash.update(JSON.stringify(event)));
  const peers = Array.from({ length: 10 }, () => made.network.dial(PORT));
  for (const peer of peers) {
    peer.send(pattern(1_000));
    peer.sendSlowly(pattern(20), { everyMs: 3 });
  }
  await made.runtime.advance(100);
  for (const { stream } of made.accepted) stream.resume();
  await made.runtime.advance(1_000);
  for (const { stream } of made.accepted) stream.destroy();
  await made.runtime.advance(1_000);
  return hash.digest("hex");
}

describe("chance", () => {
  const hard = { delayMs: [0, 20], splitBytes: "random", cutChance: 0.001, resetChance: 0.001 } as const;

  it("follows from the seed: the same one gives the same trace, others give others", async () => {
    const traces = [await trace(1, hard), await trace(1, hard), await trace(2, hard), await trace(3, hard)];
    expect(traces[0]).toBe(traces[1]);
    expect(new Set(traces).size).toBe(3);
  });

  it("isn't the runtime's: what the network decides leaves the processes' chance as it was", async () => {
    const draw = async (dials: number) => {
      const { runtime, network } = simulationWithNetwork({ seed: 5, network: { delayMs: [0, 100] } });
      for (let dialled = 0; dialled < dials; dialled += 1) network.dial(PORT);
      await runtime.advance(1_000);
      return runtime.random();
    };
    expect(await draw(0)).toBe(await draw(10));
  });

  it.each([
    ["cutChance", "ETIMEDOUT"],
    ["resetChance", "ECONNRESET"],
  ])("of %s breaks connections", async (option, code) => {
    const made = await bench({ [option]: 0.5 });
    const peers = Array.from({ length: 10 }, () => made.network.dial(PORT));
    for (const peer of peers) peer.send("x");
    await made.runtime.advance(1_000_000);
    const broken = peers.filter((peer) => peer.errorCode === code);
    expect(broken.length).toBeGreaterThan(0);
    expect(broken.length).toBeLessThan(10);
  });
});

describe("wrong options are refused by name", () => {
  it.each([
    ["delayMs", -1, "-1"],
    ["delayMs", [5, 1], "5,1"],
    ["acceptDelayMs", Infinity, "Infinity"],
    ["splitBytes", 0, "0"],
    ["sendBufferBytes", 0.5, "0.5"],
    ["receiveBufferBytes", 0, "0"],
    ["cutChance", 2, "2"],
    ["resetChance", Number.NaN, "NaN"],
    ["descriptorLimit", 0, "0"],
  ])("%s: %s", (name, value, shown) => {
    const make = () => simulationWithNetwork({ seed: 1, network: { [name]: value } });
    expect(make).toThrow(RangeError);
    expect(make).toThrow(new RegExp(`^expected ${name} to be .*, got: ${shown}$`));
  });
});
