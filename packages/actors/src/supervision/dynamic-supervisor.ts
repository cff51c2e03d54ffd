/** A supervisor of any number of like children, each started on request. */

import type { ExitReason } from "../exit-reason.ts";
import type { Context, Timer } from "../context.ts";
import { defineGenServer, type GenServer } from "../gen-server.ts";
import type { StartFailedError } from "../errors.ts";
import { later, noReply, type Starter } from "../process/definition.ts";
import type { Exit } from "../process/message.ts";
import type { Protocol, Ref, ReplyTo } from "../protocol.ts";
import { BackOffState, type BackOff } from "./back-off.ts";
import { toChildSpec, type ChildSpec } from "./child-spec.ts";
import { countChildren, stopChild, verbsOf, type ChildCounts } from "./children.ts";
import { DEFAULT_INTENSITY, RestartWindow, shouldRestart, type Intensity } from "./restart-rules.ts";
import { checkChild, checkSupervisor } from "./spec-checks.ts";

export interface DynamicSupervisorSpec<C, P extends Protocol> {
  /** What is started for a request's arguments. Ids don't matter here. */
  readonly child: (args: C) => ChildSpec<P>;
  /** Default: {@link DEFAULT_INTENSITY}. */
  readonly intensity?: Intensity;
  /** Most children at a time, those that are being started or restarted included. Default: no limit. */
  readonly maxChildren?: number;
  /** Default: none, restarts follow at once. */
  readonly backOff?: BackOff;
}

/** What became of a request for a child. */
export type ChildStart<P extends Protocol> =
  | { readonly outcome: "started"; readonly ref: Ref<P> }
  | { readonly outcome: "ignored" }
  | { readonly outcome: "max_children" }
  | { readonly outcome: "failed"; readonly reason: ExitReason };

export interface DynamicSupervisorProtocol<C, P extends Protocol> {
  calls: {
    /**
     * Resolves when the child's `init` is done; other requests go on meanwhile.
     *
     * @throws SpecError when the child's spec is wrong.
     */
    startChild(args: C): ChildStart<P>;
    /** Ends a child and resolves when it has ended; one that waits for its restart, under its last address, never comes back. */
    stopChild(ref: Ref): "stopped" | "not_a_child";
    /** Those that run, in starting order. */
    whichChildren(): readonly Ref<P>[];
    /** `specs` are all children, those that wait for their restart included. */
    countChildren(): ChildCounts;
  };
}

interface DynamicSupervisorPrivate<C, P extends Protocol> extends DynamicSupervisorProtocol<C, P> {
  casts: {
    /** Starts a child again that ended as `ref`. */
    restart(ref: Ref): void;
  };
}

/** What is kept of a child. Temporary ones of one kind share it: nothing of theirs ever changes, and their specs go. */
interface Child<P extends Protocol> {
  readonly spec: KeptSpec<P>;
  readonly backOff: BackOffState | undefined;
  /** Ended, and its turn to be started again hasn't come. */
  restarting: boolean;
  /** What ends the wait before its restart. */
  wait: Timer | undefined;
}

/** Without the process where it is never started again. */
type KeptSpec<P extends Protocol> = Omit<ChildSpec<P>, "process"> & {
  readonly process?: ChildSpec<P>["process"];
};

interface DynamicSupervisorState<C, P extends Protocol> {
  readonly spec: DynamicSupervisorSpec<C, P>;
  /** By address; a child that waits for its restart stands under its last one. */
  readonly children: Map<Ref, Child<P>>;
  readonly restarts: RestartWindow;
  /** What temporary children share, by the latest's kind. */
  temporary: Child<P> | undefined;
  /** Children whose `init` is under way. */
  starting: number;
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
      checkSupervisor(name, spec);
      const restarts = new RestartWindow(spec.intensity ?? DEFAULT_INTENSITY);
      return { spec, children: new Map(), restarts, temporary: undefined, starting: 0 };
    },
    calls: {
      startChild(ctx, args) {
        const { spec, children, starting } = ctx.state;
        if (children.size + starting >= (spec.maxChildren ?? Infinity)) return { outcome: "max_children" };
        try {
          startNew(ctx, spec.child(args), ctx.from);
          return noReply;
        } catch (error) {
          // What is wrong with the child's spec concerns who asked for it.
          return later(Promise.reject(error));
        }
      },
      stopChild(ctx, ref) {
        const child = ctx.state.children.get(ref);
        if (child === undefined) return "not_a_child";
        ctx.state.children.delete(ref);
        if (child.wait !== undefined) ctx.cancel(child.wait);
        const { from } = ctx;
        verbsOf(ctx).shutDown(ref, child.spec.shutdown, () => ctx.reply(from, "stopped"));
        return noReply;
      },
      whichChildren: (ctx) =>
        [...ctx.state.children].filter(([, { restarting }]) => !restarting).map(([ref]) => ref as Ref<P>),
      countChildren: ({ state }) =>
        countChildren(
          [...state.children.values()].map(({ spec, restarting }) => ({ spec, active: !restarting })),
        ),
    },
    casts: {
      restart(ctx, ref) {
        const child = ctx.state.children.get(ref);
        if (child === undefined) return undefined;
        return ctx.waitFor(new Promise((done) => startAgain(ctx, ref, child, done)));
      },
    },
    exit: (ctx, exit) => childEnded(ctx, exit),
    // All at the same time: like children don't stand on one another.
    async terminate(ctx) {
      const running = [...ctx.state.children].filter(([, { restarting }]) => !restarting);
      await Promise.all(running.map(([ref, { spec }]) => stopChild(ctx, ref, spec.shutdown)));
    },
    // As with other supervisors: only the children's definitions know what to hide of their arguments.
    format: ({ children }) => [...children.keys()],
    formatArgs: () => [],
  });
  return {
    ...server,
    child: (args, options = {}) => toChildSpec(server.child(args, options).process, options, "supervisor"),
  };
}

function keep<C, P extends Protocol>(state: DynamicSupervisorState<C, P>, spec: ChildSpec<P>): Child<P> {
  const { backOff } = state.spec;
  if (spec.restart !== "temporary")
    return { spec, backOff: backOff && new BackOffState(backOff), restarting: false, wait: undefined };
  const shared = state.temporary?.spec;
  if (shared?.id !== spec.id || shared.shutdown !== spec.shutdown || shared.type !== spec.type) {
    const { process: _process, ...kept } = spec;
    state.temporary = { spec: kept, backOff: undefined, restarting: false, wait: undefined };
  }
  return state.temporary as Child<P>;
}

/** The answer leaves when `init` is done; the place is kept for the child meanwhile. */
function startNew<C, P extends Protocol>(
  ctx: DynamicContext<C, P>,
  spec: ChildSpec<P>,
  from: ReplyTo<ChildStart<P>>,
): void {
  checkChild(spec, "never");
  ctx.state.starting += 1;
  verbsOf(ctx).begin(spec.process, new NewChild(ctx, spec, from));
}

/** A child whose `init` is under way: one object, since many may start a second. */
class NewChild<C, P extends Protocol> implements Starter<P> {
  readonly #ctx: DynamicContext<C, P>;
  /** Of a supervisor that ends first, the context has none any more. */
  readonly #state: DynamicSupervisorState<C, P>;
  readonly #spec: ChildSpec<P>;
  readonly #from: ReplyTo<ChildStart<P>>;

  constructor(ctx: DynamicContext<C, P>, spec: ChildSpec<P>, from: ReplyTo<ChildStart<P>>) {
    this.#ctx = ctx;
    this.#state = ctx.state;
    this.#spec = spec;
    this.#from = from;
  }

  started(ref: Ref<P>): void {
    this.#state.children.set(ref, keep(this.#state, this.#spec));
    this.#answer({ outcome: "started", ref });
  }

  ignored(): void {
    this.#answer({ outcome: "ignored" });
  }

  failed({ reason }: StartFailedError): void {
    this.#answer({ outcome: "failed", reason });
  }

  #answer(start: ChildStart<P>): void {
    this.#state.starting -= 1;
    this.#ctx.reply(this.#from, start);
  }
}

function startAgain<C, P extends Protocol>(
  ctx: DynamicContext<C, P>,
  last: Ref,
  child: Child<P>,
  done: () => void,
): void {
  const { children } = ctx.state;
  const { process } = child.spec;
  if (process === undefined) return done();
  verbsOf(ctx).begin(process, {
    started(ref) {
      children.delete(last);
      child.restarting = false;
      children.set(ref, child);
      done();
    },
    ignored() {
      children.delete(last);
      done();
    },
    failed({ reason }) {
      restart(ctx, last, child, reason);
      done();
    },
  });
}

function childEnded<C, P extends Protocol>(ctx: DynamicContext<C, P>, { from, reason }: Exit): void {
  const child = ctx.state.children.get(from);
  if (child === undefined) return;
  if (shouldRestart(child.spec.restart, reason)) restart(ctx, from, child, reason);
  else ctx.state.children.delete(from);
}

function restart<C, P extends Protocol>(
  ctx: DynamicContext<C, P>,
  ref: Ref,
  child: Child<P>,
  reason: ExitReason,
): void {
  child.restarting = true;
  child.wait = undefined;
  const allowed = ctx.state.restarts.allows(ctx.now());
  ctx.emit({
    type: allowed ? "child_restarted" : "supervisor_gave_up",
    supervisor: ctx.self,
    child: child.spec.id,
    reason,
  });
  if (!allowed) ctx.stop("shutdown");
  else if (child.backOff === undefined) ctx.cast(ctx.self, "restart", ref);
  else child.wait = ctx.after(child.backOff.take(ctx.now(), ctx.random()), "restart", ref);
}
