import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createFramer } from "../../src/framing/packet.ts";
import { framerContract } from "./framer-contract.ts";
import { bytesOf, decodeDelimited, outcomeOf, split } from "./streams.ts";

// One of a byte, an ordinary one, and two whose end may be their beginning.
describe.each(["\0", "\r\n", "aba", "aaaa"])("the delimiter %j", (delimiter) => {
  framerContract("delimiter", {
    create: (options) => createFramer({ delimiter }, options),
    encode: (packet) => packet,
    decode: decodeDelimited(delimiter),
    packets: fc
      .array(fc.constantFrom("x", "y", "z", "\t"), { maxLength: 20 })
      .map((letters) => Buffer.from(letters.join("") + delimiter)),
    pieces: fc.oneof(
      fc.constantFrom(delimiter, delimiter.slice(1), "a", "b", "\r").map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
    ),
    recorded: {
      "packets, also empty": Buffer.from(["one", "", "", "three", ""].join(delimiter)),
      "beginnings of the delimiter": Buffer.from(
        `ab\r\r${delimiter.slice(1)}aabaab${delimiter}aba\r${delimiter}aaaaab`,
      ),
    },
    endless: (bytes) => Buffer.alloc(bytes, "\rab"),
    minLimitBytes: delimiter.length,
  });
});

describe("delimiters", () => {
  it("may be bytes, and whoever passed them may write to them afterwards", () => {
    const delimiter = Uint8Array.of(0, 255);
    const framer = createFramer({ delimiter }, { maxPacketBytes: 10, overlong: "error" });
    delimiter.fill(7);
    expect(outcomeOf(framer, bytesOf(Buffer.of(1, 0, 255, 0, 0, 255)))).toEqual(["\u0001\0ÿ", "\0\0ÿ"]);
  });

  it("count within the limit: exactly at it, and one over", () => {
    const stream = Buffer.from("ab--abc--ab--");
    for (let first = 0; first <= stream.length; first += 1)
      for (let second = first; second <= stream.length; second += 1) {
        const framer = createFramer({ delimiter: "--" }, { maxPacketBytes: 4, overlong: "skip" });
        expect(outcomeOf(framer, split(stream, first, second))).toEqual(["ab--", "OVERLONG", "ab--"]);
      }
  });
});
