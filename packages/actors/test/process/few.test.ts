import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Few } from "../../src/process/few.ts";

test("a few things are a set, whatever is done to them", () => {
  const actions = fc.array(fc.tuple(fc.constantFrom("add", "delete"), fc.integer({ min: 1, max: 4 })));
  fc.assert(
    fc.property(actions, (taken) => {
      const few = new Few<number>();
      const model = new Set<number>();
      for (const [action, item] of taken) {
        few[action](item);
        model[action](item);
        expect(new Set(few.toArray())).toEqual(model);
        expect(few.toArray()).toHaveLength(model.size);
      }
    }),
  );
});
