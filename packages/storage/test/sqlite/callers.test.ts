import { expect, test } from "vitest";
import { waitingCallers, type Caller } from "../../src/sqlite/callers.ts";

const caller = (): Caller => ({ resolve: () => {}, reject: () => {} });

test("each caller has a number of its own until it is taken, and then others have it", () => {
  const callers = waitingCallers();
  const [first, second, third] = [caller(), caller(), caller()];
  const ids = [callers.add(first), callers.add(second)];
  expect(new Set(ids).size).toBe(2);
  expect(callers.take(ids[0] ?? -1)).toBe(first);
  expect(callers.take(ids[0] ?? -1)).toBeUndefined();
  expect(callers.add(third)).toBe(ids[0]);
  expect(callers.count).toBe(2);
});

test("all can be taken at once", () => {
  const callers = waitingCallers();
  const [first, second, third] = [caller(), caller(), caller()];
  const ids = [callers.add(first), callers.add(second), callers.add(third)];
  callers.take(ids[1] ?? -1);
  expect(callers.takeAll()).toEqual([first, third]);
  expect(callers.count).toBe(0);
  expect(callers.takeAll()).toEqual([]);
});
