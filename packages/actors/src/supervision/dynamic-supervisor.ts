/** A supervisor of any number of like children, each started on request. */

import type { ExitReason } from "../exit-reason.ts";
import type { Context } from "../context.ts";
import { defineGenServer, type GenServer } from "../gen-server.ts";
import { later } from "../process/definition.ts";
import type { Exit } from "../process/mailbox.ts";
import type { Protocol, Ref } from "../protocol.ts";
import type { ChildSpec } from "./child-spec.ts";
import { startFailure, stopChild } from "./children.ts";
import { DEFAULT_INTENSITY, RestartWindow, shouldRestart, type Intensity } from "./restart-rules.ts";

export interface DynamicSupervisorSpec<C, P extends Protocol> {
  /** What is started for a request's arguments. Ids don't matter here. */
  readonly child: (args: C) => ChildSpec<P>;
  /** Default: {@link DEFAULT_INTENSITY}. */
  readonly intensity?: Intensity;
  /** Most children at a time, those that are being started or restarted included. Default: no limit. */
  readonly maxChildren?: number;
}

/** What became of a request for a child. */
export type ChildStart<P extends Protocol> =
  | { readonly outcome: "started"; readonly ref: Ref<P> }
  | { readonly outcome: "ignored" }
  | { readonly outcome: "max_children" }
  | { readonly outcome: "failed"; readonly reason: ExitReason };

export interface DynamicSupervisorProtocol<C, P extends Protocol> {
  calls: {
    /** Resolves when the child's `init` is done; other requests go on meanwhile. */
    startChild(args: C): ChildStart<P>;
    /** Ends a child and resolves when it has ended. */
    stopChild(ref: Ref): "stopped" | "not_a_child";
    /** In starting order. */
    whichChildren(): readonly Ref<P>[];
    countChildren(): number;
  };
}

interface DynamicSupervisorPrivate<C, P extends Protocol> extends DynamicSupervisorProtocol<C, P> {
  casts: { restart(spec: ChildSpec<P>): void };
}

interface DynamicSupervisorState<C, P extends Protocol> {
  readonly spec: DynamicSupervisorSpec<C, P>;
  readonly children: Map<Ref, ChildSpec<P>>;
  readonly restarts: RestartWindow;
  /** Children whose `init` is under way. */
  starting: number;
  /** Children that ended and whose turn to be started again hasn't come. */
  restarting: number;
}

type DynamicContext<C, P extends Protocol> = Context<
  DynamicSupervisorPrivate<C, P>,
  DynamicSupervisorState<C, P>
>;

export type DynamicSupervisor<A, C, P extends Protocol> = GenServer<DynamicSupervisorProtocol<C, P>, A>;

/** Defines a dynamic supervisor: `A` is what it is started with, `C` what each child is started with. */
export function defineDynamicSupervisor<A, C, P extends Protocol>(
  name: string,
  describe: (args: A) => DynamicSupervisorSpec<C, P>,
): DynamicSupervisor<A, C, P> {
  const server: DynamicSupervisor<A, C, P> = defineGenServer<
    DynamicSupervisorPrivate<C, P>,
    DynamicSupervisorState<C, P>,
    A
  >({
    name,
    trapExits: true,
    init(_, args) {
      const spec = describe(args);
      return {
        spec,
        children: new Map(),
        restarts: new RestartWindow(spec.intensity ?? DEFAULT_INTENSITY),
        starting: 0,
        restarting: 0,
      };
    },
    calls: {
      startChild(ctx, args) {
        const { spec, children, starting, restarting } = ctx.state;
        if (children.size + starting + restarting >= (spec.maxChildren ?? Infinity))
          return { outcome: "max_children" };
        return later(startChild(ctx, spec.child(args)));
      },
      stopChild(ctx, ref) {
        const spec = ctx.state.children.get(ref);
        if (spec === undefined) return "not_a_child";
        ctx.state.children.delete(ref);
        return later(stopChild(ctx, ref, spec.shutdown).then(() => "stopped" as const));
      },
      whichChildren: (ctx) => [...ctx.state.children.keys()] as Ref<P>[],
      countChildren: (ctx) => ctx.state.children.size,
    },
    casts: {
      async restart(ctx, spec) {
        ctx.state.restarting -= 1;
        const started = await startChild(ctx, spec);
        if (started.outcome === "failed") restart(ctx, spec, started.reason);
      },
    },
    exit: (ctx, exit) => childEnded(ctx, exit),
    // All at the same time: like children don't stand on one another.
    async terminate(ctx) {
      const children = [...ctx.state.children];
      await Promise.all(children.map(([ref, { shutdown }]) => stopChild(ctx, ref, shutdown)));
    },
  });
  // A supervisor gets all the time it wants to end: its children have times of their own.
  return { ...server, child: (args, options) => server.child(args, { shutdown: Infinity, ...options }) };
}

async function startChild<C, P extends Protocol>(
  ctx: DynamicContext<C, P>,
  spec: ChildSpec<P>,
): Promise<ChildStart<P>> {
  const { state } = ctx;
  const child = { ...spec.process, started: (ref: Ref) => noteStarted(state, ref, spec) };
  state.starting += 1;
  try {
    const ref = await ctx.startLinked(child);
    if (ref !== undefined) return { outcome: "started", ref };
    state.starting -= 1;
    return { outcome: "ignored" };
  } catch (error) {
    state.starting -= 1;
    return { outcome: "failed", reason: startFailure(error) };
  }
}

/** Done by the child itself: in a promise, the news of its start could come after that of an early end. */
function noteStarted<C, P extends Protocol>(
  state: DynamicSupervisorState<C, P>,
  ref: Ref,
  spec: ChildSpec<P>,
): void {
  state.starting -= 1;
  state.children.set(ref, spec);
}

function childEnded<C, P extends Protocol>(ctx: DynamicContext<C, P>, { from, reason }: Exit): void {
  const spec = ctx.state.children.get(from);
  if (spec === undefined) return;
  ctx.state.children.delete(from);
  if (shouldRestart(spec.restart, reason)) restart(ctx, spec, reason);
}

function restart<C, P extends Protocol>(
  ctx: DynamicContext<C, P>,
  spec: ChildSpec<P>,
  reason: ExitReason,
): void {
  const allowed = ctx.state.restarts.allows(ctx.now());
  ctx.emit({
    type: allowed ? "child_restarted" : "supervisor_gave_up",
    supervisor: ctx.self,
    child: spec.id,
    reason,
  });
  if (!allowed) {
    ctx.stop("shutdown");
    return;
  }
  ctx.state.restarting += 1;
  ctx.cast(ctx.self, "restart", spec);
}
