import { once } from "node:events";
import { connect, createServer, Socket, type AddressInfo } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { NodeStream } from "../../src/network/node-stream.ts";
import { readShared, takeRead } from "../../src/network/shared-reads.ts";

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

/** The chunks that come to a socket, and a wait for the first. */
function readingShared(socket: Socket): { chunks: Buffer[]; first: Promise<void> } {
  const chunks: Buffer[] = [];
  let tell: () => void;
  const first = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const isShared = readShared(socket, (bytes) => {
    chunks.push(takeRead(bytes));
    tell();
    return true;
  });
  expect(isShared).toBe(true);
  socket.resume();
  return { chunks, first };
}

it("is known to this Node.js for accepted sockets, and each chunk stays as it is when others are read", async () => {
  const [one, other] = [await acceptedAndPeer(), await acceptedAndPeer()];
  const ones = readingShared(one.accepted);
  const others = readingShared(other.accepted);
  one.peer.write("one's bytes");
  await ones.first;
  other.peer.write("and those of the other");
  await others.first;
  expect([String(ones.chunks[0]), String(others.chunks[0])]).toEqual([
    "one's bytes",
    "and those of the other",
  ]);
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

/** As another Node.js might. */
function lacksUserBuffer(socket: Socket): void {
  const { ["_handle"]: handle } = socket as unknown as { readonly ["_handle"]: object };
  Object.defineProperty(handle, "useUserBuffer", { value: undefined });
}
