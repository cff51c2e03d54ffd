import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { isReset, type Stream, type StreamEvents } from "@wheelhouse/net/socket";
import { afterEach, describe, expect, it, vi } from "vitest";
import { queuedByKernel } from "../../src/network/kernel-queue.ts";
import { nodeNetwork } from "../../src/network/node-network.ts";
import type { HostClock } from "../../src/network/host-clock.ts";
import { NodeStream } from "../../src/network/node-stream.ts";
import { Peer } from "../peer.ts";
import { Inbox, nextTurn, peerAfterTest } from "../support.ts";
import { Watched } from "../watched.ts";
import { socketPath } from "../socket/pairs.ts";

/** More looks than it can take until a peer that takes nothing is seen to. */
const MOST_LOOKS = 20;
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** What a stream has told. */
class Told implements StreamEvents {
  readonly events: string[] = [];
  readonly watched = new Watched();

  data(chunk: Buffer): void {
    this.#add(`data ${chunk.length}`);
  }
  ended(): void {
    this.#add("ended");
  }
  drained(): void {
    this.#add("drained");
  }
  closed(error: Error | undefined): void {
    this.#add(error === undefined ? "closed" : `closed: ${isReset(error) ? "reset" : error.message}`);
  }

  until(event: string): Promise<void> {
    return this.watched.until(() => this.events.includes(event));
  }

  #add(event: string): void {
    this.events.push(event);
    this.watched.changed();
  }
}

/** A stream, and the plain peer at its other end; on a clock of the test's, where it is given one. */
async function streamAndPeer(clock?: HostClock): Promise<{ stream: Stream; told: Told; peer: Peer }> {
  const accepted = new Promise<Socket>((resolve) => {
    servers.push(createServer({ allowHalfOpen: true }, resolve));
  });
  const server = servers.at(-1) as Server;
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const at = { host: "127.0.0.1", port: (server.address() as { port: number }).port };
  const stream = clock === undefined ? await nodeNetwork.connect(at, 10_000) : await connectOn(clock, at);
  const told = new Told();
  stream.start(told);
  return { stream, told, peer: peerAfterTest(new Peer(await accepted)) };
}

/** A clock whose times are over when a test takes them. */
function testClock(): { readonly looks: Inbox<() => void>; readonly clock: HostClock } {
  const looks = new Inbox<() => void>();
  const after = (_: number, look: () => void) => {
    looks.put(look);
    return () => {};
  };
  return { looks, clock: { after, soon: setImmediate } };
}

async function connectOn(clock: HostClock, at: { host: string; port: number }): Promise<Stream> {
  const socket = connect({ ...at, allowHalfOpen: true });
  await once(socket, "connect");
  const local = { host: socket.localAddress ?? "", port: socket.localPort ?? 0 };
  return new NodeStream(socket, { local, remote: at, clock });
}

describe("a stream", () => {
  it("says when there is too much, and when what is unsent has fallen to the low watermark", async () => {
    const { stream, told, peer } = await streamAndPeer();
    stream.setOptions({ watermarks: { highBytes: 1_000_000, lowBytes: 900_000 } });
    peer.pause();
    let written = 0;
    while (stream.write([Buffer.alloc(200_000)])) written += 200_000;
    written += 200_000;
    expect(stream.unsentBytes).toBeGreaterThan(1_000_000);
    await nextTurn();
    expect(told.events).toEqual([]);
    peer.resume();
    await told.until("drained");
    expect(stream.unsentBytes).toBeLessThanOrEqual(900_000);
    await peer.readBytes(written);
    expect(told.events).toEqual(["drained"]);
    stream.destroy();
    await told.until("closed");
  });

  it("takes what the kernel takes at once for sent, however much it is", async () => {
    const { stream } = await streamAndPeer();
    expect(stream.write([Buffer.alloc(100_000), Buffer.alloc(100_000)])).toBe(true);
    expect(stream.unsentBytes).toBe(0);
    stream.destroy();
  });

  it("sends FIN after all that was written", async () => {
    const { stream, peer, told } = await streamAndPeer();
    peer.pause();
    stream.write([Buffer.alloc(10_000_000, "a"), Buffer.from("b")]);
    stream.end();
    peer.resume();
    const all = await peer.readAll();
    expect([all.length, all.at(-1)]).toEqual([10_000_001, "b"]);
    peer.finish();
    stream.resume();
    await told.until("closed");
  });

  it("lingers for a peer that still takes what was written, and not for one that doesn't", async () => {
    const { looks, clock } = testClock();
    const { stream, peer, told } = await streamAndPeer(clock);
    peer.pause();
    stream.write([Buffer.alloc(30_000_000)]);
    stream.end();
    await untilStill(stream);
    stream.linger(1);
    for (let round = 0; round < 3; round += 1) {
      const look = await nextLook();
      // Enough for its kernel to say so, which it does only of a part of its room, and not for ours to say that it has room.
      const { bytes } = await stream.taken();
      do {
        peer.resume();
        await peer.readBytes(200_000);
        peer.pause();
      } while ((await stream.taken()).bytes === bytes);
      await untilStill(stream);
      look();
    }
    expect(told.events).toEqual([]);
    const closed = told.until("closed");
    // The first may still see what its kernel has taken a moment before.
    for (let round = 0; round < MOST_LOOKS; round += 1) {
      const look = await Promise.race([nextLook(), closed.then(() => undefined)]);
      if (look === undefined) break;
      look();
    }
    await closed;
    peer.resume();
    expect(await peer.closed()).toBe("ECONNRESET");

    /** When it is known what the peer had taken at its beginning. */
    async function nextLook(): Promise<() => void> {
      const look = await looks.take();
      await queuedByKernel(stream.local, stream.remote);
      return look;
    }
  });

  it("lingers for a peer that has all, and doesn't close, for one look from then on", async () => {
    const { looks, clock } = testClock();
    const { stream, peer, told } = await streamAndPeer(clock);
    peer.pause();
    stream.write([Buffer.alloc(30_000_000)]);
    stream.end();
    stream.linger(1);
    peer.resume();
    await peer.readAll();
    // The one of the time before, which is cancelled.
    await looks.take();
    (await looks.take())();
    await told.until("closed");
    expect(looks.items).toEqual([]);
    peer.finish();
    expect(await peer.closed()).toBeUndefined();
  });

  /** Until the kernel takes nothing more of what is unsent. */
  async function untilStill(stream: Stream): Promise<void> {
    let stillTurns = 0;
    for (let turn = 0; turn < 100_000 && stillTurns < 100; turn += 1) {
      const before = stream.unsentBytes;
      await nextTurn();
      stillTurns = stream.unsentBytes === before ? stillTurns + 1 : 0;
    }
    expect(stillTurns).toBe(100);
  }

  it("tells of an end that came before it was started, exactly once", async () => {
    const { stream } = await streamAndPeer();
    stream.destroy();
    await nextTurn();
    await nextTurn();
    const told = new Told();
    stream.start(told);
    await told.until("closed");
    await nextTurn();
    expect(told.events).toEqual(["closed"]);
  });

  it("is destroyed also amid its end: a peer that had everything sees that, any other a reset", async () => {
    for (const [bytes, end] of [
      [30_000_000, "ECONNRESET"],
      [10, undefined],
    ] as const) {
      const { stream, peer, told } = await streamAndPeer();
      peer.pause();
      stream.write([Buffer.alloc(bytes)]);
      stream.end();
      stream.destroy();
      await told.until("closed");
      peer.resume();
      await peer.gone();
      peer.finish();
      expect(await peer.closed()).toBe(end);
    }
  });

  it("takes nothing more after its end", async () => {
    const { stream, told } = await streamAndPeer();
    stream.end();
    stream.write([Buffer.from("too late")]);
    stream.destroy();
    stream.destroy();
    stream.linger(1);
    await told.until("closed");
    stream.write([Buffer.from("far too late")]);
    expect(stream.unsentBytes).toBe(0);
    expect(told.events).toEqual(["closed"]);
  });
});

/** Milliseconds until the kernel asks whether the peer is there, where proc_net_tcp(5) says so. */
function keepAliveLeftMs(localPort: number, remotePort: number): number | undefined {
  const [local, remote] = [localPort, remotePort].map((port) =>
    port.toString(16).toUpperCase().padStart(4, "0"),
  );
  const row = new RegExp(`^ *\\d+: \\S+:${local} \\S+:${remote} \\S+ \\S+ (\\w+):(\\w+)`, "m");
  const [, timer, jiffies = ""] = row.exec(readFileSync("/proc/net/tcp", "latin1")) ?? [];
  return timer === "02" ? Number.parseInt(jiffies, 16) * 10 : undefined;
}

describe.skipIf(!existsSync("/proc/net/tcp"))("keep-alive", () => {
  it.each([
    [1, 1_000],
    [1_500, 2_000],
    [32_767_000, 32_767_000],
  ])("of %d ms is %d for the kernel", async (keepAliveMs, expectedMs) => {
    const { stream } = await streamAndPeer();
    stream.setOptions({ keepAliveMs });
    const leftMs = keepAliveLeftMs(stream.local.port, stream.remote.port);
    // What has passed since is a moment, and never another second.
    expect(Math.ceil((leftMs ?? 0) / 1_000) * 1_000).toBe(expectedMs);
    stream.setOptions({ keepAliveMs: Infinity });
    expect(keepAliveLeftMs(stream.local.port, stream.remote.port)).toBeUndefined();
    stream.destroy();
  });

  it("is what the port was told for what it accepts", async () => {
    const accepted = new Inbox<Stream>();
    const port = await nodeNetwork.listen({
      host: "127.0.0.1",
      port: 0,
      backlog: 1,
      keepAliveMs: 500,
      noDelay: true,
      reusePort: false,
      connection: (stream) => accepted.put(stream),
      failed: () => {},
    });
    const peer = peerAfterTest(await Peer.connect(port.local.port));
    const stream = await accepted.take();
    expect(keepAliveLeftMs(port.local.port, peer.localPort)).toBeLessThanOrEqual(1_000);
    stream.destroy();
    await port.close();
  });
});

describe("connecting", () => {
  it("gives up after a time", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { stream } = await streamAndPeer();
    const { port } = stream.remote;
    const connecting = nodeNetwork.connect({ host: "127.0.0.1", port }, 1_000);
    vi.advanceTimersByTime(1_000);
    vi.useRealTimers();
    await expect(connecting).rejects.toMatchObject({ name: "ConnectError", code: "timeout" });
    stream.destroy();
  });
});

describe("files", () => {
  it("are read in pieces, from anywhere, as much as is asked for", async () => {
    const path = socketPath();
    writeFileSync(path, Buffer.alloc(300_000, "0123456789"));
    const read = async (from: number, bytes: number | undefined) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of nodeNetwork.readFile(path, from, bytes)) pieces.push(piece);
      return pieces;
    };
    const whole = await read(0, undefined);
    expect(whole.length).toBeGreaterThan(1);
    expect(Buffer.concat(whole)).toHaveLength(300_000);
    expect(Buffer.concat(await read(5, 7)).toString()).toBe("5678901");
    expect(await read(5, 0)).toEqual([]);
    expect(Buffer.concat(await read(299_999, 100)).toString()).toBe("9");
  });
});

describe("descriptors", () => {
  it("are counted where the platform says how many there are", async ({ skip }) => {
    const before = nodeNetwork.descriptors();
    if (before === undefined) skip("this platform doesn't say");
    const { stream } = await streamAndPeer();
    const after = nodeNetwork.descriptors();
    expect(after?.open).toBeGreaterThan(before?.open ?? 0);
    expect(after?.limit).toBeGreaterThan(after?.open ?? 0);
    stream.destroy();
  });
});

describe("a stream that isn't read from", () => {
  it("tells of a reset when it is looked at, without reading what came before", async () => {
    const { stream, told, peer } = await streamAndPeer();
    await peer.write("early");
    stream.look();
    await nextTurn();
    expect(told.events).toEqual([]);
    peer.reset();
    for (let turn = 0; turn < 1_000 && told.events.length === 0; turn += 1) {
      stream.look();
      await nextTurn();
    }
    expect(told.events).toEqual(["closed: reset"]);
    stream.look();
  });

  it("tells nothing of a peer that has sent its last: it may wait for an answer", async () => {
    const { stream, told, peer } = await streamAndPeer();
    peer.finish();
    for (let turn = 0; turn < 20; turn += 1) {
      stream.look();
      await nextTurn();
    }
    expect(told.events).toEqual([]);
    stream.resume();
    await told.until("ended");
    stream.end();
    await told.until("closed");
  });

  it("tells its end also to who begins to listen afterwards", async () => {
    const { stream, told } = await streamAndPeer();
    stream.destroy();
    await told.until("closed");
    const later = new Told();
    stream.start(later);
    await later.until("closed");
    expect(later.events).toEqual(["closed"]);
  });
});
