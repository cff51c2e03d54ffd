/** A supervisor: starts its children in order, restarts what fails by its strategy, and stops them in reverse. */

import type { Context, Timer } from "../context.ts";
import type { ExitReason } from "../exit-reason.ts";
import { defineGenServer, type GenServer } from "../gen-server.ts";
import { later } from "../process/definition.ts";
import type { Exit } from "../process/message.ts";
import type { ProcessName, Ref } from "../protocol.ts";
import { BackOffState, type BackOff } from "./back-off.ts";
import { toChildSpec, type ChildOptions, type ChildSpec } from "./child-spec.ts";
import { countChildren, startFailure, stopChild } from "./children.ts";
import {
  DEFAULT_INTENSITY,
  RestartWindow,
  affectedBy,
  shouldRestart,
  shutsDown,
  type AutoShutdown,
  type Intensity,
  type Strategy,
} from "./restart-rules.ts";
import { checkChild, checkChildren, checkSupervisor } from "./spec-checks.ts";
import type {
  ChildInfo,
  StartChildOutcome,
  StartOutcome,
  SupervisorProtocol,
} from "./supervisor-protocol.ts";

export interface SupervisorSpec {
  /** Default: `one_for_one`. */
  readonly strategy?: Strategy;
  /** Default: {@link DEFAULT_INTENSITY}. */
  readonly intensity?: Intensity;
  /** Default: `never`. */
  readonly autoShutdown?: AutoShutdown;
  /** Default: none, restarts follow at once. The children that a restart takes along are stopped before the wait. */
  readonly backOff?: BackOff;
  /** In starting order. */
  readonly children: readonly ChildSpec[];
}

interface SupervisorPrivate extends SupervisorProtocol {
  casts: {
    /** Tries again to restart after a restart that failed. */
    restart(id: string, reason: ExitReason): void;
    /** Goes on with a restart, once its wait is over. */
    restartNow(id: string): void;
  };
}

interface Child {
  readonly spec: ChildSpec;
  readonly backOff: BackOffState | undefined;
  ref: Ref | "restarting" | undefined;
  /** What ends the wait before its restart. */
  wait: Timer | undefined;
}

interface SupervisorState {
  readonly strategy: Strategy;
  readonly autoShutdown: AutoShutdown;
  readonly backOff: BackOff | undefined;
  readonly restarts: RestartWindow;
  /** In starting order. */
  readonly children: Child[];
}

type SupervisorContext = Context<SupervisorPrivate, SupervisorState>;

/** Something to start, or to put under another supervisor. */
export type Supervisor<A> = Omit<GenServer<SupervisorProtocol, A>, "child"> & {
  child(args: A, options?: ChildOptions<SupervisorProtocol>): ChildSpec<SupervisorProtocol>;
};

/**
 * Defines a supervisor. `describe` is asked once at each start for the strategy and the children.
 *
 * @throws SpecError from its start, when `describe`'s answer is wrong.
 */
export function defineSupervisor<A = void>(
  name: string,
  describe: (args: A) => SupervisorSpec,
): Supervisor<A> {
  const server = defineGenServer<SupervisorPrivate, SupervisorState, A>({
    name,
    trapExits: true,
    async init(ctx, args) {
      const spec = describe(args);
      const state = toState(name, spec);
      await startAll(ctx, state);
      return state;
    },
    calls: {
      startChild(ctx, spec) {
        try {
          checkChild(spec, ctx.state.autoShutdown);
        } catch (error) {
          // The caller's mistake: it is told, and the supervisor lives on.
          return later(Promise.reject(error as Error));
        }
        return addChild(ctx, spec);
      },
      async stopChild(ctx, id) {
        const child = childOf(ctx, id);
        if (child === undefined) return "not_found";
        await stop(ctx, child);
        if (child.spec.restart === "temporary") remove(ctx.state, child);
        return "stopped";
      },
      restartChild(ctx, id) {
        const child = childOf(ctx, id);
        if (child === undefined) return { outcome: "not_found" };
        if (child.ref !== undefined) return { outcome: isRunning(child) ? "running" : "restarting" };
        return startOne(ctx, child);
      },
      deleteChild(ctx, id) {
        const child = childOf(ctx, id);
        if (child === undefined) return "not_found";
        if (child.ref !== undefined) return isRunning(child) ? "running" : "restarting";
        remove(ctx.state, child);
        return "deleted";
      },
      whichChildren: (ctx) => ctx.state.children.map(toInfo),
      countChildren: (ctx) =>
        countChildren(ctx.state.children.map((child) => ({ spec: child.spec, active: isRunning(child) }))),
    },
    casts: {
      async restart(ctx, id, reason) {
        const child = childOf(ctx, id);
        if (child?.ref === "restarting") await restart(ctx, child, reason);
      },
      async restartNow(ctx, id) {
        const child = childOf(ctx, id);
        if (child?.ref === "restarting") await restartNow(ctx, child);
      },
    },
    exit: (ctx, exit) => childEnded(ctx, exit),
    terminate: (ctx) => stopAll(ctx, ctx.state.children),
    // It has the arguments of all that it starts, and only their own definitions know what to hide of them.
    format: ({ children }) => children.map(toInfo),
    formatArgs: () => [],
  });
  const specOf = (args: A, options?: { readonly name?: ProcessName<SupervisorProtocol> }) =>
    server.with(args, options as { readonly name?: ProcessName<SupervisorPrivate> });
  return {
    name,
    with: specOf,
    child: (args, options = {}) =>
      toChildSpec(
        specOf(args, options.name === undefined ? {} : { name: options.name }),
        options,
        "supervisor",
      ),
  };
}

function toState(name: string, spec: SupervisorSpec): SupervisorState {
  const { strategy = "one_for_one", intensity = DEFAULT_INTENSITY, autoShutdown = "never", backOff } = spec;
  checkSupervisor(name, spec);
  checkChildren(name, spec.children, autoShutdown);
  return {
    strategy,
    autoShutdown,
    backOff,
    restarts: new RestartWindow(intensity),
    children: spec.children.map((child) => toChild(child, backOff)),
  };
}

function toChild(spec: ChildSpec, backOff: BackOff | undefined): Child {
  return {
    spec,
    backOff: backOff === undefined ? undefined : new BackOffState(backOff),
    ref: undefined,
    wait: undefined,
  };
}

// Starting

async function startAll(ctx: SupervisorContext, state: SupervisorState): Promise<void> {
  // A copy: a child may leave the list as it starts.
  for (const child of state.children.slice()) {
    try {
      await startInto(ctx, state, child);
    } catch (error) {
      await stopAll(ctx, state.children);
      throw error;
    }
  }
}

async function startInto(ctx: SupervisorContext, state: SupervisorState, child: Child): Promise<void> {
  child.ref = await ctx.startLinked(child.spec.process);
  // One that ignored its start never comes back if it is temporary, so that nobody needs its spec.
  if (child.ref === undefined && child.spec.restart === "temporary") remove(state, child);
}

async function addChild(ctx: SupervisorContext, spec: ChildSpec): Promise<StartChildOutcome> {
  const { children, backOff } = ctx.state;
  const present = childOf(ctx, spec.id);
  if (present !== undefined)
    return isRunning(present)
      ? { outcome: "already_started", ref: present.ref }
      : { outcome: "already_present" };
  const child = toChild(spec, backOff);
  children.push(child);
  const started = await startOne(ctx, child);
  if (started.outcome === "failed") remove(ctx.state, child);
  return started;
}

async function startOne(ctx: SupervisorContext, child: Child): Promise<StartOutcome> {
  try {
    await startInto(ctx, ctx.state, child);
    return isRunning(child) ? { outcome: "started", ref: child.ref } : { outcome: "ignored" };
  } catch (error) {
    return { outcome: "failed", reason: startFailure(error) };
  }
}

// Stopping

async function stopAll(ctx: SupervisorContext, children: readonly Child[]): Promise<void> {
  for (const child of children.toReversed()) await stop(ctx, child);
}

async function stop(ctx: SupervisorContext, child: Child): Promise<void> {
  const { ref, wait } = child;
  child.ref = child.wait = undefined;
  if (wait !== undefined) ctx.cancel(wait);
  if (ref !== undefined && ref !== "restarting") await stopChild(ctx, ref, child.spec.shutdown);
}

// Restarting

async function childEnded(ctx: SupervisorContext, { from, reason }: Exit): Promise<void> {
  // The end of a child that was stopped on purpose arrives too; by then it isn't anybody's `ref` any more.
  const child = ctx.state.children.find(({ ref }) => ref === from);
  if (child === undefined) return;
  child.ref = undefined;
  if (shouldRestart(child.spec.restart, reason)) await restart(ctx, child, reason);
  else endedForGood(ctx, child);
}

function endedForGood(ctx: SupervisorContext, child: Child): void {
  const { state } = ctx;
  if (child.spec.restart === "temporary") remove(state, child);
  const left = state.children.filter(({ ref }) => ref !== undefined).map(({ spec }) => spec);
  if (shutsDown(state.autoShutdown, child.spec, left)) ctx.stop("shutdown");
}

async function restart(ctx: SupervisorContext, failed: Child, reason: ExitReason): Promise<void> {
  failed.ref = undefined;
  if (!ctx.state.restarts.allows(ctx.now())) {
    emit(ctx, "supervisor_gave_up", failed, reason);
    ctx.stop("shutdown");
    return;
  }
  emit(ctx, "child_restarted", failed, reason);
  if (failed.backOff === undefined) {
    await restartNow(ctx, failed);
    return;
  }
  await stopAll(ctx, affected(ctx, failed));
  failed.ref = "restarting";
  failed.wait = ctx.after(failed.backOff.take(ctx.now(), ctx.random()), "restartNow", failed.spec.id);
}

/** Stops whom the failed child takes along, and starts them all; of those, temporary ones don't come back. */
async function restartNow(ctx: SupervisorContext, failed: Child): Promise<void> {
  const children = affected(ctx, failed);
  await stopAll(ctx, children);
  const returning = children.filter((child) => child === failed || child.spec.restart !== "temporary");
  for (const child of children) if (!returning.includes(child)) remove(ctx.state, child);
  for (const child of returning) {
    const started = await startOne(ctx, child);
    if (started.outcome !== "failed") continue;
    // Those behind it wait with it. Tried again behind what already waits, so that requests are answered in between.
    child.ref = "restarting";
    ctx.cast(ctx.self, "restart", child.spec.id, started.reason);
    return;
  }
}

function affected({ state: { strategy, children } }: SupervisorContext, failed: Child): readonly Child[] {
  return affectedBy(strategy, children.indexOf(failed), children.length).map(
    (place) => children[place] as Child,
  );
}

// Its children

function childOf(ctx: SupervisorContext, id: string): Child | undefined {
  return ctx.state.children.find(({ spec }) => spec.id === id);
}

function remove({ children }: SupervisorState, child: Child): void {
  children.splice(children.indexOf(child), 1);
}

function isRunning(child: Child): child is Child & { readonly ref: Ref } {
  return child.ref !== undefined && child.ref !== "restarting";
}

function toInfo({ spec, ref }: Child): ChildInfo {
  return { id: spec.id, ref, type: spec.type ?? "worker", restart: spec.restart };
}

function emit(
  ctx: SupervisorContext,
  type: "child_restarted" | "supervisor_gave_up",
  child: Child,
  reason: ExitReason,
): void {
  ctx.emit({ type, supervisor: ctx.self, child: child.spec.id, reason });
}
