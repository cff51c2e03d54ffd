import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LineFramer } from "../../src/framing/line.ts";
import { Burst } from "../../src/socket/burst.ts";

/** Pieces of one block of memory, each of so many bytes. */
function cut(block: Buffer, ...lengths: readonly number[]): readonly Buffer[] {
  let begin = 0;
  return lengths.map((length) => block.subarray(begin, (begin += length)));
}

/** Each begins where the one before ends, but in other memory: who looks at nothing but places takes them for neighbours. */
function inMemoriesOfTheirOwn(texts: readonly string[]): readonly Buffer[] {
  const bytes = texts.join("").length;
  let begin = 0;
  return texts.map((text) => {
    const chunk = Buffer.from(new ArrayBuffer(bytes), begin, text.length);
    begin += text.length;
    chunk.write(text);
    return chunk;
  });
}

function send(pieces: readonly Uint8Array[], memory: ArrayBufferLike | undefined): Burst {
  const burst = new Burst();
  for (const piece of pieces) burst.add(piece, memory);
  return burst;
}

describe("a burst", () => {
  it("is one piece of what was cut from one chunk, without a copy", () => {
    const chunk = Buffer.from("onetwothree");
    const burst = send(cut(chunk, 3, 3, 5), chunk.buffer);
    expect(burst.bytes).toBe(11);
    const [piece, ...others] = burst.takePieces();
    expect(others).toEqual([]);
    expect(Buffer.from(piece ?? []).toString()).toBe("onetwothree");
    chunk.write("ONE");
    expect(Buffer.from(piece ?? []).toString()).toBe("ONEtwothree");
  });

  it("leaves a lone piece as it is", () => {
    const piece = Buffer.from("alone");
    expect(send([piece], piece.buffer).takePieces()[0]).toBe(piece);
  });

  it("joins nothing that isn't one behind the other", () => {
    const chunk = Buffer.from("onetwothree");
    const [one, two, three] = cut(chunk, 3, 3, 5) as [Buffer, Buffer, Buffer];
    for (const pieces of [
      [one, three],
      [two, one],
      [one, one],
    ])
      expect(send(pieces, chunk.buffer).takePieces()).toEqual(pieces);
  });

  it("joins nothing of which it isn't known what memory it lies in, or that lies in another", () => {
    const [memory, other] = [new ArrayBuffer(8), new ArrayBuffer(8)];
    const before = Buffer.from(memory, 0, 4).fill("a");
    const behind = Buffer.from(other, 4, 4).fill("b");
    const burst = new Burst();
    burst.add(before, memory);
    burst.add(behind, other);
    expect(burst.takePieces()).toEqual([before, behind]);
    expect(send([before, Buffer.from(memory, 4, 4)], undefined).takePieces()).toHaveLength(2);
  });

  it("sends what a framer gave, whatever chunks it got and whatever of it is sent", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 60 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), fc.infiniteStream(fc.boolean()), (texts, choices) => {
        const framer = new LineFramer(1_000);
        for (const chunk of inMemoriesOfTheirOwn(texts)) framer.push(chunk);
        const burst = new Burst();
        const sent: string[] = [];
        for (let line = framer.next(); line !== undefined; line = framer.next()) {
          if (typeof line === "symbol" || choices.next().value === false) continue;
          burst.add(line, framer.memory);
          sent.push(line.toString());
        }
        expect(Buffer.concat(burst.takePieces()).toString()).toBe(sent.join(""));
        expect(burst.bytes).toBe(sent.join("").length);
      }),
    );
  });
});
