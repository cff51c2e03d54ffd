import { isReset } from "../../src/network/network.ts";
import { describe, expect, it } from "vitest";
import { Ear, HERE, PORT, bench, pattern } from "./support.ts";

describe("bytes", () => {
  it.each([1, 2, 3, 7, 64, "random" as const])("arrive in order, in reads of %s", async (splitBytes) => {
    const { pair, runtime } = await bound({ splitBytes, delayMs: [0, 5] });
    const [client, server] = await pair();
    server.stream.resume();
    const text = pattern(500);
    for (let from = 0; from < text.length; from += 100) client.write(text.slice(from, from + 100));
    await runtime.advance(5_000);
    expect(server.text).toBe(text);
    const sizes = server.chunks.map((chunk) => chunk.length);
    if (splitBytes === "random") expect(new Set(sizes).size).toBeGreaterThan(2);
    else expect(Math.max(...sizes)).toBe(splitBytes);
  });

  it("of several writes come joined, where nothing splits them", async () => {
    const { pair, runtime } = await bound();
    const [client, server] = await pair();
    client.write("one ");
    client.write("two");
    await runtime.settle();
    server.stream.resume();
    await runtime.settle();
    expect(server.chunks.map(String)).toEqual(["one two"]);
  });

  it("are the receiver's own: writing into them changes nothing elsewhere", async () => {
    const { pair, runtime } = await bound();
    const [client, server] = await pair();
    const sent = Buffer.from("hello");
    client.stream.write([sent]);
    sent.fill("x");
    server.stream.resume();
    await runtime.settle();
    expect(server.text).toBe("hello");
    server.chunks[0]?.fill("y");
    expect(sent.toString()).toBe("xxxxx");
  });

  it("take their time on the way, and no longer", async () => {
    const { pair, runtime } = await bound({ delayMs: 20 });
    const [client, server] = await pair();
    server.stream.resume();
    client.write("late");
    await runtime.advance(19);
    expect(server.text).toBe("");
    await runtime.advance(1);
    expect(server.text).toBe("late");
  });

  it("wait in the receiver's kernel while nobody reads", async () => {
    const { pair, runtime } = await bound();
    const [client, server] = await pair();
    server.stream.resume();
    server.stream.pause();
    client.write("kept");
    await runtime.advance(1_000_000);
    expect(server.told).toEqual([]);
    server.stream.resume();
    await runtime.settle();
    expect(server.text).toBe("kept");
  });

  it("stop when their reader pauses amid them", async () => {
    const { pair, runtime } = await bound({ splitBytes: 1 });
    const [client, server] = await pair();
    server.stream.resume();
    client.write("a");
    await runtime.settle();
    server.stream.pause();
    client.write("bc");
    await runtime.settle();
    expect(server.text).toBe("a");
  });
});

describe("a peer that doesn't read", () => {
  const options = { sendBufferBytes: 100, receiveBufferBytes: 50 };

  it("leaves unsent what both kernels don't hold, and the writer hears of it", async () => {
    const { pair, runtime } = await bound(options);
    const [client, server] = await pair();
    client.stream.setOptions({ watermarks: { highBytes: 20, lowBytes: 10 } });
    expect(client.write(pattern(150))).toBe(true);
    expect(client.stream.unsentBytes).toBe(0);
    expect(client.write(pattern(20))).toBe(true);
    expect(client.write("x")).toBe(false);
    await runtime.advance(1_000_000);
    expect(client.stream.unsentBytes).toBe(21);
    expect(client.told).toEqual([]);
    server.stream.resume();
    await runtime.settle();
    expect(client.told).toEqual(["drained"]);
    expect(server.text).toBe(`${pattern(150)}${pattern(20)}x`);
  });

  it("has the writer told at the low watermark, not before", async () => {
    const { pair, runtime } = await bound({ ...options, splitBytes: 5 });
    const [client, server] = await pair();
    client.stream.setOptions({ watermarks: { highBytes: 20, lowBytes: 10 } });
    expect(client.write(pattern(171))).toBe(false);
    server.readsOnce = true;
    const seen: (readonly [unsentBytes: number, told: number])[] = [];
    for (let read = 0; read < 3; read += 1) {
      server.stream.resume();
      await runtime.settle();
      seen.push([client.stream.unsentBytes, client.told.length]);
    }
    expect(seen).toEqual([
      [16, 0],
      [11, 0],
      [6, 1],
    ]);
  });

  it("is waited for by every write after that until it is told", async () => {
    const { pair, runtime } = await bound(options);
    const [client, server] = await pair();
    client.stream.setOptions({ watermarks: { highBytes: 20, lowBytes: 0 } });
    expect(client.write(pattern(171))).toBe(false);
    expect(client.write("")).toBe(false);
    server.stream.resume();
    await runtime.settle();
    expect(client.write("y")).toBe(true);
  });
});

describe("an orderly end", () => {
  it("comes after all data, to each direction by itself, and closes when both have ended", async () => {
    const { pair, runtime, network } = await bound({ splitBytes: 1 });
    const [client, server] = await pair();
    for (const { stream } of [client, server]) stream.resume();
    client.write("ask");
    client.stream.end();
    await runtime.settle();
    expect(server.told).toEqual(["data", "data", "data", "ended"]);
    server.write("answer");
    await runtime.settle();
    expect(client.text).toBe("answer");
    server.stream.end();
    await runtime.settle();
    expect(client.told.slice(-2)).toEqual(["ended", "closed"]);
    expect(server.told.at(-1)).toBe("closed");
    expect([client.error, server.error]).toEqual([undefined, undefined]);
    expect(network.links).toEqual([]);
  });

  it("is told only to one who reads, after what came before it", async () => {
    const { pair, runtime } = await bound();
    const [client, server] = await pair();
    client.write("last");
    client.stream.end();
    await runtime.advance(1_000_000);
    expect(server.told).toEqual([]);
    server.stream.resume();
    await runtime.settle();
    expect(server.told).toEqual(["data", "ended"]);
  });

  it("writes nothing after itself", async () => {
    const { pair, runtime } = await bound();
    const [client, server] = await pair();
    server.stream.resume();
    client.write("a");
    client.stream.end();
    client.write("b");
    client.stream.end();
    await runtime.settle();
    expect(server.text).toBe("a");
    expect(server.told.filter((event) => event === "ended")).toHaveLength(1);
  });

  it("waits for room, however large what was written is", async () => {
    const { pair, runtime } = await bound({ sendBufferBytes: 10, receiveBufferBytes: 10 });
    const [client, server] = await pair();
    client.write(pattern(1_000));
    client.stream.end();
    await runtime.settle();
    server.stream.resume();
    await runtime.settle();
    expect(server.text).toBe(pattern(1_000));
    expect(server.told.at(-1)).toBe("ended");
  });
});

describe("a reset", () => {
  it("drops what is on its way, and is an error at the other end only", async () => {
    const { pair, runtime, network } = await bound({ delayMs: 10 });
    const [client, server] = await pair();
    for (const { stream } of [client, server]) stream.resume();
    client.write("lost");
    client.stream.destroy();
    await runtime.advance(100);
    expect(server.told).toEqual(["closed"]);
    expect(isReset(server.error)).toBe(true);
    expect(client.told).toEqual(["closed"]);
    expect(client.error).toBeUndefined();
    expect(network.openStreams).toEqual([]);
  });

  it("isn't told to one who neither reads nor writes, but as soon as it does", async () => {
    const { pair, runtime } = await bound();
    const [client, server] = await pair();
    client.stream.destroy();
    await runtime.settle();
    expect(server.told).toEqual([]);
    server.write("anybody?");
    await runtime.settle();
    expect(server.told).toEqual(["closed"]);
    expect(isReset(server.error)).toBe(true);
  });

  it("is told to one who waits for room", async () => {
    const { pair, runtime } = await bound({ sendBufferBytes: 10, receiveBufferBytes: 10 });
    const [client, server] = await pair();
    server.write(pattern(21));
    client.stream.destroy();
    await runtime.settle();
    expect(server.told).toEqual(["closed"]);
  });

  it("may come from in between", async () => {
    const { pair, runtime, network } = await bound();
    const [client, server] = await pair();
    for (const { stream } of [client, server]) stream.resume();
    network.links[0]?.reset();
    await runtime.settle();
    expect([client, server].map(({ error }) => isReset(error))).toEqual([true, true]);
  });

  it("is the last that is heard, also where more was sent before its sender knew", async () => {
    const { pair, runtime, network } = await bound({ delayMs: 10 });
    const [client, server] = await pair();
    server.stream.resume();
    client.write("lost");
    network.links[0]?.reset();
    client.write("sent behind it");
    await runtime.advance(100);
    expect(server.told).toEqual(["closed"]);
  });
});

describe("lingering", () => {
  it("drops what comes, and gives up after a time in which nothing left", async () => {
    const { pair, runtime } = await bound();
    const [client, server] = await pair();
    client.stream.end();
    client.stream.linger(5_000);
    server.write("unheard");
    await runtime.advance(4_999);
    expect(client.told).toEqual([]);
    await runtime.advance(1);
    expect(client.told).toEqual(["closed"]);
  });

  it("ends with the peer", async () => {
    const { pair, runtime } = await bound();
    const [client, server] = await pair();
    client.stream.end();
    client.stream.linger(5_000);
    server.stream.resume();
    server.stream.end();
    await runtime.settle();
    expect(client.told).toEqual(["ended", "closed"]);
    expect(server.error).toBeUndefined();
  });
});

describe("a cut", () => {
  it("is noticed by nobody, until the kernel has asked in vain", async () => {
    const { pair, runtime, network } = await bound();
    const [client, server] = await pair();
    server.stream.setOptions({ keepAliveMs: 30_000 });
    for (const { stream } of [client, server]) stream.resume();
    network.links[0]?.cut();
    client.stream.end();
    await runtime.advance(39_999);
    expect([client.told, server.told]).toEqual([[], []]);
    await runtime.advance(1);
    expect(server.error?.code).toBe("ETIMEDOUT");
    expect(client.told).toEqual([]);
  });

  it("is noticed by one who waits for an acknowledgement, after a quarter of an hour", async () => {
    const { pair, runtime, network } = await bound();
    const [client] = await pair();
    client.stream.resume();
    network.links[0]?.cut();
    client.write("hello?");
    await runtime.advance(924_599);
    expect(client.told).toEqual([]);
    await runtime.advance(1);
    expect(client.error?.code).toBe("ETIMEDOUT");
  });
});

describe("a partition", () => {
  it("holds what is sent, and lets it through when it heals", async () => {
    const { pair, runtime, network } = await bound();
    const [client, server] = await pair();
    server.stream.resume();
    client.write("one ");
    await runtime.settle();
    network.partition();
    client.write("two");
    await runtime.advance(100_000);
    expect(server.text).toBe("one ");
    network.heal();
    await runtime.settle();
    expect(server.text).toBe("one two");
  });

  it("is between some addresses and all others", async () => {
    const { network, runtime, accepted } = await bound();
    const near = network.dial(PORT);
    const far = network.dial(PORT, { from: "10.0.0.2" });
    await runtime.settle();
    for (const { stream } of accepted) stream.resume();
    network.partition(["10.0.0.2"]);
    near.send("near");
    far.send("far");
    await runtime.settle();
    expect(accepted.map(({ text }) => text)).toEqual(["near", ""]);
    expect(accepted.map(({ stream }) => stream.remote.host)).toEqual([HERE, "10.0.0.2"]);
  });
});

describe("a stream that isn't read from", () => {
  it("tells of a reset when it is looked at, and of nothing else", async () => {
    const { runtime, pair } = await bound();
    const [client, server] = await pair();
    client.write("early");
    client.stream.end();
    await runtime.settle();
    server.stream.look();
    await runtime.settle();
    expect(server.told).toEqual([]);
    client.stream.destroy();
    await runtime.settle();
    expect(server.told).toEqual([]);
    server.stream.look();
    await runtime.settle();
    expect([server.told, server.error?.code]).toEqual([["closed"], "ECONNRESET"]);
  });

  it("tells its end also to who begins to listen afterwards", async () => {
    const { runtime, pair } = await bound();
    const [, server] = await pair();
    server.stream.destroy();
    await runtime.settle();
    const later = new Ear(server.stream);
    await runtime.settle();
    expect([server.told, later.told]).toEqual([["closed"], ["closed"]]);
  });
});

/** A bench whose methods can be taken apart. */
async function bound(...args: Parameters<typeof bench>) {
  const made = await bench(...args);
  const { runtime, network, accepted } = made;
  return { runtime, network, accepted, pair: () => made.pair() };
}
