import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32c } from "../../src/connection/crc32c.ts";
import { ProxyHeaderParser, type ProxyHeaderResult } from "../../src/connection/proxy-header.ts";

const SIGNATURE = Buffer.from("0d0a0d0a000d0a515549540a", "hex");

/** A header of version 2. */
function v2(versionAndCommand: number, family: number, block: Buffer): Buffer {
  const prefix = Buffer.from([versionAndCommand, family, block.length >> 8, block.length & 0xff]);
  return Buffer.concat([SIGNATURE, prefix, block]);
}

function extra(type: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type, value.length >> 8, value.length & 0xff]), value]);
}

const IPV4_BLOCK = Buffer.from([192, 0, 2, 1, 198, 51, 100, 2, 0x30, 0x39, 0x01, 0xbb]);
const IPV6_BLOCK = Buffer.from(`20010db8${"0".repeat(23)}1${"0".repeat(31)}1303901bb`, "hex");

function parse(bytes: Buffer): ProxyHeaderResult {
  return new ProxyHeaderParser().push(bytes);
}

const TCP4 = {
  version: 1,
  command: "proxy",
  transport: "tcp4",
  source: { host: "192.0.2.1", port: 12_345 },
  destination: { host: "198.51.100.2", port: 443 },
  extras: [],
};

/** Each with what it says. */
const GOOD: readonly (readonly [name: string, bytes: Buffer, header: object])[] = [
  ["TCP4", Buffer.from("PROXY TCP4 192.0.2.1 198.51.100.2 12345 443\r\n"), TCP4],
  [
    "TCP6",
    Buffer.from("PROXY TCP6 2001:db8::1 ::1 65535 0\r\n"),
    {
      ...TCP4,
      transport: "tcp6",
      source: { host: "2001:db8::1", port: 65_535 },
      destination: { host: "::1", port: 0 },
    },
  ],
  [
    "UNKNOWN",
    Buffer.from("PROXY UNKNOWN\r\n"),
    { ...TCP4, transport: "unknown", source: undefined, destination: undefined },
  ],
  [
    "UNKNOWN with more",
    Buffer.from("PROXY UNKNOWN ffff::1 whatever\n 1 2\r\n"),
    { ...TCP4, transport: "unknown", source: undefined, destination: undefined },
  ],
  ["TCP over IPv4", v2(0x21, 0x11, IPV4_BLOCK), { ...TCP4, version: 2 }],
  ["UDP over IPv4", v2(0x21, 0x12, IPV4_BLOCK), { ...TCP4, version: 2, transport: "udp4" }],
  [
    "TCP over IPv6",
    v2(0x21, 0x21, IPV6_BLOCK),
    {
      ...TCP4,
      version: 2,
      transport: "tcp6",
      source: { host: "2001:db8::1", port: 12_345 },
      destination: { host: "::1", port: 443 },
    },
  ],
  [
    "a Unix socket",
    v2(0x21, 0x31, Buffer.concat([Buffer.from("/run/a"), Buffer.alloc(102), Buffer.alloc(108, "b")])),
    {
      ...TCP4,
      version: 2,
      transport: "unix_stream",
      source: { host: "", port: 0, path: "/run/a" },
      destination: { host: "", port: 0, path: "b".repeat(108) },
    },
  ],
  [
    "extras",
    v2(
      0x21,
      0x11,
      Buffer.concat([IPV4_BLOCK, extra(0x02, Buffer.from("example.net")), extra(0x04, Buffer.alloc(0))]),
    ),
    {
      ...TCP4,
      version: 2,
      extras: [
        { type: 2, value: Buffer.from("example.net") },
        { type: 4, value: Buffer.alloc(0) },
      ],
    },
  ],
  [
    "LOCAL",
    v2(0x20, 0x00, Buffer.alloc(0)),
    {
      version: 2,
      command: "local",
      transport: "unknown",
      source: undefined,
      destination: undefined,
      extras: [],
    },
  ],
  [
    "LOCAL with a block to pass over",
    v2(0x20, 0x11, Buffer.from("anything at all")),
    {
      version: 2,
      command: "local",
      transport: "unknown",
      source: undefined,
      destination: undefined,
      extras: [],
    },
  ],
  [
    "an unspecified family",
    v2(0x21, 0x00, extra(0x05, Buffer.from("id"))),
    {
      version: 2,
      command: "proxy",
      transport: "unknown",
      source: undefined,
      destination: undefined,
      extras: [{ type: 5, value: Buffer.from("id") }],
    },
  ],
];

const BAD: readonly (readonly [name: string, bytes: Buffer, why: string])[] = [
  ["something else", Buffer.from("GET / HTTP/1.1\r\n"), "neither of the two beginnings"],
  ["a wrong signature", Buffer.from("\r\n\r\n\0\r\nQUIT\r"), "neither of the two beginnings"],
  ["another family", Buffer.from("PROXY UDP4 1.2.3.4 1.2.3.4 1 1\r\n"), "neither TCP4"],
  ["a field too few", Buffer.from("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n"), "neither TCP4"],
  ["a field too many", Buffer.from("PROXY TCP4 1.2.3.4 1.2.3.4 1 1 1\r\n"), "neither TCP4"],
  ["two spaces", Buffer.from("PROXY TCP4  1.2.3.4 1.2.3.4 1 1\r\n"), "neither TCP4"],
  ["an address of the other family", Buffer.from("PROXY TCP4 ::1 1.2.3.4 1 1\r\n"), "no address"],
  ["a name", Buffer.from("PROXY TCP4 localhost 1.2.3.4 1 1\r\n"), "no address"],
  ["a port over the last", Buffer.from("PROXY TCP4 1.2.3.4 1.2.3.4 65536 1\r\n"), "no port"],
  ["a port with a zero before it", Buffer.from("PROXY TCP4 1.2.3.4 1.2.3.4 01 1\r\n"), "no port"],
  ["a negative port", Buffer.from("PROXY TCP4 1.2.3.4 1.2.3.4 1 -1\r\n"), "no port"],
  ["no end", Buffer.from(`PROXY UNKNOWN ${"x".repeat(100)}`), "no end within 107 bytes"],
  ["another version", v2(0x31, 0x11, IPV4_BLOCK), "an unknown version"],
  ["another command", v2(0x22, 0x11, IPV4_BLOCK), "an unknown command"],
  ["another protocol", v2(0x21, 0x13, IPV4_BLOCK), "an unknown family or protocol"],
  ["another address family", v2(0x21, 0x41, IPV4_BLOCK), "an unknown family or protocol"],
  ["addresses cut off", v2(0x21, 0x11, IPV4_BLOCK.subarray(1)), "shorter than its addresses"],
  [
    "an extra cut off",
    v2(0x21, 0x11, Buffer.concat([IPV4_BLOCK, Buffer.from([1, 0, 2, 0])])),
    "an extra that is cut off",
  ],
  [
    "a wrong checksum",
    v2(0x21, 0x11, Buffer.concat([IPV4_BLOCK, extra(0x03, Buffer.alloc(4))])),
    "a checksum that doesn't fit",
  ],
  [
    "a checksum of another size",
    v2(0x21, 0x11, Buffer.concat([IPV4_BLOCK, extra(0x03, Buffer.alloc(5))])),
    "a checksum that isn't 4 bytes",
  ],
];

describe("the PROXY header (behaviour 40)", () => {
  it.each(GOOD)("40: %s is understood, and what comes after it is left", (_, bytes, header) => {
    const after = Buffer.from("PROXY is what the next line says\r\n");
    expect(parse(Buffer.concat([bytes, after]))).toEqual({ type: "header", header, rest: after });
  });

  it.each(GOOD)("40: %s is understood however the network cuts it", (_, bytes, header) => {
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const parser = new ProxyHeaderParser();
      expect(parser.push(bytes.subarray(0, cut))).toEqual({ type: "more" });
      expect(parser.push(bytes.subarray(cut))).toEqual({ type: "header", header, rest: Buffer.alloc(0) });
    }
  });

  it.each(GOOD)("40: %s is understood byte by byte", (_, bytes, header) => {
    const parser = new ProxyHeaderParser();
    const results = [...bytes].map((byte) => parser.push(Buffer.from([byte])));
    expect(results.pop()).toEqual({ type: "header", header, rest: Buffer.alloc(0) });
    expect(results.every(({ type }) => type === "more")).toBe(true);
  });

  it.each(BAD)("40: %s is malformed, however the network cuts it", (_, bytes, why) => {
    expect(parse(bytes)).toEqual({ type: "malformed", why: expect.stringContaining(why) });
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const parser = new ProxyHeaderParser();
      const first = parser.push(bytes.subarray(0, cut));
      const last = first.type === "more" ? parser.push(bytes.subarray(cut)) : first;
      expect(last).toMatchObject({ type: "malformed" });
    }
  });

  it("40: nothing yet is neither", () => {
    expect(parse(Buffer.alloc(0))).toEqual({ type: "more" });
  });

  it("40: a checksum over the whole header is verified (RFC 3720's)", () => {
    expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
    const bytes = v2(0x21, 0x11, Buffer.concat([IPV4_BLOCK, extra(0x03, Buffer.alloc(4))]));
    const summed = Buffer.from(bytes);
    summed.writeUInt32BE(crc32c(bytes), bytes.length - 4);
    expect(parse(summed)).toMatchObject({ type: "header", header: { transport: "tcp4" } });
    summed[20] = 9;
    expect(parse(summed)).toMatchObject({ type: "malformed" });
  });

  it("40: any bytes are a header, malformed, or not all there; nothing throws", () => {
    const beginning = fc.constantFrom(
      Buffer.alloc(0),
      SIGNATURE,
      Buffer.concat([SIGNATURE, Buffer.from([0x21, 0x11])]),
      Buffer.concat([SIGNATURE, Buffer.from([0x21, 0x31, 0, 216])]),
      Buffer.from("PROXY TCP4 "),
      Buffer.from("PROXY TCP6 ::1 "),
    );
    fc.assert(
      fc.property(beginning, fc.uint8Array({ maxLength: 300 }), fc.nat(), (start, random, at) => {
        const bytes = Buffer.concat([start, random]);
        const whole = parse(bytes);
        const parser = new ProxyHeaderParser();
        const first = parser.push(bytes.subarray(0, at % (bytes.length + 1)));
        const split = first.type === "more" ? parser.push(bytes.subarray(at % (bytes.length + 1))) : first;
        expect(split.type).toBe(whole.type);
        if (whole.type === "header" && split.type === "header") expect(split.header).toEqual(whole.header);
      }),
      { numRuns: 1_000 },
    );
  });
});
