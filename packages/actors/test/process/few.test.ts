import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isAmong, listOf, withOne, withoutOne, type Few } from "../../src/process/few.ts";

const ITEMS = ["a", "b", "c", "d"].map((name) => ({ name }));

test("a few things are a set, whatever is done to them", () => {
  const actions = fc.array(fc.tuple(fc.constantFrom("add", "delete"), fc.constantFrom(...ITEMS)));
  fc.assert(
    fc.property(actions, (taken) => {
      let few: Few<object> = undefined;
      const model = new Set<object>();
      for (const [action, item] of taken) {
        few = action === "add" ? withOne(few, item) : withoutOne(few, item);
        model[action](item);
        expect(new Set(listOf(few))).toEqual(model);
        expect(listOf(few)).toHaveLength(model.size);
        expect(ITEMS.filter((one) => isAmong(few, one))).toEqual(ITEMS.filter((one) => model.has(one)));
      }
    }),
  );
});
