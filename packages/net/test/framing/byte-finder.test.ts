import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ByteFinder, STRETCH_BYTES } from "../../src/framing/byte-finder.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

function open(): ByteFinder {
  const finder = ByteFinder.open();
  if (finder === undefined) throw new Error("expected this Node.js to have WebAssembly");
  return finder;
}

function placesOf(finder: ByteFinder, byte: number, bytes: Buffer, from = 0, to = bytes.length): number[] {
  return [...finder.places.subarray(0, finder.find(byte, bytes, from, to))];
}

/** Byte by byte. */
function placesIn(byte: number, bytes: Buffer, from: number, to: number): number[] {
  return [...bytes.subarray(from, to).entries()].filter(([, each]) => each === byte).map(([at]) => at);
}

describe("a byte finder", () => {
  it("finds every place of a byte, whatever the others are and what it looked through before", () => {
    const finder = open();
    const stretch = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.array(fc.constantFrom(9, 10, 11, 138), { maxLength: 300 }),
      fc.array(fc.constantFrom(10, 11), { minLength: STRETCH_BYTES - 20, maxLength: STRETCH_BYTES }),
    );
    fc.assert(
      fc.property(
        stretch,
        fc.constantFrom(0, 10, 11, 255),
        fc.nat(40),
        fc.nat(40),
        (values, byte, before, behind) => {
          const bytes = Buffer.from(values);
          const from = Math.min(before, bytes.length);
          const to = Math.max(from, bytes.length - behind);
          expect(placesOf(finder, byte, bytes, from, to)).toEqual(placesIn(byte, bytes, from, to));
        },
      ),
    );
  });

  it("finds as many as there can be, and none of them afterwards", () => {
    const finder = open();
    const all = Buffer.alloc(STRETCH_BYTES, 10);
    expect(finder.find(10, all, 0, STRETCH_BYTES)).toBe(STRETCH_BYTES);
    expect(finder.places.at(-1)).toBe(STRETCH_BYTES - 1);
    expect(placesOf(finder, 10, Buffer.from("a\nb"))).toEqual([1]);
    expect(placesOf(finder, 10, Buffer.alloc(0))).toEqual([]);
  });

  it("keeps what it found apart from what another one did", () => {
    const [one, other] = [open(), open()];
    one.find(10, Buffer.from("\n"), 0, 1);
    other.find(10, Buffer.from("a\n"), 0, 2);
    expect([one.places[0], other.places[0]]).toEqual([0, 1]);
  });
});

describe("without WebAssembly", () => {
  const withoutMemory = {
    Module: Object,
    Instance: function () {
      throw new RangeError("could not allocate memory");
    },
  };

  it.each([
    ["there is none", undefined],
    ["its memory can't be had", withoutMemory],
  ])("lines are cut one by one: %s", async (_, api) => {
    vi.stubGlobal("WebAssembly", api);
    expect(ByteFinder.open()).toBeUndefined();
    vi.resetModules();
    const { LineFramer } = await import("../../src/framing/line.ts");
    const framer = new LineFramer(100);
    framer.push(Buffer.from("a\nbc\n\nd"));
    expect([framer.next(), framer.next(), framer.next(), framer.next()].map(String)).toEqual([
      "a\n",
      "bc\n",
      "\n",
      "undefined",
    ]);
  });
});
