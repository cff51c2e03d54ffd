/** What a worker of a random program can do while it handles a message. Each act is noted as it is done. */

import { formatReason, type Ref, type TaskContext } from "@wheelhouse/actors";
import type { Act, Question, Reason, Route, TaskPlan } from "./plan.ts";
import { OUTSIDE, type ProcessId } from "./trace.ts";
import {
  Keys,
  News,
  Note,
  taskSupervisorName,
  whenSettled,
  type World,
  type WorkerContext,
} from "./world.ts";

/** Does one after the other; a promise only where one of them takes time. */
export function perform(world: World, ctx: WorkerContext, acts: readonly Act[]): Promise<void> | undefined {
  for (const [place, act] of acts.entries()) {
    const taking = performOne(world, ctx, act);
    if (taking !== undefined) return performRest(world, ctx, taking, acts.slice(place + 1));
  }
  return undefined;
}

async function performRest(
  world: World,
  ctx: WorkerContext,
  taking: Promise<unknown>,
  acts: readonly Act[],
): Promise<void> {
  await taking;
  await perform(world, ctx, acts);
}

function performOne(world: World, ctx: WorkerContext, act: Act): Promise<unknown> | undefined {
  switch (act.act) {
    case "cast":
    case "inform":
      sendFrom(world, ctx, act);
      return undefined;
    case "ask": {
      const asking = ask(world, ctx.self.id, ctx, act.question);
      return act.waits ? asking : undefined;
    }
    case "sleep":
      return ctx.exited(ctx.self, act.ms);
    case "task":
      return runTask(world, ctx, act.task);
    case "throw":
      throw "thrown";
    default:
      performSimple(world, ctx, act);
      return undefined;
  }
}

type Simple = Exclude<Act, { act: "cast" | "inform" | "ask" | "sleep" | "task" | "throw" }>;

function performSimple(world: World, ctx: WorkerContext, act: Simple): void {
  switch (act.act) {
    case "stop":
      ctx.stop(act.reason);
      return;
    case "continue":
      ctx.continue(act.acts);
      return;
    case "idle":
      ctx.idleAfter(act.ms);
      return;
    case "timer":
      setTimer(world, ctx, act.ms);
      return;
    case "cancel":
      cancelTimer(world, ctx, act.fromLast);
      return;
    case "register":
    case "unregister":
      enter(world, ctx, act);
      return;
    case "subscribe":
    case "unsubscribe":
    case "broadcast":
      useTopic(world, ctx, act);
      return;
    case "monitor":
    case "demonitor":
    case "link":
    case "unlink":
    case "signal":
    case "kill": {
      const ref = world.holder(act.target);
      if (ref !== undefined) touch(world, ctx, act, ref);
    }
  }
}

// Messages

/** Notes a message that is about to be sent. */
export function noteSent(
  world: World,
  from: ProcessId,
  to: ProcessId,
  how: "cast" | "call" | "info",
): number {
  const message = world.newNumber();
  world.note({ type: "sent", message, from, to, how });
  return message;
}

function sendFrom(
  world: World,
  ctx: WorkerContext,
  { act, route, acts }: { act: "cast" | "inform"; route: Route; acts: readonly Act[] },
): void {
  const found = world.resolve(route);
  if (found === undefined) return;
  const number = noteSent(world, ctx.self.id, found.to, act === "cast" ? "cast" : "info");
  if (act === "cast") ctx.cast(found.address, "tell", { number, acts });
  else ctx.inform(found.address, Note, { number, acts });
}

/** Asks and notes what comes of it; undefined where there was nobody to ask. */
export function ask(
  world: World,
  from: ProcessId,
  caller: Pick<WorkerContext, "callWithin">,
  { route, timeoutMs, answer, acts }: Question,
): Promise<void> | undefined {
  const found = world.resolve(route);
  if (found === undefined) return undefined;
  const number = noteSent(world, from, found.to, "call");
  const dueAt = world.runtime.now() + timeoutMs;
  world.note({ type: "asked", call: number, from, to: found.to, dueAt });
  const asking = caller.callWithin(timeoutMs, found.address, "ask", { number, acts }, answer);
  return whenSettled(asking, (outcome) => world.note({ type: "outcome", call: number, outcome }));
}

// Timers

function setTimer(world: World, ctx: WorkerContext, ms: number): void {
  const [number, by] = [world.newNumber(), ctx.self.id];
  world.note({ type: "timer_set", timer: number, by, dueAt: ctx.now() + ms });
  const timers = world.timers.get(by) ?? [];
  timers.push({ number, timer: ctx.after(ms, "timer", number) });
  world.timers.set(by, timers);
}

function cancelTimer(world: World, ctx: WorkerContext, fromLast: number): void {
  const cancelled = world.timers.get(ctx.self.id)?.at(-1 - fromLast);
  if (cancelled === undefined) return;
  ctx.cancel(cancelled.timer);
  world.note({ type: "timer_cancelled", timer: cancelled.number, by: ctx.self.id });
}

// Others

type Touch = Extract<Simple, { target: unknown }>;

function touch(world: World, ctx: WorkerContext, act: Touch, ref: Ref): void {
  const [by, of] = [ctx.self.id, ref.id];
  switch (act.act) {
    case "monitor":
      world.note({ type: "monitored", by, of });
      ctx.monitor(ref);
      return;
    case "demonitor":
      world.note({ type: "demonitored", by, of });
      ctx.demonitor(ref);
      return;
    case "link":
      world.note({ type: "linked", by, of });
      ctx.link(ref);
      return;
    case "unlink":
      world.note({ type: "unlinked", by, of });
      ctx.unlink(ref);
      return;
    case "signal":
      signal(world, by, ctx, ref, act.reason);
      return;
    case "kill":
      ctx.exit(ref, "kill");
  }
}

export function signal(
  world: World,
  from: ProcessId,
  sender: Pick<WorkerContext, "exit">,
  ref: Ref,
  reason: Reason,
): void {
  world.note({ type: "signalled", from, to: ref.id, reason: formatReason(reason) });
  sender.exit(ref, reason);
}

// Registry and topics

function enter(world: World, ctx: WorkerContext, { act, key }: Extract<Act, { key: string }>): void {
  const by = ctx.self.id;
  if (act === "unregister") {
    ctx.unregister(Keys, key);
    world.note({ type: "unregistered", by, key });
  } else if (!ctx.signal.aborted && ctx.register(Keys, key).outcome === "registered") {
    world.note({ type: "registered", by, key });
  }
}

function useTopic(world: World, ctx: WorkerContext, act: Extract<Act, { topic: string }>): void {
  const [by, topic] = [ctx.self.id, News.of(act.topic)];
  switch (act.act) {
    case "subscribe":
      if (ctx.signal.aborted) return;
      world.note({ type: "subscribed", by, topic: act.topic, bounded: act.maxQueued !== undefined });
      if (act.maxQueued === undefined) ctx.subscribe(topic);
      else ctx.subscribeBounded(topic, { maxQueued: act.maxQueued, whenFull: "drop_oldest" });
      return;
    case "unsubscribe":
      world.note({ type: "unsubscribed", by, topic: act.topic });
      ctx.unsubscribe(topic);
      return;
    case "broadcast": {
      const number = world.newNumber();
      const skips = act.skipsSelf ? by : OUTSIDE;
      world.note({ type: "broadcast", message: number, from: by, topic: act.topic, skips });
      if (act.skipsSelf) ctx.broadcastFrom(topic, { number, acts: [] });
      else ctx.broadcast(topic, { number, acts: [] });
    }
  }
}

// Tasks

/** A task's value is its number. What it says of itself ends with it. */
function runTask(world: World, ctx: WorkerContext, plan: TaskPlan): Promise<void> | undefined {
  if (ctx.signal.aborted) return undefined;
  const { linked, under, awaitMs, abandoned } = plan;
  const number = world.newNumber();
  world.note({ type: "task", task: number, owner: ctx.self.id, linked, supervised: under !== undefined });
  const work = async (own: TaskContext) => {
    world.note({ type: "task_ran", task: number, process: own.self.id });
    await own.exited(own.self, plan.takesMs);
    if (plan.fails) throw "task failed";
    return number;
  };
  const options = under === undefined ? {} : { under: taskSupervisorName(under) };
  const task = linked ? ctx.async(work, options) : ctx.asyncNoLink(work, options);
  if (abandoned) ctx.abandon(task);
  if (awaitMs === undefined) return undefined;
  world.note({ type: "task_awaited", task: number, dueAt: ctx.now() + awaitMs });
  return whenSettled(ctx.await(task, awaitMs), (outcome) =>
    world.note({ type: "task_outcome", task: number, outcome }),
  );
}
