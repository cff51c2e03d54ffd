/** A supervisor: starts its children in order, restarts what fails by its strategy, and stops them in reverse. */

import type { Context } from "../context.ts";
import type { ExitReason } from "../exit-reason.ts";
import { defineGenServer, type GenServer } from "../gen-server.ts";
import type { Exit } from "../process/mailbox.ts";
import type { ProcessName, Ref } from "../protocol.ts";
import { toChildSpec, type ChildOptions, type ChildSpec } from "./child-spec.ts";
import { startFailure, stopChild } from "./children.ts";
import {
  DEFAULT_INTENSITY,
  RestartWindow,
  affectedBy,
  shouldRestart,
  type Intensity,
  type Strategy,
} from "./restart-rules.ts";

export interface SupervisorSpec {
  /** Default: `one_for_one`. */
  readonly strategy?: Strategy;
  /** Default: {@link DEFAULT_INTENSITY}. */
  readonly intensity?: Intensity;
  /** In starting order. */
  readonly children: readonly ChildSpec[];
}

export interface ChildInfo {
  readonly id: string;
  /** `undefined` while it isn't running. */
  readonly ref: Ref | undefined;
}

export interface SupervisorProtocol {
  calls: {
    /** In starting order. */
    whichChildren(): readonly ChildInfo[];
  };
}

interface SupervisorPrivate extends SupervisorProtocol {
  casts: {
    /** Tries again to restart after a restart that failed. */
    restart(id: string, reason: ExitReason): void;
  };
}

interface Child {
  readonly spec: ChildSpec;
  ref: Ref | undefined;
}

interface SupervisorState {
  readonly strategy: Strategy;
  readonly children: Child[];
  readonly restarts: RestartWindow;
}

type SupervisorContext = Context<SupervisorPrivate, SupervisorState>;

/** Something to start, or to put under another supervisor. */
export type Supervisor<A> = Omit<GenServer<SupervisorProtocol, A>, "child"> & {
  child(args: A, options?: ChildOptions<SupervisorProtocol>): ChildSpec<SupervisorProtocol>;
};

/**
 * Defines a supervisor. `describe` is asked once at each start for the strategy and the children.
 *
 * @throws Error from `describe`'s answer, when two children have one id.
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
      const state: SupervisorState = {
        strategy: spec.strategy ?? "one_for_one",
        children: checkChildren(name, spec.children).map((child) => ({ spec: child, ref: undefined })),
        restarts: new RestartWindow(spec.intensity ?? DEFAULT_INTENSITY),
      };
      await startAll(ctx, state);
      return state;
    },
    calls: {
      whichChildren: (ctx) => ctx.state.children.map(({ spec, ref }) => ({ id: spec.id, ref })),
    },
    casts: {
      async restart(ctx, id, reason) {
        const child = ctx.state.children.find(({ spec }) => spec.id === id);
        if (child !== undefined && child.ref === undefined) await restart(ctx, child, reason);
      },
    },
    exit: (ctx, exit) => childEnded(ctx, exit),
    terminate: (ctx) => stopAll(ctx, ctx.state.children),
  });
  const specOf = (args: A, options?: { readonly name?: ProcessName<SupervisorProtocol> }) =>
    server.with(args, options as { readonly name?: ProcessName<SupervisorPrivate> });
  return {
    name,
    with: specOf,
    child: (args, options = {}) =>
      toChildSpec(specOf(args, options.name === undefined ? {} : { name: options.name }), options, Infinity),
  };
}

function checkChildren(name: string, children: readonly ChildSpec[]): readonly ChildSpec[] {
  const ids = new Set<string>();
  for (const { id } of children) {
    if (ids.has(id))
      throw new Error(`expected the children of ${name} to have ids of their own, got twice: ${id}`);
    ids.add(id);
  }
  return children;
}

async function startAll(ctx: SupervisorContext, { children }: SupervisorState): Promise<void> {
  for (const child of children) {
    try {
      child.ref = await ctx.startLinked(child.spec.process);
    } catch (error) {
      await stopAll(ctx, children);
      throw error;
    }
  }
}

async function stopAll(ctx: SupervisorContext, children: readonly Child[]): Promise<void> {
  for (const child of children.toReversed()) await stop(ctx, child);
}

async function stop(ctx: SupervisorContext, child: Child): Promise<void> {
  const { ref } = child;
  if (ref === undefined) return;
  child.ref = undefined;
  await stopChild(ctx, ref, child.spec.shutdown);
}

async function childEnded(ctx: SupervisorContext, { from, reason }: Exit): Promise<void> {
  // The end of a child that was stopped on purpose arrives too; by then it isn't anybody's `ref` any more.
  const child = ctx.state.children.find(({ ref }) => ref === from);
  if (child === undefined) return;
  child.ref = undefined;
  if (shouldRestart(child.spec.restart, reason)) await restart(ctx, child, reason);
  else if (child.spec.restart === "temporary")
    ctx.state.children.splice(ctx.state.children.indexOf(child), 1);
}

async function restart(ctx: SupervisorContext, failed: Child, reason: ExitReason): Promise<void> {
  const { children, strategy, restarts } = ctx.state;
  if (!restarts.allows(ctx.now())) {
    emit(ctx, "supervisor_gave_up", failed, reason);
    ctx.stop("shutdown");
    return;
  }
  emit(ctx, "child_restarted", failed, reason);
  const affected = affectedBy(strategy, children.indexOf(failed), children.length).map(
    (place) => children[place] as Child,
  );
  await stopAll(ctx, affected);
  for (const child of affected) {
    if (child !== failed && child.spec.restart === "temporary") {
      children.splice(children.indexOf(child), 1);
      continue;
    }
    try {
      child.ref = await ctx.startLinked(child.spec.process);
    } catch (error) {
      // Tried again behind what already waits, so that requests are answered in between.
      ctx.cast(ctx.self, "restart", child.spec.id, startFailure(error));
      return;
    }
  }
}

function emit(
  ctx: SupervisorContext,
  type: "child_restarted" | "supervisor_gave_up",
  child: Child,
  reason: ExitReason,
): void {
  ctx.emit({ type, supervisor: ctx.self, child: child.spec.id, reason });
}
