import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Process } from "../../src/process/process.ts";
import { Population } from "../../src/runtime/population.ts";

test("a population is who was added and not deleted, oldest first", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(9)), (places) => {
      const population = new Population();
      const model: Process[] = [];
      for (const place of places) {
        const leaving = model[place];
        if (leaving === undefined) {
          // A process is to a population but its two neighbours.
          const born = { older: undefined, younger: undefined } as Process;
          population.add(born);
          model.push(born);
        } else {
          population.delete(leaving);
          model.splice(place, 1);
        }
        expect(population.toArray()).toEqual(model);
      }
    }),
  );
});
