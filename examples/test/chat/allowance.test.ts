import { describe, expect, test } from "vitest";

import { Allowance, BURST, REFILL_MS } from "../../src/chat/allowance.ts";

function takeAll(allowance: Allowance, nowMs: number): number {
  let taken = 0;
  while (taken <= BURST && allowance.take(nowMs)) taken += 1;
  return taken;
}

describe("an allowance", () => {
  test("gives a burst at once, and no more", () => {
    const allowance = new Allowance(1_000);
    expect(takeAll(allowance, 1_000)).toBe(BURST);
    expect(allowance.take(1_000 + REFILL_MS - 1)).toBe(false);
  });

  test("gives one more for each time that passes, however often it is asked meanwhile", () => {
    const allowance = new Allowance(0);
    takeAll(allowance, 0);
    let taken = 0;
    for (let nowMs = 1; nowMs <= 10 * REFILL_MS; nowMs += 1) if (allowance.take(nowMs)) taken += 1;
    expect(taken).toBe(10);
  });

  test("keeps no more than a burst", () => {
    const allowance = new Allowance(0);
    takeAll(allowance, 0);
    expect(takeAll(allowance, 1_000 * REFILL_MS)).toBe(BURST);
  });
});
