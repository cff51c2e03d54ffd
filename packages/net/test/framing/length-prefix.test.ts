import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFramer, packetHeader, type Packet } from "../../src/framing/packet.ts";
import { countWork } from "./counted-work.ts";
import { framerContract } from "./framer-contract.ts";
import { ALL_BYTES, bytesOf, outcomeOf, split, takeAll, tooLarge } from "./streams.ts";

interface Kind {
  readonly packet: Packet;
  readonly lengthBytes: number;
  readonly read: (bytes: Buffer, at: number) => number;
  /** The header of a packet of 200 bytes. */
  readonly golden: readonly number[];
}

const KINDS: readonly Kind[] = [
  { packet: 1, lengthBytes: 1, read: (bytes, at) => bytes.readUInt8(at), golden: [200] },
  { packet: 2, lengthBytes: 2, read: (bytes, at) => bytes.readUInt16BE(at), golden: [0, 200] },
  { packet: 4, lengthBytes: 4, read: (bytes, at) => bytes.readUInt32BE(at), golden: [0, 0, 0, 200] },
  {
    packet: { lengthBytes: 2 },
    lengthBytes: 2,
    read: (bytes, at) => bytes.readUInt16BE(at),
    golden: [0, 200],
  },
  {
    packet: { lengthBytes: 2, littleEndian: true },
    lengthBytes: 2,
    read: (bytes, at) => bytes.readUInt16LE(at),
    golden: [200, 0],
  },
  {
    packet: { lengthBytes: 4, littleEndian: true },
    lengthBytes: 4,
    read: (bytes, at) => bytes.readUInt32LE(at),
    golden: [200, 0, 0, 0],
  },
];

function encode(packet: Packet, body: Buffer): Buffer {
  return Buffer.concat([packetHeader(packet, body.length) as Buffer, body]);
}

function decode({ lengthBytes, read }: Kind, stream: Buffer, maxBytes: number): readonly string[] {
  const packets: string[] = [];
  for (let begin = 0; begin + lengthBytes <= stream.length;) {
    const length = read(stream, begin);
    if (length > maxBytes) return [...packets, tooLarge(length)];
    const end = begin + lengthBytes + length;
    if (end > stream.length) return packets;
    packets.push(stream.toString("latin1", begin + lengthBytes, end));
    begin = end;
  }
  return packets;
}

describe.each(KINDS)("the prefix $packet", (kind) => {
  const { packet, lengthBytes, golden } = kind;
  const text = (body: string) => encode(packet, Buffer.from(body));

  framerContract("length prefix", {
    create: (options) => createFramer(packet, options),
    encode: (body) => encode(packet, body),
    decode: (stream, maxBytes) => decode(kind, stream, maxBytes),
    packets: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    pieces: fc.oneof(
      fc.uint8Array({ maxLength: 32 }).map((bytes) => encode(packet, Buffer.from(bytes))),
      fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
    ),
    recorded: {
      "packets, also empty": Buffer.concat([text("one"), text(""), text(""), text("three")]),
      "a packet without its end": Buffer.concat([text("one"), text("three").subarray(0, -1)]),
      "every byte there is": Buffer.concat([encode(packet, ALL_BYTES.subarray(1)), text("end")]),
    },
    overheadBytes: lengthBytes,
    ...(lengthBytes === 4
      ? { endless: (bytes: number) => Buffer.concat([packetHeader(packet, 29_000) as Buffer], bytes) }
      : {}),
  });

  it("reads and writes the header that was agreed on (behaviour 52)", () => {
    const body = ALL_BYTES.subarray(0, 200);
    expect(packetHeader(packet, 200)).toEqual(Buffer.from(golden));
    const framer = createFramer(packet, { maxPacketBytes: 200, overlong: "error" });
    expect(outcomeOf(framer, [Buffer.from(golden), body])).toEqual([body.toString("latin1")]);
  });

  it("takes a packet of exactly the limit, and refuses one more before any of it has come (behaviour 54)", () => {
    const stream = Buffer.concat([text("12345"), text("123456"), text("never seen")]);
    const refusedAt = 2 * lengthBytes + 5;
    for (let at = 0; at <= stream.length; at += 1) {
      const framer = createFramer(packet, { maxPacketBytes: 5, overlong: "skip" });
      expect(outcomeOf(framer, split(stream.subarray(0, refusedAt), at))).toEqual(["12345", tooLarge(6)]);
      expect(framer.fault).toEqual({ code: "too_large", maxBytes: 5, declaredBytes: 6 });
      expect(outcomeOf(framer, [stream.subarray(refusedAt)])).toEqual([tooLarge(6)]);
    }
  });

  it("refuses to send what it can't say, and nothing less (behaviour 56)", () => {
    const most = 2 ** (8 * lengthBytes) - 1;
    expect(packetHeader(packet, most)).toEqual(Buffer.alloc(lengthBytes, 255));
    expect(packetHeader(packet, most + 1)).toBe("too_large");
  });
});

describe("a large packet", () => {
  it("takes memory as it comes, not as it is declared", () => {
    const framer = createFramer(4, { maxPacketBytes: 2 ** 30, overlong: "error" });
    framer.push(Buffer.from([0x3f, 0xff, 0xff, 0xff, 1, 2, 3]));
    expect(framer.next()).toBeUndefined();
    framer.push(Buffer.from([4]));
    expect(framer.next()).toBeUndefined();
    expect(framer.heldBytes).toBe(8);
    const [rest] = framer.takeRest() ?? [];
    expect(rest?.buffer.byteLength).toBeLessThanOrEqual(Buffer.poolSize);
  });

  it.each([1, 100, 65_536])("is moved a bounded number of times, in chunks of %i", (chunkBytes) => {
    const body = Buffer.alloc(300_000, "a");
    const stream = encode(4, body);
    const framer = createFramer(4, { maxPacketBytes: 300_000, overlong: "error" });
    const packets: string[] = [];
    const work = countWork(() => {
      for (let at = 0; at < stream.length; at += chunkBytes) {
        framer.push(stream.subarray(at, at + chunkBytes));
        packets.push(...takeAll(framer));
      }
    });
    expect(packets).toEqual([body.toString("latin1")]);
    expect(work.copiedBytes).toBeLessThanOrEqual(3 * stream.length);
  });

  it("keeps its header when it is given up half-way, so that another framer reads it anew", () => {
    const stream = encode(2, Buffer.from("hello"));
    for (let cut = 1; cut < stream.length; cut += 1) {
      const framer = createFramer(2, { maxPacketBytes: 10, overlong: "error" });
      expect(outcomeOf(framer, bytesOf(stream.subarray(0, cut)))).toEqual([]);
      expect(Buffer.concat(framer.takeRest() ?? [])).toEqual(stream.subarray(0, cut));
    }
  });
});
