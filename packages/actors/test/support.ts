/** What the tests of this package share: a world to try things in, and a look at what is left of it afterwards. */

import {
  defineGenServer,
  formatReason,
  processName,
  provide,
  start,
  type CallContext,
  type Exit,
  type Down,
  type ExitReason,
  type GenServer,
  type LabelledRef,
  type PortKey,
  type ProcessName,
  type ProcessSpec,
  type Protocol,
  type Ref,
  type RuntimeEvent,
} from "@wheelhouse/actors";
import { simulation, type SimulatedRuntime } from "@wheelhouse/actors/simulation";
import { afterEach, expect } from "vitest";

export type Event<T extends RuntimeEvent["type"]> = Extract<RuntimeEvent, { readonly type: T }>;

/** A simulated runtime of one test, with all it told of itself and all its processes noted down. */
export interface World {
  readonly runtime: SimulatedRuntime;
  /** What the probes noted, in order. */
  readonly log: string[];
  /** Starts a process without a parent. What still lives at the end of the test is shut down. */
  readonly start: <P extends Protocol>(spec: ProcessSpec<P>) => Promise<Ref<P>>;
  /** The events of that type so far. */
  readonly events: <T extends RuntimeEvent["type"]>(type: T) => readonly Event<T>[];
  /** The crashes so far, which the test expected: any other fails it. */
  readonly takeCrashes: () => readonly Event<"crash">[];
  /** The notes so far, and begins anew. */
  readonly takeLog: () => readonly string[];
  /** Settles, and says how a promise stands. */
  readonly outcome: (promise: Promise<unknown>) => Promise<Outcome>;
}

export type Outcome =
  | { readonly status: "pending" }
  | { readonly status: "resolved"; readonly value: unknown }
  | { readonly status: "rejected"; readonly error: unknown };

const LogKey: PortKey<string[]> = { port: "log" };
const worlds = new Set<() => Promise<void>>();

export function world(seed = 1): World {
  const log: string[] = [];
  const runtime = simulation({ seed, ports: [provide(LogKey, log)] });
  const events: RuntimeEvent[] = [];
  const crashes: Event<"crash">[] = [];
  const roots: Ref[] = [];
  runtime.on((event) => {
    events.push(event);
    if (event.type === "crash") crashes.push(event);
  });
  worlds.add(async () => {
    for (const ref of roots.toReversed()) runtime.exit(ref, "shutdown");
    await runtime.settle();
    expect(runtime.processes().map(show), "processes left").toEqual([]);
    expect(crashes.map(describeCrash), "unexpected crashes").toEqual([]);
  });
  return {
    runtime,
    log,
    async start<P extends Protocol>(spec: ProcessSpec<P>) {
      const { ref } = await start<P, void>({ name: "root", with: () => spec }, undefined, { runtime });
      roots.push(ref);
      return ref;
    },
    events: <T extends RuntimeEvent["type"]>(type: T) =>
      events.filter((event): event is Event<T> => event.type === type),
    takeCrashes: () => crashes.splice(0),
    takeLog: () => log.splice(0),
    async outcome(promise) {
      let outcome: Outcome = { status: "pending" };
      promise.then(
        (value: unknown) => (outcome = { status: "resolved", value }),
        (error: unknown) => (outcome = { status: "rejected", error }),
      );
      await runtime.settle();
      return outcome;
    },
  };
}

afterEach(async () => {
  const checks = [...worlds];
  worlds.clear();
  for (const check of checks) await check();
});

function describeCrash({ process, message, reason }: Event<"crash">): string {
  return `${show(process)} in ${message}: ${formatReason(reason)}`;
}

// A process that does what a test tells it, and notes what becomes of it

export interface ProbeProtocol {
  calls: {
    /** Its answer is what the work returns. */
    run(work: (ctx: ProbeContext) => unknown): unknown;
  };
  casts: {
    note(text: string): void;
    do(work: (ctx: ProbeContext) => unknown): void;
  };
}

export type ProbeContext = CallContext<ProbeProtocol, unknown, unknown>;

export interface ProbeArgs {
  /** What its notes begin with. */
  readonly label: string;
  readonly init?: (ctx: ProbeContext) => unknown;
  readonly terminate?: (ctx: ProbeContext, reason: ExitReason) => void | Promise<void>;
}

function note(ctx: ProbeContext, text: string): void {
  const { label } = ctx.state as ProbeArgs;
  ctx.port(LogKey)?.push(label === "" ? text : `${label} ${text}`);
}

function defineProbe(name: string, trapExits: boolean): GenServer<ProbeProtocol, ProbeArgs> {
  return defineGenServer<ProbeProtocol, unknown, ProbeArgs>({
    name,
    trapExits,
    async init(context, args) {
      const ctx = context as ProbeContext;
      ctx.state = args;
      note(ctx, "init");
      const result = await args.init?.(ctx);
      return typeof result === "symbol" ? result : args;
    },
    calls: { run: (ctx, work) => work(ctx) },
    casts: {
      note: (ctx, text) => note(ctx as ProbeContext, text),
      do: (ctx, work) => work(ctx as ProbeContext) as void,
    },
    down: (ctx, down: Down) =>
      note(ctx as ProbeContext, `down ${show(down.ref)} ${formatReason(down.reason)}`),
    exit: (ctx, exit: Exit) =>
      note(ctx as ProbeContext, `exit ${show(exit.from)} ${formatReason(exit.reason)}`),
    timeout: (ctx) => note(ctx as ProbeContext, "timeout"),
    continue(ctx, token) {
      note(ctx as ProbeContext, `continue ${typeof token === "function" ? "" : String(token)}`.trimEnd());
      return typeof token === "function" ? token(ctx) : undefined;
    },
    terminate(ctx, reason) {
      note(ctx as ProbeContext, `terminate ${formatReason(reason)}`);
      return (ctx.state as ProbeArgs).terminate?.(ctx as ProbeContext, reason);
    },
  });
}

export const Probe = defineProbe("Probe", false);
export const TrappingProbe = defineProbe("TrappingProbe", true);

/** A probe of that name, which its notes begin with. */
export function probe(label = "", args: Omit<ProbeArgs, "label"> = {}): ProcessSpec<ProbeProtocol> {
  return Probe.with({ label, ...args }, named(label));
}

export function trappingProbe(label = "", args: Omit<ProbeArgs, "label"> = {}): ProcessSpec<ProbeProtocol> {
  return TrappingProbe.with({ label, ...args }, named(label));
}

function named(label: string): { readonly name?: ProcessName<ProbeProtocol> } {
  return label === "" ? {} : { name: processName(label) };
}

/** As reports show it: `Room#12`. */
export function show(ref: Ref): string {
  return `${(ref as LabelledRef).label}#${ref.id}`;
}

/** Holds an asynchronous handler for so long, by the runtime's clock. */
export async function sleep(ctx: Pick<ProbeContext, "exited" | "self">, ms: number): Promise<void> {
  await ctx.exited(ctx.self, ms);
}

/** The address of something that also understands what no process here does. */
export function untyped(ref: Ref): Ref<{ calls: { nope(): string }; casts: { nope(): void } }> {
  return ref as ReturnType<typeof untyped>;
}

/** What `crash` throws. */
export const boom = new Error("boom");

export function crash(): never {
  throw boom;
}
