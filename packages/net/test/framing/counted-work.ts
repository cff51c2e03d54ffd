/** Counts the bytes that are searched, or made a text to be searched, and copied while something runs. */

import { vi } from "vitest";

export interface Work {
  readonly scannedBytes: number;
  readonly copiedBytes: number;
}

export function countWork(run: () => void): Work {
  const work = { scannedBytes: 0, copiedBytes: 0 };
  const { indexOf, copy, toString } = Buffer.prototype;
  const spies = [
    vi.spyOn(Buffer.prototype, "indexOf").mockImplementation(function (this: Buffer, value, from) {
      const found: number = indexOf.call(this, value, from);
      work.scannedBytes += (found < 0 ? this.length : found + 1) - Number(from ?? 0);
      return found;
    }),
    vi.spyOn(Buffer.prototype, "toString").mockImplementation(function (this: Buffer, ...args) {
      const text: string = toString.apply(this, args);
      // A part is made a text to be searched; a test makes one of whole packets.
      if (args.length > 1) work.scannedBytes += text.length;
      return text;
    }),
    vi.spyOn(Buffer.prototype, "copy").mockImplementation(function (this: Buffer, ...args) {
      const copied: number = copy.apply(this, args);
      work.copiedBytes += copied;
      return copied;
    }),
  ];
  try {
    run();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return work;
}
