import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PieceQueue } from "../../src/network/piece-queue.ts";

describe("a queue of pieces", () => {
  it("gives back what was put in, in order, in pieces of no more than asked for", () => {
    const step = fc.oneof(
      fc.uint8Array({ maxLength: 20 }).map((chunk) => ({ chunk })),
      fc.integer({ min: 1, max: 30 }).map((most) => ({ most })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const queue = new PieceQueue();
        const [put, taken]: [number[], number[]] = [[], []];
        for (const next of [...steps, { most: Infinity }]) {
          if ("chunk" in next) {
            queue.push(next.chunk);
            put.push(...next.chunk);
          } else {
            const piece = queue.take(next.most).flatMap((chunk) => [...chunk]);
            expect(piece.length).toBe(Math.min(next.most, put.length - taken.length));
            taken.push(...piece);
          }
          expect(queue.bytes).toBe(put.length - taken.length);
        }
        expect(taken).toEqual(put);
      }),
    );
  });

  it("copies nothing", () => {
    const queue = new PieceQueue();
    const [first, second] = [Buffer.from("abcdef"), Buffer.from("gh")];
    queue.push(first);
    queue.push(second);
    const [piece] = queue.take(4);
    expect(piece?.buffer).toBe(first.buffer);
    expect(queue.take(10)).toEqual([Buffer.from("ef"), second]);
  });
});
