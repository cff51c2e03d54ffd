import { describe, expect, it } from "vitest";
import { defineFramer } from "../../src/framing/define-framer.ts";
import { checkPacket, createFramer, packetHeader, type Packet } from "../../src/framing/packet.ts";
import { outcomeOf } from "./streams.ts";

const own = defineFramer((_bytes, begin) => begin + 1);

describe("kinds of packets (behaviour 52)", () => {
  it.each<[Packet, string, readonly string[]]>([
    ["raw", "a\nb", ["a\nb"]],
    ["line", "a\nb\n", ["a\n", "b\n"]],
    [1, "\u0001a\0\u0002bc", ["a", "", "bc"]],
    [2, "\0\u0001a\0\u0000", ["a", ""]],
    [4, "\0\0\0\u0001a", ["a"]],
    [{ lengthBytes: 2, littleEndian: true }, "\u0001\0a", ["a"]],
    [{ delimiter: "--" }, "a--b--", ["a--", "b--"]],
    [{ delimiter: Uint8Array.of(0) }, "a\0b\0", ["a\0", "b\0"]],
    [own, "ab", ["a", "b"]],
  ])("%o", (packet, stream, packets) => {
    expect(() => checkPacket(packet)).not.toThrow();
    const framer = createFramer(packet, { maxPacketBytes: 100, overlong: "error" });
    expect(outcomeOf(framer, [Buffer.from(stream)])).toEqual(packets);
  });

  it.each<Packet>(["raw", "line", { delimiter: "\r\n" }, own])("%o is sent as it is", (packet) => {
    expect(packetHeader(packet, 2 ** 40)).toBeUndefined();
  });

  it.each<[unknown, string]>([
    ["lines", "'lines'"],
    [3, "3"],
    [Number.NaN, "NaN"],
    [undefined, "undefined"],
    [null, "null"],
    [4n, "4n"],
    [{}, "{}"],
    [[], "[]"],
    [{ lengthBytes: 3 }, "{ lengthBytes: 3 }"],
    [{ lengthBytes: 2, littleEndian: 1 }, "{ lengthBytes: 2, littleEndian: 1 }"],
    [{ lengthBytes: 2, bigEndian: true }, "{ lengthBytes: 2, bigEndian: true }"],
    [{ lengthBytes: 2, delimiter: "\n" }, "{ lengthBytes: 2, delimiter: '\\n' }"],
    [{ delimiter: "" }, "{ delimiter: '' }"],
    [{ delimiter: 10 }, "{ delimiter: 10 }"],
    [{ delimiter: new Uint8Array(0) }, "{ delimiter: Uint8Array(0) [] }"],
    [{ delimiter: "é".repeat(33) }, `{ delimiter: '${"é".repeat(33)}' }`],
    [{ delimiter: "x".repeat(1_000_000) }, `{ delimiter: '${"x".repeat(40)}'... 999960 more characters }`],
    [
      Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`n${index}`, index])),
      "{ n0: 0, n1: 1, n2: 2, n3: 3, n4: 4, n5: 5, n6: 6, n7: 7, n8: 8, n9: 9, n10: 10, n11: 11, n12: 12, n",
    ],
  ])("refuses %o", (packet, got) => {
    expect(() => checkPacket(packet)).toThrow(
      new RangeError(
        'expected packet to be "raw", "line", 1, 2, 4, { lengthBytes: 1, 2 or 4 }, ' +
          `{ delimiter: 1 to 64 bytes } or a framer's factory, got: ${got}`,
      ),
    );
  });

  it("knows at compile time what a packet can be", () => {
    const packets: Packet[] = ["raw", { delimiter: "\n" }];
    // @ts-expect-error no such kind
    packets.push("lines");
    // @ts-expect-error no header of three bytes
    packets.push(3);
    // @ts-expect-error no delimiter and length at once
    packets.push({ lengthBytes: 2, delimiter: 7 });
    expect(packets).toHaveLength(5);
  });
});
