import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Heap } from "../../src/runtime/heap.ts";

interface Item {
  at: number;
}

const step = fc.oneof(
  fc.record({ type: fc.constant("push" as const), at: fc.nat(20) }),
  fc.record({ type: fc.constant("take" as const) }),
  fc.record({ type: fc.constant("later" as const), by: fc.nat(20) }),
);

test("its first is the earliest of all, whatever came, went, or became later", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const heap = new Heap<Item>((one, other) => one.at < other.at);
      let items: Item[] = [];
      for (const action of steps) {
        const { first } = heap;
        if (action.type === "push") {
          const item = { at: action.at };
          items.push(item);
          heap.push(item);
        } else if (action.type === "take") {
          expect(heap.takeFirst()).toBe(first);
          items = items.filter((item) => item !== first);
        } else if (first !== undefined) {
          first.at += action.by;
          heap.firstIsLater();
        }
        expect(heap.first?.at).toBe(items.length === 0 ? undefined : Math.min(...items.map(({ at }) => at)));
      }
    }),
  );
});
