import fc from "fast-check";
import { expect, it } from "vitest";
import { ChunkQueue } from "../../src/framing/chunk-queue.ts";

it("gives chunks in order, counts their bytes, and takes one back, however long it is", () => {
  const steps = fc.array(fc.constantFrom("push", "push", "shift", "shift", "back"), { maxLength: 500 });
  fc.assert(
    fc.property(steps, fc.nat(300), (steps, filled) => {
      const queue = new ChunkQueue();
      const model: Buffer[] = [];
      let count = 0;
      const push = () => {
        const chunk = Buffer.alloc((count += 1) % 5, count);
        model.push(chunk);
        queue.push(chunk);
      };
      for (let index = 0; index < filled; index += 1) push();
      for (const step of steps) {
        if (step === "push") push();
        const expected = step === "push" ? undefined : model.shift();
        const chunk = step === "push" ? undefined : queue.shift();
        expect(chunk).toBe(expected);
        if (step === "back" && chunk !== undefined) {
          model.unshift(chunk);
          queue.unshift(chunk);
        }
        expect(queue.bytes).toBe(model.reduce((sum, { length }) => sum + length, 0));
      }
      expect(queue.takeAll()).toEqual(model);
      expect([queue.bytes, queue.shift()]).toEqual([0, undefined]);
    }),
  );
});
