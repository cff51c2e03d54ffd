/** The worker of a random program: it does what its messages say, and notes all that reaches it. */

import {
  defineGenServer,
  formatReason,
  ignore,
  later,
  noReply,
  on,
  type CallContext,
  type GenServer,
} from "@wheelhouse/actors";
import { perform } from "./acts.ts";
import type { Act, Answer, WorkerPlan } from "./plan.ts";
import { News, Note, type Message, type World, type WorkerContext, type WorkerProtocol } from "./world.ts";

/** How long a slow start and a slow end take, and an end that takes longer than some are given. */
const SLOW_MS = 3;
const LONG_MS = 2_000;

type AskContext = CallContext<WorkerProtocol, null, number>;

/** `start` says what becomes of this start; asked as it begins. */
export function defineWorker(
  world: World,
  plan: WorkerPlan,
  start: () => WorkerPlan["starts"][number],
): GenServer<WorkerProtocol> {
  const receive = (ctx: WorkerContext, { number, acts }: Message) => {
    world.note({ type: "received", message: number, by: ctx.self.id });
    return perform(world, ctx, acts);
  };
  return defineGenServer<WorkerProtocol, null>({
    name: plan.slot,
    trapExits: plan.traps,
    init: (ctx) => begin(world, ctx, plan, start()),
    calls: {
      ask(ctx, message, answer) {
        // A property of the context that only holds while the call is handled.
        const { from } = ctx;
        world.open.set(message.number, from);
        const acting = receive(ctx, message);
        if (acting === undefined) return giveAnswer(world, ctx, message.number, answer);
        return acting.then(() => giveAnswer(world, ctx, message.number, answer));
      },
    },
    casts: {
      tell: receive,
      timer: (ctx, timer) => world.note({ type: "timer_fired", timer, by: ctx.self.id }),
      answer: (ctx, call) => reply(world, ctx, call),
    },
    infos: [
      on(Note, receive),
      on(News, (ctx, { number }) => world.note({ type: "heard", message: number, by: ctx.self.id })),
    ],
    down: (ctx, { ref, reason }) =>
      world.note({ type: "down", by: ctx.self.id, of: ref.id, reason: formatReason(reason) }),
    exit: (ctx, { from, reason }) =>
      world.note({ type: "trapped", by: ctx.self.id, from: from.id, reason: formatReason(reason) }),
    timeout: () => {},
    continue: (ctx, token) => perform(world, ctx, token as readonly Act[]),
    terminate: (ctx) => finish(ctx, plan),
  });
}

function begin(world: World, ctx: WorkerContext, plan: WorkerPlan, start: WorkerPlan["starts"][number]) {
  if (start === "fail") throw "no start";
  if (start === "ignore") {
    world.note({ type: "ignored", process: ctx.self.id, slot: plan.slot });
    return ignore;
  }
  const acting = perform(world, ctx, plan.first);
  if (start === "ok" && acting === undefined) return null;
  return Promise.all([acting, ctx.exited(ctx.self, SLOW_MS)]).then(() => null);
}

function giveAnswer(world: World, ctx: AskContext, call: number, { answer, afterMs }: Answer) {
  const give = () => {
    world.note({ type: "answered", call, value: call });
    return call;
  };
  switch (answer) {
    case "now":
      return give();
    case "later":
      return later(ctx.exited(ctx.self, afterMs).then(give));
    case "deferred":
      ctx.after(afterMs, "answer", call);
      return noReply;
    case "twice":
      reply(world, ctx, call);
      ctx.reply(world.open.get(call) ?? ctx.from, -1);
      return noReply;
    case "never":
      return noReply;
    case "stop":
      ctx.stop("normal");
      return give();
    case "throw":
      throw "no answer";
  }
}

function reply(world: World, ctx: Pick<WorkerContext, "reply">, call: number): void {
  const to = world.open.get(call);
  if (to === undefined) return;
  world.note({ type: "answered", call, value: call });
  ctx.reply(to, call);
}

async function finish(ctx: WorkerContext, { end }: WorkerPlan): Promise<void> {
  if (end === "slow") await ctx.exited(ctx.self, SLOW_MS);
  if (end === "long") await ctx.exited(ctx.self, LONG_MS);
  if (end === "crash") throw "no end";
}
