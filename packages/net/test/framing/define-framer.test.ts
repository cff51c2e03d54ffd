import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defineFramer } from "../../src/framing/define-framer.ts";
import type { ScanResult } from "../../src/framing/scan-framer.ts";
import { countWork } from "./counted-work.ts";
import { framerContract } from "./framer-contract.ts";
import { ALL_BYTES, outcomeOf, tooLarge } from "./streams.ts";

const COMMA = 0x2c;
const LINE_FEED = 10;

it("a scan is a function", () => {
  expect(() => defineFramer(5 as never)).toThrow(new RangeError("expected scan to be a function, got: 5"));
});

/** Netstrings: `5:hello,`. */
const netstring = defineFramer((bytes, begin) => {
  const header = /^(0|[1-9][0-9]{0,8}):/.exec(bytes.toString("latin1", begin, begin + 10));
  if (header === null) return bytes.length - begin < 10 ? "more" : "malformed";
  const text = begin + header[0].length;
  const end = text + Number(header[1]);
  if (end >= bytes.length) return { needsBytes: end + 1 - begin };
  return bytes[end] === COMMA ? { begin: text, end, next: end + 1 } : "malformed";
});

function encodeNetstring(packet: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${packet.length}:`), packet, Buffer.from(",")]);
}

function decodeNetstrings(stream: Buffer, maxBytes: number): readonly string[] {
  const packets: string[] = [];
  for (let rest = stream; rest.length > 0;) {
    const header = /^(0|[1-9][0-9]{0,8}):/.exec(rest.toString("latin1"));
    if (header === null) return rest.length < 10 ? packets : [...packets, "malformed"];
    const next = header[0].length + Number(header[1]) + 1;
    if (next > maxBytes) return [...packets, tooLarge(next)];
    if (next > rest.length) return packets;
    if (rest[next - 1] !== COMMA) return [...packets, "malformed"];
    packets.push(rest.toString("latin1", header[0].length, next - 1));
    rest = rest.subarray(next);
  }
  return packets;
}

framerContract("a framing of one's own: netstrings (behaviour 52)", {
  create: netstring,
  encode: encodeNetstring,
  decode: decodeNetstrings,
  eitherFault: true,
  packets: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  pieces: fc.oneof(
    {
      weight: 5,
      arbitrary: fc.uint8Array({ maxLength: 30 }).map((bytes) => encodeNetstring(Buffer.from(bytes))),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom("5:hello", "x", "12", ":", "0:,").map((text) => Buffer.from(text)),
    },
  ),
  recorded: {
    "packets, also empty": Buffer.from("5:hello,0:,12:hello, world,0:,"),
    "a packet without its end": Buffer.from("5:hello,5:hell"),
    "not a length": Buffer.from("5:hello,05:hello,more"),
    "no comma": Buffer.from("5:hello,5:hello!more"),
    "every byte there is": encodeNetstring(ALL_BYTES),
  },
  endless: (bytes) => Buffer.alloc(bytes, `29000:${"a".repeat(100_000)}`),
  minLimitBytes: 13,
});

describe("defineFramer", () => {
  it("tells the scan where to go on, so that a packet in small pieces costs no more than a whole one", () => {
    const froms: number[] = [];
    const line = defineFramer((bytes, begin, from) => {
      froms.push(from - begin);
      const at = bytes.indexOf(LINE_FEED, from);
      return at < 0 ? "more" : at + 1;
    });
    const chunks = ["a", "bc", "def\n", "g\n"].map((text) => Buffer.from(text));
    expect(outcomeOf(line({ maxPacketBytes: 10, overlong: "error" }), chunks)).toEqual(["abcdef\n", "g\n"]);
    expect(froms).toEqual([0, 1, 3, 0]);
  });

  it("doesn't call the scan again before there are as many bytes as it needs", () => {
    let scans = 0;
    const hundred = defineFramer((bytes, begin) => {
      scans += 1;
      return bytes.length - begin < 100 ? { needsBytes: 100 } : begin + 100;
    });
    const framer = hundred({ maxPacketBytes: 100, overlong: "error" });
    const work = countWork(() => {
      for (let count = 1; count < 100; count += 1) {
        framer.push(Buffer.from("a"));
        expect(framer.next()).toBeUndefined();
      }
      framer.push(Buffer.from("a"));
      expect(framer.next()).toHaveLength(100);
    });
    expect(scans).toBe(2);
    expect(work.copiedBytes).toBeLessThanOrEqual(300);
  });

  it("loses nothing with a scan that looks further than a packet's end", () => {
    const pairs = defineFramer((bytes, begin) => (bytes.length - begin < 4 ? { needsBytes: 4 } : begin + 2));
    const framer = pairs({ maxPacketBytes: 100, overlong: "error" });
    framer.push(Buffer.from("abc"));
    expect(framer.next()).toBeUndefined();
    framer.push(Buffer.alloc(1_000, "defg"));
    expect(framer.next()?.toString()).toBe("ab");
    expect(framer.heldBytes).toBe(1_001);
    const rest = Buffer.concat(framer.takeRest() ?? []);
    expect(rest).toEqual(Buffer.from(`c${"defg".repeat(250)}`));
  });

  it("counts all that frames a packet: exactly at the limit, and one over", () => {
    const limited = (maxPacketBytes: number) => netstring({ maxPacketBytes, overlong: "skip" });
    const stream = Buffer.from("10:0123456789,");
    expect(outcomeOf(limited(14), [stream])).toEqual(["0123456789"]);
    expect(outcomeOf(limited(13), [stream])).toEqual([tooLarge(14)]);
    expect(outcomeOf(limited(13), [stream.subarray(0, 3)])).toEqual([tooLarge(14)]);
  });

  it.each<[string, ScanResult]>([
    ["stands still", 0],
    ["goes back", -1],
    ["goes beyond the bytes", 6],
    ["isn't a number", Number.NaN],
    ["is no whole number", 2.5],
    ["ends before it begins", { begin: 3, end: 2, next: 4 }],
    ["needs no number of bytes", { needsBytes: Number.NaN }],
    ["needs less than a byte", { needsBytes: 0 }],
    ["is said with another word", "less" as "more"],
    ["is nothing", undefined as never],
    ["is followed by its own bytes", { begin: 1, end: 3, next: 2 }],
  ])("refuses a packet that %s: a bug of the scan", (_, result) => {
    const framer = defineFramer(() => result)({ maxPacketBytes: 100, overlong: "error" });
    framer.push(Buffer.from("bytes"));
    expect(() => framer.next()).toThrow(RangeError);
  });

  it("comes to an end whatever a scan answers", () => {
    fc.assert(
      fc.property(fc.anything(), fc.uint8Array({ minLength: 1, maxLength: 20 }), (answer, bytes) => {
        let looks = 0;
        const framer = defineFramer(() => {
          looks += 1;
          return answer as ScanResult;
        })({ maxPacketBytes: 100, overlong: "error" });
        framer.push(Buffer.from(bytes));
        try {
          while (framer.next() !== undefined);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
        expect(looks).toBeLessThanOrEqual(bytes.length + 1);
      }),
    );
  });
});
