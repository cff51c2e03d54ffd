/** What holds for every framing, whatever its packets look like: each kind's test runs this suite. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Framer, FramerFactory, Overlong } from "../../src/framing/framer.ts";
import { countWork } from "./counted-work.ts";
import { bytesOf, faultOf, outcomeOf, split, takeAll } from "./streams.ts";

export interface FramingUnderTest {
  readonly create: FramerFactory;
  /** A packet as it stands in the stream. */
  readonly encode: (packet: Buffer) => Buffer;
  /** What is right, by a plain look at the whole stream: packets as latin1 text, "OVERLONG", a fault's text. */
  readonly decode: (stream: Buffer, maxBytes: number, overlong: Overlong) => readonly string[];
  /** Packets as `next` gives them. */
  readonly packets: fc.Arbitrary<Buffer>;
  /** Pieces of streams that come near to whole packets. */
  readonly pieces: fc.Arbitrary<Buffer>;
  readonly recorded: Readonly<Record<string, Buffer>>;
  /** The beginning of a packet that never ends; absent where packets always end. */
  readonly endless?: (bytes: number) => Buffer;
  /** Bytes held beyond the limit: of a header. Default: 0. */
  readonly overheadBytes?: number;
  /** A packet that is both over the limit and malformed may fault as either, by what of it came first. */
  readonly eitherFault?: true;
  /** Lowest limit under which a packet fits. Default: 1. */
  readonly minLimitBytes?: number;
}

const MAX_BYTES = 1_000;
/** Of a packet that never ends; the limit is half of it. */
const STREAM_BYTES = 60_000;
const OVERLONG_CHOICES = ["error", "skip"] as const;

export function framerContract(name: string, framing: FramingUnderTest): void {
  const create = (maxPacketBytes = MAX_BYTES, overlong: Overlong = "error") =>
    framing.create({ maxPacketBytes, overlong });
  const { overheadBytes = 0, minLimitBytes = 1, eitherFault = false } = framing;
  const comparable = (outcome: readonly string[]) =>
    eitherFault ? outcome.map((frame) => frame.replace(/^(malformed|too_large \d+)$/, "fault")) : outcome;
  const limits = fc.integer({ min: minLimitBytes, max: minLimitBytes + 30 });
  const streams = fc.array(framing.pieces, { maxLength: 20 }).map((pieces) => Buffer.concat(pieces));
  const points = fc.array(fc.nat(300), { maxLength: 8 });

  describe(`${name}: the same packets for any chunking (behaviour 53)`, () => {
    const recorded = Object.entries(framing.recorded);

    it.each(recorded)("at every two split points: %s", (_, stream) => {
      const whole = framing.decode(stream, MAX_BYTES, "error");
      for (let first = 0; first <= stream.length; first += 1)
        for (let second = first; second <= Math.min(stream.length, first + 12); second += 1)
          expect(outcomeOf(create(), split(stream, first, second))).toEqual(whole);
    });

    it.each(recorded)("byte by byte, taken at each byte and at the end: %s", (_, stream) => {
      const whole = framing.decode(stream, MAX_BYTES, "error");
      expect(outcomeOf(create(), bytesOf(stream))).toEqual(whole);
      const framer = create();
      for (const chunk of bytesOf(stream)) framer.push(chunk);
      expect([...takeAll(framer), ...faultOf(framer)]).toEqual(whole);
    });

    it("for any stream, chunking, limit and choice", () => {
      fc.assert(
        fc.property(
          streams,
          points,
          limits,
          fc.constantFrom(...OVERLONG_CHOICES),
          (stream, at, max, overlong) => {
            const whole = framing.decode(stream, max, overlong);
            const outcome = outcomeOf(create(max, overlong), split(stream, ...at));
            expect(comparable(outcome)).toEqual(comparable(whole));
          },
        ),
        { numRuns: 300 },
      );
    });

    it("for packets that were encoded, empty ones too", () => {
      fc.assert(
        fc.property(fc.array(framing.packets, { maxLength: 12 }), points, (packets, at) => {
          const stream = Buffer.concat(packets.map((packet) => framing.encode(packet)));
          const sent = packets.map((packet) => packet.toString("latin1"));
          expect(outcomeOf(create(), split(stream, ...at))).toEqual(sent);
        }),
      );
    });
  });

  describe(`${name}: what it holds (behaviours 54, 55)`, () => {
    it("never throws, and never holds more than the limit once all packets were taken", () => {
      fc.assert(
        fc.property(
          fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 10 }),
          limits,
          fc.constantFrom(...OVERLONG_CHOICES),
          (chunks, max, overlong) => {
            const framer = create(max, overlong);
            for (const chunk of chunks) {
              framer.push(Buffer.from(chunk));
              takeAll(framer);
              expect(framer.heldBytes).toBeLessThanOrEqual(max + overheadBytes);
            }
          },
        ),
      );
    });

    it("is at rest only while it holds nothing, and then goes on as a new one would", () => {
      fc.assert(
        fc.property(
          streams,
          streams,
          points,
          limits,
          fc.constantFrom(...OVERLONG_CHOICES),
          (before, after, at, max, overlong) => {
            const framer = create(max, overlong);
            expect(framer.isAtRest).toBe(true);
            for (const chunk of split(before, ...at)) {
              framer.push(chunk);
              takeAll(framer);
            }
            if (framer.heldBytes > 0 || framer.fault !== undefined) expect(framer.isAtRest).toBe(false);
            if (framer.isAtRest !== true) return;
            const chunks = split(after, ...at);
            expect(outcomeOf(framer, chunks)).toEqual(outcomeOf(create(max, overlong), chunks));
          },
        ),
        { numRuns: 300 },
      );
    });

    it("is at rest when whole packets were taken", () => {
      fc.assert(
        fc.property(fc.array(framing.packets, { maxLength: 6 }), points, (packets, at) => {
          const framer = create();
          for (const chunk of split(Buffer.concat(packets.map((packet) => framing.encode(packet))), ...at)) {
            framer.push(chunk);
            takeAll(framer);
          }
          expect(framer.isAtRest).toBe(true);
        }),
      );
    });

    it("counts and gives back what wasn't handed out, at every point", () => {
      fc.assert(
        fc.property(fc.array(framing.packets, { maxLength: 6 }), points, fc.nat(6), (packets, at, taken) => {
          const stream = Buffer.concat(packets.map((packet) => framing.encode(packet)));
          for (let cut = 0; cut <= stream.length; cut += 1) {
            const framer = create();
            for (const chunk of split(stream.subarray(0, cut), ...at)) framer.push(chunk);
            let left = cut;
            for (let count = 0; count < taken; count += 1) {
              const packet = framer.next();
              if (packet === undefined) break;
              left -= framing.encode(packet as Buffer).length;
            }
            expectRest(framer, stream.subarray(cut - left, cut));
          }
        }),
        { numRuns: 30 },
      );
    });

    it("doesn't change a packet that was handed out", () => {
      fc.assert(
        fc.property(fc.array(framing.packets, { maxLength: 20 }), points, (packets, at) => {
          const stream = Buffer.concat(packets.map((packet) => framing.encode(packet)));
          const framer = create();
          const kept: Buffer[] = [];
          for (const chunk of [...split(stream, ...at), ...bytesOf(stream)]) {
            framer.push(Buffer.from(chunk));
            for (let packet = framer.next(); packet !== undefined; packet = framer.next())
              kept.push(packet as Buffer);
          }
          expect(kept).toEqual([...packets, ...packets]);
        }),
      );
    });

    it("hands out views where a packet lies within one chunk", () => {
      const [packet] = fc.sample(
        framing.packets.filter((packet) => packet.length > 0),
        { numRuns: 1, seed: 1 },
      );
      const one = framing.encode(packet as Buffer);
      const chunk = Buffer.from(new Uint8Array([...one, ...one, ...one]).buffer);
      const framer = create();
      framer.push(chunk);
      for (let count = 0; count < 3; count += 1) expect((framer.next() as Buffer).buffer).toBe(chunk.buffer);
      expect(framer.next()).toBeUndefined();
    });
  });

  const { endless } = framing;
  if (endless === undefined) return;

  describe(`${name}: a peer that never ends its packet (behaviour 55)`, () => {
    it.each([1, 7, 500, 65_536])("costs steps in proportion to its bytes, in chunks of %i", (chunkBytes) => {
      const stream = endless(STREAM_BYTES);
      for (const overlong of OVERLONG_CHOICES) {
        const framer = create(STREAM_BYTES / 2, overlong);
        let mostHeldBytes = 0;
        const work = countWork(() => {
          for (let at = 0; at < STREAM_BYTES; at += chunkBytes) {
            framer.push(stream.subarray(at, at + chunkBytes));
            takeAll(framer);
            mostHeldBytes = Math.max(mostHeldBytes, framer.heldBytes);
          }
        });
        expect(mostHeldBytes).toBeLessThanOrEqual(STREAM_BYTES / 2 + overheadBytes);
        expect(work.scannedBytes).toBeLessThanOrEqual(5 * STREAM_BYTES);
        expect(work.copiedBytes).toBeLessThanOrEqual(4 * STREAM_BYTES);
      }
    });

    it("is at its end after a fault, and keeps nothing", () => {
      const framer = create(minLimitBytes + 20);
      framer.push(endless(100));
      expect(framer.next()).toBeUndefined();
      const { fault } = framer;
      expect(fault?.code).toBe("too_large");
      framer.push(framing.encode(fc.sample(framing.packets, 1)[0] as Buffer));
      expect(framer.next()).toBeUndefined();
      expect(framer.heldBytes).toBe(0);
      expect(framer.takeRest()).toBeUndefined();
      expect(framer.fault).toBe(fault);
    });
  });
}

function expectRest(framer: Framer, expected: Buffer): void {
  expect(framer.heldBytes).toBe(expected.length);
  expect(Buffer.concat(framer.takeRest() ?? [])).toEqual(expected);
  expect(framer.heldBytes).toBe(0);
  expect(framer.next()).toBeUndefined();
}
