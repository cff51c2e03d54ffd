import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { OVERLONG, type Frame } from "../../src/framing/framer.ts";
import { LineFramer } from "../../src/framing/line.ts";
import { RawFramer } from "../../src/framing/raw.ts";

/** What comes of chunks; packets are copied out, as text that keeps every byte. */
function frames(chunks: readonly Buffer[], maxBytes = 1_000): readonly string[] {
  const framer = new LineFramer(maxBytes);
  return chunks.flatMap((chunk) => {
    framer.push(chunk);
    return takeAll(framer);
  });
}

function takeAll(framer: { next(): Frame | undefined }): readonly string[] {
  const taken: string[] = [];
  for (let frame = framer.next(); frame !== undefined; frame = framer.next())
    taken.push(frame === OVERLONG ? "OVERLONG" : frame.toString("latin1"));
  return taken;
}

/** The same by a plain look at the whole stream: the definition of what is right. */
function expected(stream: Buffer, maxBytes = 1_000): readonly string[] {
  const lines: string[] = [];
  let begin = 0;
  for (let end = stream.indexOf(10); end >= 0; end = stream.indexOf(10, begin)) {
    lines.push(end + 1 - begin > maxBytes ? "OVERLONG" : stream.toString("latin1", begin, end + 1));
    begin = end + 1;
  }
  if (stream.length - begin >= maxBytes) lines.push("OVERLONG");
  return lines;
}

function split(stream: Buffer, ...points: readonly number[]): readonly Buffer[] {
  return [0, ...points].map((point, index) => stream.subarray(point, points[index] ?? stream.length));
}

const ALL_BYTES = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

const RECORDED: Readonly<Record<string, Buffer>> = {
  "line feeds": Buffer.from("one\ntwo\nthree\n"),
  "carriage returns, also alone": Buffer.from("one\r\ntwo\r\n\rthree\r\n"),
  "empty lines": Buffer.from("\n\n\r\n\na\n\n"),
  "a line without an end": Buffer.from("one\ntw"),
  "every byte there is": Buffer.concat([ALL_BYTES, Buffer.from("\n"), ALL_BYTES, Buffer.from("\n")]),
  "letters of several bytes": Buffer.from("grüße\n漢字\n🚢\n"),
};

describe("LineFramer (behaviours 52, 53)", () => {
  it("keeps \\n and \\r\\n as they came", () => {
    expect(frames([Buffer.from("a\nb\r\n")])).toEqual(["a\n", "b\r\n"]);
  });

  it("takes an empty line for a packet", () => {
    expect(frames([Buffer.from("\n\n\r\n")])).toEqual(["\n", "\n", "\r\n"]);
  });

  it.each(Object.entries(RECORDED))("gives the same at every two split points: %s", (_, stream) => {
    const whole = expected(stream);
    for (let first = 0; first <= stream.length; first += 1) {
      expect(frames(split(stream, first))).toEqual(whole);
      const last = Math.min(stream.length, first + 40);
      for (let second = first; second <= last; second += 1)
        expect(frames(split(stream, first, second))).toEqual(whole);
    }
  });

  it.each(Object.entries(RECORDED))("gives the same byte by byte: %s", (_, stream) => {
    expect(frames([...stream].map((byte) => Buffer.from([byte])))).toEqual(expected(stream));
  });

  it("gives the same for any stream, chunking and limit", () => {
    const piece = fc.oneof(
      fc.constantFrom("\n", "\r\n", "\n\n").map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 20 }),
        fc.array(fc.nat(200), { maxLength: 8 }),
        fc.integer({ min: 1, max: 30 }),
        (pieces, at, maxBytes) => {
          const stream = Buffer.concat(pieces);
          const points = at.map((point) => Math.min(point, stream.length)).sort((a, b) => a - b);
          expect(frames(split(stream, ...points), maxBytes)).toEqual(expected(stream, maxBytes));
        },
      ),
    );
  });

  it("gives the same whether packets are taken at once or one by one between chunks", () => {
    const framer = new LineFramer(100);
    framer.push(Buffer.from("a\nb\nc"));
    expect(framer.next()?.toString()).toBe("a\n");
    framer.push(Buffer.from("c\nd\n"));
    expect(takeAll(framer)).toEqual(["b\n", "cc\n", "d\n"]);
  });

  it("doesn't change a packet that was handed out", () => {
    const framer = new LineFramer(100);
    framer.push(Buffer.from("on"));
    expect(framer.next()).toBeUndefined();
    framer.push(Buffer.from("e\ntw"));
    const first = framer.next();
    expect(framer.next()).toBeUndefined();
    framer.push(Buffer.from("o\n"));
    expect(framer.next()?.toString()).toBe("two\n");
    expect(first?.toString()).toBe("one\n");
  });
});

describe("LineFramer's limit (behaviours 54, 55)", () => {
  it("counts the line feed", () => {
    expect(frames([Buffer.from("abc\nabcd\n")], 4)).toEqual(["abc\n", "OVERLONG"]);
  });

  it("reports an overlong line once, wherever it is cut, and skips it to its end", () => {
    const stream = Buffer.from("ok\nfar too long for this\nok\n");
    for (let first = 0; first <= stream.length; first += 1)
      for (let second = first; second <= stream.length; second += 1)
        expect(frames(split(stream, first, second), 5)).toEqual(["ok\n", "OVERLONG", "ok\n"]);
  });

  it("never makes of an overlong line a line that wasn't sent", () => {
    const chunks = [Buffer.from("0123456789"), Buffer.from("set x 1"), Buffer.from("\nset y 2\n")];
    expect(frames(chunks, 8)).toEqual(["OVERLONG", "set y 2\n"]);
  });

  it("reports it as soon as it can't be a line any more", () => {
    expect(frames([Buffer.from("abc")], 4)).toEqual([]);
    expect(frames([Buffer.from("abcd")], 4)).toEqual(["OVERLONG"]);
  });

  it("takes a change of limit between two lines of one chunk", () => {
    const framer = new LineFramer(4);
    framer.push(Buffer.from("abc\nabcdef\nabcdef\n"));
    expect(framer.next()?.toString()).toBe("abc\n");
    framer.maxBytes = 7;
    expect(framer.next()?.toString()).toBe("abcdef\n");
    framer.maxBytes = 6;
    expect(framer.next()).toBe(OVERLONG);
    expect(framer.next()).toBeUndefined();
  });

  it("keeps nothing of a line that never ends, and looks at each byte once", () => {
    const framer = new LineFramer(1_000);
    const chunks = Array.from({ length: 50 }, () => new CountingChunk(4_096));
    let reports = 0;
    for (const { chunk } of chunks) {
      framer.push(chunk);
      if (framer.next() === OVERLONG) reports += 1;
      expect(framer.heldBytes).toBe(0);
    }
    expect(reports).toBe(1);
    for (const { scannedBytes } of chunks) expect(scannedBytes()).toBe(4_096);
  });

  it("looks at each byte once in a chunk of many lines, and in a line of many chunks", () => {
    const lines = new CountingChunk(1_000, (index) => (index % 10 === 9 ? 10 : 65));
    const framer = new LineFramer(5_000);
    framer.push(lines.chunk);
    expect(takeAll(framer)).toHaveLength(100);
    expect(lines.scannedBytes()).toBe(1_000);

    const parts = Array.from({ length: 40 }, () => new CountingChunk(100));
    for (const { chunk } of parts) {
      framer.push(chunk);
      expect(framer.next()).toBeUndefined();
    }
    for (const { scannedBytes } of parts) expect(scannedBytes()).toBe(100);
  });

  it("costs at most the limit when bytes come one by one", () => {
    const framer = new LineFramer(64);
    for (let count = 1; count < 64; count += 1) {
      framer.push(Buffer.from("a"));
      expect(framer.next()).toBeUndefined();
      expect(framer.heldBytes).toBe(count);
    }
    framer.push(Buffer.from("a"));
    expect(framer.next()).toBe(OVERLONG);
    expect(framer.heldBytes).toBe(0);
  });

  it("holds on to no chunk once its last line was taken", () => {
    const framer = new LineFramer(64);
    framer.push(Buffer.from(`${"a\n".repeat(1_000)}rest`));
    takeAll(framer);
    expect(framer.heldBytes).toBe(4);
  });
});

describe("RawFramer (behaviour 52)", () => {
  it("gives chunks as they come, every byte of them", () => {
    const framer = new RawFramer();
    framer.push(ALL_BYTES);
    framer.push(Buffer.from("\n"));
    expect(framer.heldBytes).toBe(257);
    expect(framer.next()).toEqual(ALL_BYTES);
    expect(framer.next()).toEqual(Buffer.from("\n"));
    expect(framer.next()).toBeUndefined();
    expect(framer.heldBytes).toBe(0);
  });
});

/** A chunk that counts how many of its bytes were searched for a line feed. */
class CountingChunk {
  readonly chunk: Buffer;
  #scanned = 0;

  constructor(bytes: number, byteAt: (index: number) => number = () => 65) {
    this.chunk = Buffer.from(Array.from({ length: bytes }, (_, index) => byteAt(index)));
    const indexOf = this.chunk.indexOf.bind(this.chunk);
    this.chunk.indexOf = (value, from) => {
      const begin = Number(from ?? 0);
      const found = indexOf(value, begin);
      this.#scanned += (found < 0 ? this.chunk.length : found + 1) - begin;
      return found;
    };
  }

  readonly scannedBytes = (): number => this.#scanned;
}
