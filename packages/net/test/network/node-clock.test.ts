import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { hostClock } from "../../src/network/node-clock.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What a timer of Node.js can wait for. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

it.each([LONGEST_TIMER_MS - 1, LONGEST_TIMER_MS, LONGEST_TIMER_MS + 1, 3 * LONGEST_TIMER_MS])(
  "what is due after %d ms comes then, and not before",
  (ms) => {
    let isOver = false;
    hostClock.after(ms, () => (isOver = true));
    vi.advanceTimersByTime(ms - 1);
    expect(isOver).toBe(false);
    vi.advanceTimersByTime(1);
    expect(isOver).toBe(true);
  },
);

it("what was cancelled never comes, also after a part of its time", () => {
  let isOver = false;
  const cancel = hostClock.after(2 * LONGEST_TIMER_MS, () => (isOver = true));
  vi.advanceTimersByTime(LONGEST_TIMER_MS + 1);
  cancel();
  vi.advanceTimersByTime(LONGEST_TIMER_MS);
  expect(isOver).toBe(false);
});
