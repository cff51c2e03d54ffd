/** The process that the figures' messages go to. */

import { defineGenServer } from "@wheelhouse/actors";

export interface CounterProtocol {
  calls: {
    /** How many it has counted; this call counts too. */
    next(): number;
  };
  casts: { add(more: number): void };
}

export const Counter = defineGenServer<CounterProtocol, number>({
  name: "Counter",
  init: () => 0,
  calls: {
    next(ctx) {
      const count = ctx.state;
      ctx.state = count + 1;
      return count;
    },
  },
  casts: {
    add(ctx, more) {
      ctx.state += more;
    },
  },
});

/** A measurement that didn't do the work it timed is no measurement. */
export function checkCounted(counted: number, expected: number): void {
  if (counted !== expected) throw new Error(`expected ${expected} messages to be handled, got: ${counted}`);
}
