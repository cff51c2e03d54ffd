/** `npm run bench -- children`: dynamic children started and stopped one after the other, few and many. */

import {
  defineDynamicSupervisor,
  defineGenServer,
  start,
  type Application,
  type Ref,
} from "@wheelhouse/actors";
import { withBeam, type Beam } from "./beam.ts";
import { Counter, checkCounted } from "./counter.ts";
import { atMostTimes, medians, printFigures, type Figure, type Size } from "../figure.ts";

export const FULL: Size = { count: 100_000, runs: 3 };
/** What a linear cost is reckoned from. */
const FEW = 1_000;

const Children = defineDynamicSupervisor("Children", () => ({
  child: () => Counter.child(undefined, { restart: "temporary" }),
}));

interface Spent {
  readonly start: number;
  readonly stop: number;
}

interface StarterProtocol {
  calls: {
    /** Starts so many children and stops them again; resolves with milliseconds. */
    startAndStop(count: number): Spent;
  };
}

const Starter = defineGenServer<StarterProtocol, undefined>({
  name: "Starter",
  init: () => undefined,
  calls: {
    async startAndStop(ctx, count) {
      const supervisor = await ctx.startLinked(Children.with(undefined));
      if (supervisor === undefined) throw new Error("expected the supervisor to start, got: ignored");
      const begun = ctx.now();
      const children: Ref[] = [];
      for (let asked = 0; asked < count; asked += 1) {
        const started = await ctx.call(supervisor, "startChild", undefined);
        if (started.outcome === "started") children.push(started.ref);
      }
      const between = ctx.now();
      let stopped = 0;
      for (const child of children)
        if ((await ctx.call(supervisor, "stopChild", child)) === "stopped") stopped += 1;
      const ended = ctx.now();
      checkCounted(stopped, count);
      ctx.unlink(supervisor);
      ctx.exit(supervisor, "kill");
      return { start: between - begun, stop: ended - between };
    },
  },
});

export async function run(): Promise<void> {
  printFigures(await measure(FULL));
}

export function measure(size: Size): Promise<readonly Figure[]> {
  return withBeam(async (beam) => [
    ...(await measureVerb("start", size, beam)),
    ...(await measureVerb("stop", size, beam)),
  ]);
}

async function measureVerb(
  verb: keyof Spent,
  { count, runs }: Size,
  beam: Beam | undefined,
): Promise<readonly Figure[]> {
  const starter = await start(Starter, undefined);
  await startAndStop(starter, FEW);
  const spentMs = await medians(runs, {
    few: async () => (await startAndStop(starter, FEW))[verb],
    many: async () => (await startAndStop(starter, count))[verb],
    peer: async () =>
      ((await beam?.measure("children", count))?.[verb === "start" ? 0 : 1] ?? Number.NaN) * 1_000,
  });
  await starter.stop();
  const many = `${verb} ${count.toLocaleString("en")} children`;
  return [
    atMostTimes(`${many}, and linear of ${FEW}`, spentMs.many, (spentMs.few * count) / FEW, 1.5, "ms"),
    atMostTimes(
      `${many}, and on the BEAM`,
      spentMs.many,
      beam === undefined ? undefined : spentMs.peer,
      0.5,
      "ms",
    ),
  ];
}

function startAndStop(starter: Application<StarterProtocol>, count: number): Promise<Spent> {
  return starter.callWithin(Infinity, starter.ref, "startAndStop", count);
}
