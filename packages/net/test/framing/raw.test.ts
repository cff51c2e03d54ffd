import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Framer } from "../../src/framing/framer.ts";
import { RawFramer } from "../../src/framing/raw.ts";
import { countWork } from "./counted-work.ts";
import { framerContract } from "./framer-contract.ts";
import { ALL_BYTES, bytesOf, split, takeAll } from "./streams.ts";

/** Raw bytes, read so many at a time. */
function readingBy(bytes: number): Framer {
  const framer = new RawFramer();
  framer.next = () => framer.take(bytes);
  return framer;
}

framerContract("raw, five bytes at a time (behaviour 44)", {
  create: () => readingBy(5),
  encode: (packet) => packet,
  decode: (stream) =>
    Array.from({ length: Math.floor(stream.length / 5) }, (_, index) =>
      stream.toString("latin1", index * 5, index * 5 + 5),
    ),
  packets: fc.uint8Array({ minLength: 5, maxLength: 5 }).map((bytes) => Buffer.from(bytes)),
  pieces: fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
  recorded: { "every byte there is": ALL_BYTES, little: Buffer.from("abc") },
  minLimitBytes: 5,
});

describe("raw (behaviour 52)", () => {
  it("gives chunks as they come, every byte of them, and no empty ones", () => {
    const framer = new RawFramer();
    framer.push(ALL_BYTES);
    framer.push(Buffer.alloc(0));
    framer.push(Buffer.from("\n"));
    expect(framer.heldBytes).toBe(257);
    expect(framer.next()).toEqual(ALL_BYTES);
    expect(framer.next()).toEqual(Buffer.from("\n"));
    expect(framer.next()).toBeUndefined();
    expect(framer.heldBytes).toBe(0);
  });

  it("takes any number of bytes after any other, mixed with chunks as they come, in any chunking", () => {
    const steps = fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 30 });
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.nat(200), { maxLength: 8 }),
        steps,
        (bytes, at, wanted) => {
          const stream = Buffer.from(bytes);
          const chunks = [...split(stream, ...at)];
          const framer = new RawFramer();
          let taken = Buffer.alloc(0);
          let pushedBytes = 0;
          for (const count of wanted) {
            const before = framer.heldBytes;
            const part = count === 0 ? framer.next() : framer.take(count);
            if (count > 0) expect(part?.length).toBe(before >= count ? count : undefined);
            if (part !== undefined) taken = Buffer.concat([taken, part]);
            expect(framer.heldBytes).toBe(pushedBytes - taken.length);
            const chunk = chunks.shift();
            if (chunk !== undefined) framer.push(chunk);
            pushedBytes += chunk?.length ?? 0;
          }
          expect(Buffer.concat([taken, ...framer.takeRest(), ...chunks])).toEqual(stream);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("keeps what is there when there isn't enough, for a smaller wish or a chunk as it comes", () => {
    const framer = new RawFramer();
    for (const chunk of bytesOf(Buffer.from("abcde"))) framer.push(chunk);
    expect(framer.take(6)).toBeUndefined();
    expect(framer.take(2)?.toString()).toBe("ab");
    expect(framer.take(6)).toBeUndefined();
    framer.push(Buffer.from("fg"));
    expect(framer.next()?.toString()).toBe("cde");
    expect(takeAll(framer)).toEqual(["fg"]);
  });

  it("waits for many bytes that come one by one at a cost in proportion to them", () => {
    const framer = new RawFramer();
    const byte = Buffer.from("a");
    const work = countWork(() => {
      let taken: Buffer | undefined;
      for (let count = 1; count < 100_000; count += 1) {
        framer.push(byte);
        taken ??= framer.take(100_000);
      }
      expect(taken).toBeUndefined();
      framer.push(byte);
      expect(framer.take(100_000)).toHaveLength(100_000);
    });
    expect(work.copiedBytes).toBeLessThanOrEqual(3 * 100_000);
  });
});
