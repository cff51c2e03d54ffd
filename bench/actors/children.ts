/** `npm run bench -- children`: dynamic children started and stopped one after the other, few and many. */

import { Runtime, defineDynamicSupervisor, defineGenServer, start, type Ref } from "@wheelhouse/actors";
import { withBeam, type Beam } from "./beam.ts";
import { Counter, checkCounted, type CounterProtocol } from "./counter.ts";
import { atMostTimes, medians, printFigures, type Figure, type Size } from "./figure.ts";

export const FULL: Size = { count: 100_000, runs: 3 };
/** What a linear cost is reckoned from. */
const FEW = 1_000;

const Children = defineDynamicSupervisor("Children", () => ({
  child: () => Counter.child(undefined, { restart: "temporary" }),
}));

interface Spent {
  readonly startMs: number;
  readonly stopMs: number;
}

interface StarterProtocol {
  calls: { startAndStop(count: number): Spent };
}

const Starter = defineGenServer<StarterProtocol, Ref>({
  name: "Starter",
  async init(ctx) {
    const children = await ctx.startLinked(Children.with(undefined));
    if (children === undefined) throw new Error("expected the supervisor to start, got: ignored");
    return children;
  },
  calls: {
    async startAndStop(ctx, count) {
      return { startMs: 0, stopMs: 0 };
    },
  },
});
