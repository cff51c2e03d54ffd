import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OVERLONG } from "../../src/framing/framer.ts";
import { LineFramer } from "../../src/framing/line.ts";
import { createFramer } from "../../src/framing/packet.ts";
import { countWork } from "./counted-work.ts";
import { framerContract } from "./framer-contract.ts";
import { ALL_BYTES, decodeDelimited, outcomeOf, split, takeAll } from "./streams.ts";

framerContract("line", {
  create: (options) => createFramer("line", options),
  encode: (line) => line,
  decode: decodeDelimited("\n"),
  packets: fc
    .uint8Array({ maxLength: 20 })
    .map((bytes) => Buffer.from([...bytes.filter((byte) => byte !== 10), 10])),
  pieces: fc.oneof(
    fc.constantFrom("\n", "\r\n", "\n\n").map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
  ),
  recorded: {
    "line feeds": Buffer.from("one\ntwo\nthree\n"),
    "carriage returns, also alone": Buffer.from("one\r\ntwo\r\n\rthree\r\n"),
    "empty lines": Buffer.from("\n\n\r\n\na\n\n"),
    "a line without an end": Buffer.from("one\ntw"),
    "every byte there is": Buffer.concat([ALL_BYTES, Buffer.from("\n"), ALL_BYTES, Buffer.from("\n")]),
    "letters of several bytes": Buffer.from("grüße\n漢字\n🚢\n"),
  },
  endless: (bytes) => Buffer.alloc(bytes, "a"),
});

describe("lines (behaviours 52, 53)", () => {
  it("keep \\n and \\r\\n as they came, and may be empty", () => {
    const stream = Buffer.from("a\nb\r\n\n\r\n");
    expect(outcomeOf(new LineFramer(100), [stream])).toEqual(["a\n", "b\r\n", "\n", "\r\n"]);
  });

  it("come whole when they are taken one by one between chunks", () => {
    const framer = new LineFramer(100);
    framer.push(Buffer.from("a\nb\nc"));
    expect(framer.next()?.toString()).toBe("a\n");
    framer.push(Buffer.from("c\nd\n"));
    expect(takeAll(framer)).toEqual(["b\n", "cc\n", "d\n"]);
  });
});

describe("the limit of lines (behaviours 54, 55)", () => {
  it("counts the line feed", () => {
    expect(outcomeOf(new LineFramer(4), [Buffer.from("abc\nabcd\n")])).toEqual(["abc\n", "OVERLONG"]);
  });

  it("reports an overlong line once, wherever it is cut, and skips it to its end", () => {
    const stream = Buffer.from("ok\nfar too long for this\nok\n");
    for (let first = 0; first <= stream.length; first += 1)
      for (let second = first; second <= stream.length; second += 1)
        expect(outcomeOf(new LineFramer(5), split(stream, first, second))).toEqual([
          "ok\n",
          "OVERLONG",
          "ok\n",
        ]);
  });

  it("never makes of an overlong line a line that wasn't sent", () => {
    const chunks = [Buffer.from("0123456789"), Buffer.from("set x 1"), Buffer.from("\nset y 2\n")];
    expect(outcomeOf(new LineFramer(8, "skip"), chunks)).toEqual(["OVERLONG", "set y 2\n"]);
    expect(outcomeOf(new LineFramer(8, "error"), chunks)).toEqual(["too_large undefined"]);
  });

  it("reports it as soon as it can't be a line any more", () => {
    expect(outcomeOf(new LineFramer(4), [Buffer.from("abc")])).toEqual([]);
    expect(outcomeOf(new LineFramer(4), [Buffer.from("abcd")])).toEqual(["OVERLONG"]);
  });

  it("gives up the rest to no other framer amid a line that is skipped", () => {
    const framer = new LineFramer(4);
    framer.push(Buffer.from("far too long"));
    expect(framer.next()).toBe(OVERLONG);
    framer.push(Buffer.from("set x 1"));
    expect(framer.takeRest()).toBeUndefined();
    framer.push(Buffer.from("\nok\n"));
    expect(framer.next()?.toString()).toBe("ok\n");
    expect(framer.takeRest()).toEqual([]);
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

  it("holds under a limit that was lowered amid a line", () => {
    const framer = new LineFramer(100);
    framer.push(Buffer.from("0123456789"));
    expect(framer.next()).toBeUndefined();
    framer.maxBytes = 5;
    framer.push(Buffer.from("0\nok\n"));
    expect(takeAll(framer)).toEqual(["OVERLONG", "ok\n"]);
  });

  it("keeps nothing of a line that never ends, and looks at each byte once", () => {
    const framer = new LineFramer(1_000);
    const chunk = Buffer.alloc(4_096, "a");
    const reports: unknown[] = [];
    const work = countWork(() => {
      for (let count = 0; count < 50; count += 1) {
        framer.push(chunk);
        reports.push(...takeAll(framer));
        expect(framer.heldBytes).toBe(0);
      }
    });
    expect(reports).toEqual(["OVERLONG"]);
    expect(work).toEqual({ scannedBytes: 50 * 4_096, copiedBytes: 0 });
  });

  it("looks at each byte about once in a chunk of many lines, and once in a line of many chunks", () => {
    const framer = new LineFramer(5_000);
    const lines = countWork(() => {
      framer.push(Buffer.from("012345678\n".repeat(100)));
      expect(takeAll(framer)).toHaveLength(100);
    });
    expect(lines).toEqual({ scannedBytes: 1_000, copiedBytes: 0 });
    const longer = countWork(() => {
      framer.push(Buffer.from(`${"short\n".repeat(3_000)}${"a line like many\n".repeat(1_000)}`.repeat(2)));
      expect(takeAll(framer)).toHaveLength(8_000);
    });
    expect(longer.scannedBytes / 70_000).toBeLessThan(1.1);
    const parts = countWork(() => {
      for (let count = 0; count < 40; count += 1) {
        framer.push(Buffer.alloc(100, "a"));
        expect(framer.next()).toBeUndefined();
      }
    });
    expect(parts.scannedBytes).toBe(4_000);
    expect(parts.copiedBytes).toBeLessThanOrEqual(3 * 4_000);
  });

  it("keeps a chunk alive no longer than a packet does that was handed out", () => {
    const framer = new LineFramer(64);
    const chunk = Buffer.from(`${"a\n".repeat(1_000)}rest`);
    framer.push(chunk);
    takeAll(framer);
    expect(framer.heldBytes).toBe(4);
    const [rest] = framer.takeRest() ?? [];
    expect(rest?.toString()).toBe("rest");
    rest?.fill("x");
    expect(chunk.toString("latin1", 2_000)).toBe("rest");
  });

  it("cuts a chunk of many short lines, with long ones among them, where each ends", () => {
    const lengths = fc.array(fc.oneof(fc.nat(40), fc.nat(40), fc.nat(3_000)), {
      minLength: 10,
      maxLength: 200,
    });
    fc.assert(
      fc.property(lengths, (all) => {
        const lines = all.map((length, place) => `${String(place % 10).repeat(length)}\n`);
        const framer = new LineFramer(5_000);
        framer.push(Buffer.from(lines.join("")));
        expect(takeAll(framer)).toEqual(lines);
      }),
    );
  });

  it("copies no more than the line that two chunks share", () => {
    const framer = new LineFramer(5_000);
    const chunk = Buffer.from(`23456789\n${"0123456789\n".repeat(5_000)}01`);
    framer.push(chunk);
    takeAll(framer);
    const work = countWork(() => {
      framer.push(chunk);
      expect(takeAll(framer)).toHaveLength(5_001);
    });
    expect(work.scannedBytes / chunk.length).toBeLessThan(1.01);
    expect(work.copiedBytes).toBeLessThanOrEqual(300);
  });
});
