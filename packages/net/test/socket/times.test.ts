import { provide } from "@wheelhouse/actors";
import { simulation, type SimulatedRuntime } from "@wheelhouse/actors/simulation";
import {
  NetworkPort,
  SendTimeoutError,
  accept,
  connect,
  listen,
  type ListenSocket,
  type Socket,
  type SocketOptions,
} from "@wheelhouse/net/socket";
import { describe, expect, it } from "vitest";
import { FakeNetwork, FakeStream } from "../fake-network.ts";
import { owner, testRuntime, type Owner } from "../support.ts";

interface Simulated {
  readonly runtime: SimulatedRuntime;
  readonly network: FakeNetwork;
  readonly server: Owner;
  readonly listening: ListenSocket;
}

interface SimulatedPair extends Simulated {
  readonly socket: Socket;
  readonly stream: FakeStream;
}

/** A process that listens, in virtual time. */
async function simulate(): Promise<Simulated> {
  const network = new FakeNetwork();
  const runtime = simulation({ seed: 1, ports: [provide(NetworkPort, network)] });
  const server = await owner(testRuntime([], runtime));
  const listening = await server.run((ctx) => listen(ctx, { port: 0 }));
  return { runtime, network, server, listening };
}

async function simulatePair(options: SocketOptions): Promise<SimulatedPair> {
  const made = await simulate();
  const stream = made.network.dial();
  const socket = await made.server.run((ctx) => accept(ctx, made.listening, options));
  if (typeof socket === "string") throw new Error(`expected a connection, got: ${socket}`);
  return { ...made, socket, stream };
}

/** Whether a promise has settled, and with what. */
function watched<T>(promise: Promise<T>): { value: T | undefined } {
  const result: { value: T | undefined } = { value: undefined };
  void promise.then((value) => (result.value = value));
  return result;
}

describe("the send time-out", () => {
  it("56: closes when a peer has taken nothing for so long", async () => {
    const { runtime, server, socket, stream } = await simulatePair({ sendTimeoutMs: 1_000, active: true });
    stream.writable = false;
    await server.run(() => socket.send("x".repeat(100_000)));
    await runtime.advance(999);
    expect(stream.destroyed).toBe(false);
    await runtime.advance(1);
    expect(stream.destroyed).toBe(true);
    expect(server.heard.items.filter(({ type }) => type === "closed")).toMatchObject([
      { error: { code: "send_timeout", timeoutMs: 1_000 }, reset: false },
    ]);
    expect(await server.run(() => socket.send("more"))).toBe("closed");
  });

  it("56: is 30 s unless chosen otherwise, and begins anew with whatever leaves", async () => {
    const { runtime, server, socket, stream } = await simulatePair({ active: true });
    stream.writable = false;
    await server.run(() => socket.send("x".repeat(100_000)));
    for (let round = 0; round < 10; round += 1) {
      await runtime.advance(29_000);
      stream.takeSome(100);
    }
    expect(stream.destroyed).toBe(false);
    await runtime.advance(45_000);
    expect(stream.destroyed).toBe(true);
  });

  it("56: isn't over for a peer that takes what the kernel holds, before that has room", async () => {
    const { runtime, server, socket, stream } = await simulatePair({ sendTimeoutMs: 1_000 });
    stream.writable = false;
    await server.run(() => socket.send("x".repeat(100_000)));
    for (let round = 0; round < 100; round += 1) {
      await runtime.advance(300);
      stream.takeUnseen(1);
    }
    expect(stream.destroyed).toBe(false);
    await runtime.advance(2_000);
    expect(stream.destroyed).toBe(true);
  });

  it("56: is over when there is room, and may be none", async () => {
    const { runtime, server, socket, stream } = await simulatePair({ sendTimeoutMs: 1_000 });
    stream.writable = false;
    await server.run(() => socket.send("x"));
    await runtime.advance(900);
    stream.drain();
    await runtime.advance(10_000);
    await server.run(() => socket.setOptions({ sendTimeoutMs: Infinity }));
    stream.writable = false;
    await server.run(() => socket.send("x"));
    await runtime.advance(1_000_000_000);
    expect(stream.destroyed).toBe(false);
  });

  it("56: holds for a file, too", async () => {
    const { runtime, network, server, socket, stream } = await simulatePair({ sendTimeoutMs: 1_000 });
    network.files.set("/file", ["one", "two"]);
    stream.writable = false;
    const sent = watched(server.run(() => socket.sendFile("/file")));
    await runtime.advance(1_000);
    expect(stream.writes).toEqual(["one"]);
    expect(sent.value).toBe("closed");
  });

  it("has an error to tell from others", () => {
    expect(new SendTimeoutError(5)).toMatchObject({
      name: "SendTimeoutError",
      message: "the peer has taken nothing of what was sent for 5 ms",
    });
  });
});

describe("waiting for so long", () => {
  it("44: recv", async () => {
    const { runtime, server, socket, stream } = await simulatePair({ active: false, packet: "line" });
    const late = watched(server.run(() => socket.recv(0, 1_000)));
    stream.arrive("be");
    await runtime.advance(999);
    expect(late.value).toBeUndefined();
    await runtime.advance(1);
    expect(late.value).toBe("timeout");
    stream.arrive("gun\n");
    const inTime = watched(server.run(() => socket.recv(0, 1_000)));
    await runtime.advance(1);
    expect(inTime.value?.toString()).toBe("begun\n");
  });

  it("44: recv, one after the other, each with its own time", async () => {
    const { runtime, server, socket, stream } = await simulatePair({ active: false, packet: "line" });
    for (let round = 0; round < 3; round += 1) {
      const early = watched(server.run(() => socket.recv(0, 1_000)));
      await runtime.advance(900);
      stream.arrive("x\n");
      await runtime.settle();
      expect(early.value?.toString()).toBe("x\n");
    }
    const short = watched(server.run(() => socket.recv(0, 10)));
    await runtime.advance(9);
    expect(short.value).toBeUndefined();
    await runtime.advance(1);
    expect(short.value).toBe("timeout");
  });

  it("accept", async () => {
    const { runtime, server, listening } = await simulate();
    const late = watched(server.run((ctx) => accept(ctx, listening, {}, 1_000)));
    await runtime.advance(999);
    expect(late.value).toBeUndefined();
    await runtime.advance(1);
    expect(late.value).toBe("timeout");
  });

  it("51: secure, 5 s unless chosen otherwise", async () => {
    const { runtime, server, socket, stream } = await simulatePair({ active: false });
    stream.secures = new Promise(() => {});
    const failed = watched(
      server.run(() => socket.secure({ role: "client", serverName: "a" }).catch((error: unknown) => error)),
    );
    await runtime.advance(4_999);
    expect(stream.destroyed).toBe(false);
    await runtime.advance(1);
    expect(stream.destroyed).toBe(true);
    expect(failed.value).toMatchObject({ name: "TlsError", code: "timeout" });
  });

  it("connect is told how long", async () => {
    const { network, server } = await simulate();
    network.answers = new FakeStream();
    const to = { host: "127.0.0.1", port: 9 };
    await server.run((ctx) => connect(ctx, to));
    await server.run((ctx) => connect(ctx, to, { timeoutMs: 7 }));
    expect(network.connects).toEqual([15_000, 7]);
  });

  it.each([-1, Number.NaN])("accept and recv refuse %d milliseconds", async (timeoutMs) => {
    const { server, listening, socket } = await simulatePair({ active: false });
    const refusal = `expected timeoutMs to be a number of milliseconds from 0, got: ${timeoutMs}`;
    await expect(server.run((ctx) => accept(ctx, listening, {}, timeoutMs))).rejects.toThrow(refusal);
    await expect(server.run(() => socket.recv(0, timeoutMs))).rejects.toThrow(refusal);
  });

  it.each([0, -1, Number.NaN])("connect and secure refuse %d milliseconds", async (timeoutMs) => {
    const { server, socket } = await simulatePair({ active: false });
    const refusal = `expected timeoutMs to be a positive number of milliseconds, got: ${timeoutMs}`;
    const to = { host: "127.0.0.1", port: 9 };
    await expect(server.run((ctx) => connect(ctx, to, { timeoutMs }))).rejects.toThrow(refusal);
    const client = { role: "client", serverName: "a" } as const;
    await expect(server.run(() => socket.secure(client, { timeoutMs }))).rejects.toThrow(refusal);
  });
});

describe("system calls", () => {
  it("56: all writes of a burst leave in one, also those of several sends", async () => {
    const { server, socket, stream } = await simulatePair({ active: false });
    await server.run(() => {
      for (let index = 0; index < 10; index += 1) socket.send(`${index} `);
      socket.send(["a", Buffer.from("b")]);
    });
    expect(stream.writes).toEqual(["0 1 2 3 4 5 6 7 8 9 ab"]);
  });

  it("56: a lone write isn't copied", async () => {
    const { server, socket, stream } = await simulatePair({ active: false });
    const bytes = Buffer.from("as it is");
    await server.run(() => socket.send(bytes));
    expect(stream.chunks).toEqual([bytes]);
    expect(stream.chunks[0]).toBe(bytes);
  });

  it("56: a large burst begins to leave before its end, so that it isn't taken for a slow peer", async () => {
    const { server, socket, stream } = await simulatePair({ active: false, maxUnsentBytes: 100_000 });
    const results = await server.run(() =>
      Array.from({ length: 100 }, () => socket.send(Buffer.alloc(50_000))),
    );
    expect(new Set(results)).toEqual(new Set(["sent"]));
    expect(stream.writes).toHaveLength(50);
  });

  it("45: a stream is told to pause once when nobody asks, and to resume once when somebody does", async () => {
    const { server, socket, stream } = await simulatePair({ active: "once", packet: "line" });
    expect(stream.reading).toBe(true);
    stream.arrive("a\nb\n");
    expect(stream.reading).toBe(true);
    stream.arrive("c\n");
    expect(stream.reading).toBe(false);
    await server.run(() => socket.setActive(2));
    expect(stream.reading).toBe(false);
    await server.run(() => socket.setActive("once"));
    expect(stream.reading).toBe(true);
  });
});
