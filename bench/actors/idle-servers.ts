/** Prints how many bytes of the heap each of so many idle gen servers keeps. Run by `memory.ts` with `--expose-gc`. */

import { defineGenServer, start } from "@wheelhouse/actors";
import { Counter, checkCounted } from "./counter.ts";

interface ParentProtocol {
  calls: { start(count: number): void };
}

/** Links every one of them to itself, as `gen_server:start_link` does. */
const Parent = defineGenServer<ParentProtocol, undefined>({
  name: "Parent",
  init: () => undefined,
  calls: {
    async start(ctx, count) {
      for (let started = 0; started < count; started += 1) await ctx.startLinked(Counter.with(undefined));
    },
  },
});

const count = Number(process.argv[2]);
const parent = await start(Parent, undefined);
// Code that is compiled meanwhile isn't the servers' memory.
await parent.callWithin(Infinity, parent.ref, "start", 1_000);
const before = heapBytes();
await parent.callWithin(Infinity, parent.ref, "start", count);
const after = heapBytes();
checkCounted(parent.runtime.processes().length, 1 + 1_000 + count);
console.log((after - before) / count);
await parent.stop();

function heapBytes(): number {
  if (globalThis.gc === undefined) throw new Error("expected node to run with --expose-gc");
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
