import { once } from "node:events";
import { connect, createServer, Socket, type AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { NodeStream } from "../../src/network/node-stream.ts";
import { endReads, readShared, takeRead } from "../../src/network/shared-reads.ts";

const opened: { destroy(): void }[] = [];

afterEach(() => {
  vi.restoreAllMocks();
  for (const socket of opened.splice(0)) socket.destroy();
});

/** A socket that a server has accepted and that isn't reading, and its peer. */
async function acceptedAndPeer(): Promise<{ accepted: Socket; peer: Socket }> {
  const server = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const peer = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [accepted] = (await once(server, "connection")) as [Socket];
  server.close();
  opened.push(accepted, peer);
  return { accepted, peer };
}

/** The chunks that come to a socket, all of them kept. */
class Reading {
  readonly chunks: Buffer[] = [];
  #bytes = 0;
  #awaited = 0;
  #tell: () => void = () => {};

  constructor(socket: Socket) {
    const isShared = readShared(socket, (bytes, memory) => {
      this.chunks.push(takeRead(socket, bytes, memory));
      this.#bytes += bytes;
      if (this.#bytes >= this.#awaited) this.#tell();
      return true;
    });
    expect(isShared).toBe(true);
    socket.resume();
  }

  /** Has the peer send so many bytes more, and waits until they are there. */
  async of(peer: Socket, bytes: number): Promise<void> {
    const there = new Promise<void>((resolve) => {
      this.#tell = resolve;
    });
    this.#awaited = this.#bytes + bytes;
    peer.write(pattern(this.#bytes, bytes));
    await there;
  }

  /** Has it send until much has come at a time, twice: the second time the socket has had its own memory if it gets any. */
  async ofMuch(peer: Socket): Promise<Buffer> {
    const read = this.chunks.length;
    for (let attempt = 0; attempt < 100; attempt += 1) {
      await this.of(peer, MUCH);
      const [before, last] = this.chunks.slice(read).slice(-2);
      if (before?.length === MUCH && last?.length === MUCH) return last;
    }
    throw new Error("so much never comes at a time here");
  }
}

const MUCH = 60_000;

/** Of a stream that begins anew every 251 bytes. */
function pattern(from: number, bytes: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: bytes }, (_, at) => (from + at) % 251));
}

it("is known to this Node.js for accepted sockets, and each chunk stays as it is when others are read", async () => {
  const [one, other] = [await acceptedAndPeer(), await acceptedAndPeer()];
  const [ones, others] = [new Reading(one.accepted), new Reading(other.accepted)];
  await ones.of(one.peer, 200);
  await others.of(other.peer, 100);
  expect(Buffer.concat(ones.chunks)).toEqual(pattern(0, 200));
  expect(Buffer.concat(others.chunks)).toEqual(pattern(0, 100));
});

it("isn't there for a socket without a kernel's one", () => {
  expect(readShared(new Socket(), () => true)).toBe(false);
});

it("leaves a stream to Node.js's own way where there is no other", async () => {
  const { accepted, peer } = await acceptedAndPeer();
  lacksUserBuffer(accepted);
  const read = once(accepted, "data");
  const end = { host: "", port: 0 };
  const clock = { after: () => () => {}, soon: setImmediate };
  const stream = new NodeStream(accepted, { local: end, remote: end, clock });
  const heard = new Promise<string>((resolve) => {
    stream.start({ data: (chunk) => resolve(String(chunk)), ended() {}, drained() {}, closed() {} });
  });
  stream.resume();
  peer.write("as ever");
  await read;
  expect(await heard).toBe("as ever");
});

it("copies nothing of what a stream drops that only lingers", async () => {
  const { accepted, peer } = await acceptedAndPeer();
  const end = { host: "", port: 0 };
  const clock = { after: () => () => {}, soon: setImmediate };
  const stream = new NodeStream(accepted, { local: end, remote: end, clock });
  const copies = vi.spyOn(Buffer, "allocUnsafe");
  let heard: (chunk: Buffer) => void;
  const first = new Promise<Buffer>((resolve) => (heard = resolve));
  const gone = new Promise<void>((resolve) => {
    stream.start({ data: (chunk) => heard(chunk), ended() {}, drained() {}, closed: () => resolve() });
  });
  stream.resume();
  peer.write("heard");
  expect([String(await first), copies.mock.calls]).toEqual(["heard", [[5]]]);
  stream.end();
  stream.linger(1);
  peer.resume();
  peer.end(Buffer.alloc(1_000_000));
  await gone;
  expect(copies).toHaveBeenCalledTimes(1);
});

describe("a socket that brings much at a time", () => {
  const isCopy = ({ buffer, length }: Buffer) => buffer.byteLength === length;

  it("reads into memory of its own, and no chunk ever changes", async () => {
    const { accepted, peer } = await acceptedAndPeer();
    const reading = new Reading(accepted);
    expect(isCopy(await reading.ofMuch(peer))).toBe(false);
    for (const bytes of [40_000, 100, 100, 500_000]) await reading.of(peer, bytes);
    const all = Buffer.concat(reading.chunks);
    expect(all.equals(pattern(0, all.length))).toBe(true);
    endReads(accepted);
  });

  it("shares its memory again when it brings little", async () => {
    const [one, other] = [await acceptedAndPeer(), await acceptedAndPeer()];
    const [ones, others] = [new Reading(one.accepted), new Reading(other.accepted)];
    await others.of(other.peer, 100);
    await ones.ofMuch(one.peer);
    expect(memoryOf(one.accepted)).not.toBe(memoryOf(other.accepted));
    await ones.of(one.peer, 100);
    expect(memoryOf(one.accepted)).toBe(memoryOf(other.accepted));
  });

  it("has its chunks copied while too many others have memory of their own", async () => {
    const { accepted, peer } = await acceptedAndPeer();
    const reading = new Reading(accepted);
    const others = Array.from({ length: 64 }, () => new Socket());
    for (const other of others) takeRead(other, MUCH, memoryOf(accepted));
    expect(isCopy(await reading.ofMuch(peer))).toBe(true);
    for (const other of others) endReads(other);
    expect(isCopy(await reading.ofMuch(peer))).toBe(false);
    endReads(accepted);
  });
});

it("goes on with other memory also when somebody who listens throws, and the host hears of it", async () => {
  const { accepted, peer } = await acceptedAndPeer();
  const end = { host: "", port: 0 };
  const soon = vi.fn<(work: () => void) => void>();
  const thrown = new Promise<() => void>((resolve) => soon.mockImplementation(resolve));
  const stream = new NodeStream(accepted, {
    local: end,
    remote: end,
    clock: { after: () => () => {}, soon },
  });
  stream.start({
    data() {
      throw new Error("a listener's defect");
    },
    ended() {},
    drained() {},
    closed() {},
  });
  stream.resume();
  peer.write("anything");
  expect(await thrown).toThrow("a listener's defect");
});

/** What a socket reads into next. */
function memoryOf(socket: Socket): Buffer {
  const field = Object.getOwnPropertySymbols(socket).find(({ description }) => description === "kBuffer");
  return (socket as unknown as Record<symbol, Buffer>)[field as symbol] as Buffer;
}

/** As another Node.js might. */
function lacksUserBuffer(socket: Socket): void {
  const { ["_handle"]: handle } = socket as unknown as { readonly ["_handle"]: object };
  Object.defineProperty(handle, "useUserBuffer", { value: undefined });
}
