/** Uses `@wheelhouse/actors` as its users do: a tree that repairs itself, calls, a topic, a task, virtual time. */

import {
  CallTimeoutError,
  ProcessExitedError,
  defineGenServer,
  defineSupervisor,
  defineTopic,
  formatReason,
  noReply,
  on,
  processName,
  start,
  type Ref,
} from "@wheelhouse/actors";
import { simulation } from "@wheelhouse/actors/simulation";

interface StockProtocol {
  calls: { take(count: number): number; ask(): string; double(count: number): number };
  casts: { idle(): void };
}

const Sold = defineTopic<number>("sold");
const Stock = processName<StockProtocol>("stock");
const Till = processName<{ calls: { total(): number } }>("till");

const StockServer = defineGenServer<StockProtocol, number>({
  name: "Stock",
  init: () => 10,
  calls: {
    take(ctx, count) {
      if (count > ctx.state) throw new RangeError(`can't take ${count}`);
      ctx.state -= count;
      ctx.broadcast(Sold.of("here"), count);
      return ctx.state;
    },
    ask: () => noReply,
    double: (ctx, count) => ctx.await(ctx.async(() => count * 2)),
  },
  casts: { idle: (ctx) => ctx.idleAfter(3_600_000) },
  timeout: (ctx) => ctx.stop({ shutdown: "nobody came" }),
});

const TillServer = defineGenServer<{ calls: { total(): number } }, number>({
  name: "Till",
  init(ctx) {
    ctx.subscribe(Sold.of("here"));
    return 0;
  },
  infos: [
    on(Sold, (ctx, count) => {
      ctx.state += count;
    }),
  ],
  calls: { total: (ctx) => ctx.state },
});

const Shop = defineSupervisor("Shop", () => ({
  strategy: "one_for_one",
  children: [StockServer.child(undefined, { name: Stock }), TillServer.child(undefined, { name: Till })],
}));

const shop = await start(Shop, undefined);
console.log(await shop.call(Stock, "take", 3)); // prints: 7
console.log(await shop.call(Till, "total")); // prints: 3
console.log(await shop.call(Stock, "double", 21)); // prints: 42

const late = await shop.callWithin(5, Stock, "ask").catch((error: unknown) => error);
console.log(late instanceof CallTimeoutError); // prints: true

const startedAgain = new Promise<void>((resolve) => {
  shop.runtime.on((event) => {
    if (event.type === "process_started") resolve();
  });
});
const crashed = await shop.call(Stock, "take", 100).catch((error: unknown) => error);
console.log(crashed instanceof ProcessExitedError && formatReason(crashed.reason)); // prints: RangeError: can't take 100
await startedAgain;
console.log(await shop.call(Stock, "take", 1), await shop.call(Till, "total")); // prints: 9 4
await shop.stop();
console.log(shop.runtime.processes().length); // prints: 0

const runtime = simulation({ seed: 7 });
const dry = await start(StockServer, undefined, { runtime });
dry.cast(dry.ref, "idle");
await runtime.advance(3_599_999);
console.log(runtime.processes().length); // prints: 1
await runtime.advance(1);
console.log(JSON.stringify(await dry.ended)); // prints: {"shutdown":"nobody came"}

/** What must not compile, and would if the declarations had lost their types on the way. */
export function mistakes(ref: Ref<StockProtocol>): void {
  // @ts-expect-error: no such call
  void shop.call(ref, "give", 1);
  // @ts-expect-error: a number is asked for
  void shop.call(ref, "take", "1");
}
