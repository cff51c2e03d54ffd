/** Counts the bytes that are searched, and those that are copied for other reasons, while something runs. */

import { vi } from "vitest";
import { ByteFinder } from "../../src/framing/byte-finder.ts";

export interface Work {
  readonly scannedBytes: number;
  readonly copiedBytes: number;
}

type FindArgs = Parameters<ByteFinder["find"]>;

export function countWork(run: () => void): Work {
  const work = { scannedBytes: 0, copiedBytes: 0 };
  const { indexOf, copy } = Buffer.prototype;
  const find: (...args: FindArgs) => number = Reflect.get(ByteFinder.prototype, "find");
  const spies = [
    vi.spyOn(Buffer.prototype, "indexOf").mockImplementation(function (this: Buffer, value, from) {
      const found: number = indexOf.call(this, value, from);
      work.scannedBytes += (found < 0 ? this.length : found + 1) - Number(from ?? 0);
      return found;
    }),
    vi.spyOn(ByteFinder.prototype, "find").mockImplementation(function (this: ByteFinder, ...args) {
      const { copiedBytes } = work;
      const count = Reflect.apply(find, this, args);
      const [, , from, to] = args;
      Object.assign(work, { scannedBytes: work.scannedBytes + to - from, copiedBytes });
      return count;
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
