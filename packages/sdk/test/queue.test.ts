import { afterEach, expect, test, vi } from "vitest";

import { Outbox } from "../src/outbox.ts";
import { Queue } from "../src/queue.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("what goes in comes out in the same order, however the two alternate", () => {
  const queue = new Queue([0]);
  let next = 1;
  let due = 0;
  for (let round = 1; round <= 300; round++) {
    for (let count = 0; count < round % 7; count++) queue.push(next++);
    for (let count = 0; count < round % 5 && due < next; count++) {
      expect(queue.first).toBe(due);
      expect(queue.shift()).toBe(due++);
    }
    expect(queue.size).toBe(next - due);
  }
  expect(queue.toArray()).toEqual(Array.from({ length: next - due }, (_, index) => due + index));
});

test("an empty one has nothing, and begins anew", () => {
  const queue = new Queue<string>();
  expect([queue.first, queue.shift(), queue.size]).toEqual([undefined, undefined, 0]);
  queue.push("a");
  queue.clear();
  queue.push("b");
  expect(queue.shift()).toBe("b");
});

test("what left isn't held", () => {
  const queue = new Queue<object>();
  for (let index = 0; index < 40; index++) queue.push({ index });
  for (let index = 0; index < 40; index++) queue.shift();
  expect(queue.toArray()).toEqual([]);
  expect(Reflect.get(queue, "first")).toBeUndefined();
});

test("a line costs an outbox the same at any length: no more places are moved than lines have left", () => {
  const LINES = 20_000;
  const outbox = new Outbox({ maxLines: LINES, maxBytes: 1_000_000_000 });
  const moved = countMoves();
  const put = (count: number) => {
    for (let line = 0; line < count; line++)
      outbox.put({ type: "variables", body: '"at":1,"values":{"a":1}', names: ["a"] });
  };
  put(LINES);
  expect(moved()).toBe(0);
  put(3 * LINES);
  expect(outbox.stats).toMatchObject({ buffered: LINES, dropped: 3 * LINES });
  expect(moved()).toBeLessThanOrEqual(3 * LINES);
  for (let line = 1; line <= 4 * LINES; line++) {
    outbox.take(1, 65_536, (draft) => draft);
    outbox.acknowledge(line);
  }
  expect(outbox.stats.buffered).toBe(0);
  // A line stands in three queues one after another: it waits, is written, and its number is on its way.
  expect(moved()).toBeLessThanOrEqual(3 * LINES + 3 * LINES);
});

/** How many places of lists were moved by what clears places away at the front of one. */
function countMoves(): () => number {
  let moved = 0;
  for (const name of ["slice", "splice", "shift"] as const) {
    const original = Array.prototype[name] as (...given: unknown[]) => unknown;
    vi.spyOn(Array.prototype, name).mockImplementation(function (this: unknown[], ...given: unknown[]) {
      const result = original.apply(this, given);
      moved += name === "slice" ? (result as unknown[]).length : this.length;
      return result as never;
    });
  }
  return () => moved;
}
