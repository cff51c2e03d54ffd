/** Plays a supervisor script on this toolkit, in virtual time. Its lines are those that `player.erl` writes. */

import {
  SpecError,
  StartFailedError,
  defineGenServer,
  defineSupervisor,
  ignore,
  start,
  type ChildSpec,
  type ExitReason,
  type LabelledRef,
  type ProcessSpec,
  type Ref,
  type RestartChildOutcome,
  type StartChildOutcome,
  type SupervisorProtocol,
} from "@wheelhouse/actors";
import { simulation, type SimulatedRuntime } from "@wheelhouse/actors/simulation";
import {
  PERIOD_S,
  SLOW_MS,
  type Node,
  type Reason,
  type Request,
  type Script,
  type Step,
  type WorkerNode,
} from "./script.ts";

/** Longer than anything takes that ends at all. */
const AMPLE_MS = 1_000;

interface WorkerProtocol {
  casts: { stop(reason: Reason): void; throw(): void };
}

export async function playHere(script: Script): Promise<readonly string[]> {
  const player = new Player(script);
  try {
    return await player.play();
  } finally {
    for (const ref of player.runtime.processes()) player.runtime.exit(ref, "kill");
  }
}

class Player {
  readonly runtime: SimulatedRuntime;
  readonly #script: Script;
  readonly #starts = new Map<string, number>();
  /** By the id of the process: its label. */
  readonly #labels = new Map<number, string>();
  /** By the id of the node: those that live, the latest last. */
  readonly #living = new Map<string, Ref[]>();
  readonly #ready = new Set<Ref>();
  #events: string[] = [];
  #asked: string[] = [];
  readonly #lines: string[] = [];

  constructor(script: Script) {
    this.#script = script;
    this.runtime = simulation({ seed: script.seed });
    this.runtime.on((event) => {
      if (event.type === "process_started") this.#ready.add(event.process);
      if (event.type === "process_ended") this.#ended(event.process, event.reason);
    });
  }

  async play(): Promise<readonly string[]> {
    const root = await this.#startRoot();
    if (root === undefined) return this.#lines;
    let number = 0;
    for (const step of this.#script.steps) {
      number += 1;
      const answer = this.#take(step);
      await this.runtime.advance(AMPLE_MS);
      await this.#block(number, await answer, root);
    }
    this.runtime.exit(root, "shutdown");
    await this.runtime.advance(AMPLE_MS);
    await this.#block(number + 1, "ended", undefined);
    return this.#lines;
  }

  async #startRoot(): Promise<Ref<SupervisorProtocol> | undefined> {
    const { process } = this.#spec(this.#script.root, undefined);
    const starting = start({ name: "root", with: () => process }, undefined, { runtime: this.runtime }).then(
      ({ ref }) => ({ answer: "started", ref: ref as Ref<SupervisorProtocol> }),
      (error: StartFailedError) => ({ answer: `failed(${formatReason(error.reason)})`, ref: undefined }),
    );
    await this.runtime.advance(AMPLE_MS);
    const { answer, ref } = await starting;
    await this.#block(0, answer, ref);
    return ref;
  }

  async #block(number: number, answer: string, root: Ref<SupervisorProtocol> | undefined): Promise<void> {
    const tree = root === undefined ? "none" : await this.#walk(root);
    this.#lines.push(`-- ${number}`, ...this.#events, `= ${answer}`, ...this.#asked, `tree ${tree}`);
    this.#events = [];
    this.#asked = [];
  }

  async #walk(ref: Ref<SupervisorProtocol>): Promise<string> {
    if (!this.#labels.has(ref.id)) return "dead";
    const children = await this.runtime.call(ref, "whichChildren");
    const texts = children.map(async ({ id, ref: child, type }) => {
      if (typeof child !== "object") return `${id}:${String(child)}`;
      return type === "worker" ? id : id + (await this.#walk(child as Ref<SupervisorProtocol>));
    });
    return `(${(await Promise.all(texts)).join(" ")})`;
  }

  // Steps

  async #take(step: Step): Promise<string> {
    switch (step.step) {
      case "stop":
        return this.#with(step.id, (ref) =>
          this.runtime.cast(ref as Ref<WorkerProtocol>, "stop", step.reason),
        );
      case "throw":
        return this.#with(step.id, (ref) => this.runtime.cast(ref as Ref<WorkerProtocol>, "throw"));
      case "signal":
        return this.#with(step.id, (ref) => this.runtime.exit(ref, toReason(step.reason)));
      case "kill":
        return this.#with(step.supervisor, () => {
          for (const id of step.ids) this.#with(id, (ref) => this.runtime.exit(ref, "kill"));
        });
      case "request":
        return this.#request(step.supervisor, step.request);
    }
  }

  #with(id: string, work: (ref: Ref) => void): string {
    const ref = this.#living.get(id)?.at(-1);
    if (ref === undefined) return "nobody";
    work(ref);
    return "done";
  }

  async #request(id: string, request: Request): Promise<string> {
    const ref = this.#living.get(id)?.at(-1) as Ref<SupervisorProtocol> | undefined;
    return ref === undefined ? "noproc" : this.#ask(id, ref, request);
  }

  async #ask(id: string, ref: Ref<SupervisorProtocol>, request: Request): Promise<string> {
    const { runtime } = this;
    switch (request.ask) {
      case "which_children":
        return formatChildren(await runtime.call(ref, "whichChildren"));
      case "count_children":
        return formatCounts(await runtime.call(ref, "countChildren"));
      case "start_child":
        return runtime
          .call(ref, "startChild", this.#spec(request.child, id))
          .then(formatOutcome, (error: unknown) => {
            if (error instanceof SpecError) return "bad_spec";
            throw error;
          });
      case "terminate_child":
        return runtime.call(ref, "stopChild", request.id);
      case "restart_child":
        return formatOutcome(await runtime.call(ref, "restartChild", request.id));
      case "delete_child":
        return runtime.call(ref, "deleteChild", request.id);
    }
  }

  // Children

  #spec(node: Node, parent: string | undefined): ChildSpec {
    const { id, restart, significant, shutdown } = node;
    const process = node.kind === "worker" ? this.#worker(node, parent) : this.#supervisor(node);
    return {
      id,
      process,
      restart,
      significant,
      shutdown: shutdown === "brutal_kill" ? "brutal" : shutdown === "infinity" ? Infinity : shutdown,
      type: node.kind,
    };
  }

  #supervisor(node: Node & { readonly kind: "supervisor" }): ProcessSpec {
    const { id, strategy, intensity, autoShutdown, children } = node;
    const definition = defineSupervisor(id, () => ({
      strategy,
      intensity: { restarts: intensity, withinMs: PERIOD_S * 1_000 },
      autoShutdown,
      children: children.map((child) => this.#spec(child, id)),
    }));
    return this.#noted(definition.with(), id);
  }

  #worker({ id, traps, end, starts }: WorkerNode, parent: string | undefined): ProcessSpec {
    const definition = defineGenServer<WorkerProtocol, null>({
      name: id,
      trapExits: traps,
      init: () => {
        const { outcome, ask } = starts[(this.#starts.get(id) as number) - 1] ?? { outcome: "ok" };
        if (ask !== undefined && parent !== undefined) this.#askMeanwhile(parent, ask);
        if (outcome === "fail") throw "boom";
        return outcome === "ignore" ? ignore : null;
      },
      casts: {
        stop: (ctx, reason) => ctx.stop(toReason(reason)),
        throw: () => {
          throw "thrown";
        },
      },
      exit: () => {},
      terminate: async (ctx, reason) => {
        this.#events.push(`terminate ${this.#labels.get(ctx.self.id)} ${formatReason(reason)}`);
        if (end === "slow") await ctx.exited(ctx.self, SLOW_MS);
        if (end === "crash") throw "oops";
        if (end === "hang") await ctx.exited(ctx.self);
      },
    });
    return this.#noted(definition.with(), id);
  }

  /** The same process, noted down as its `init` begins. */
  #noted(spec: ProcessSpec, id: string): ProcessSpec {
    const init = spec.definition.init as (ctx: { readonly self: Ref }, args: unknown) => unknown;
    const noted = (ctx: { readonly self: Ref }, args: unknown) => {
      const count = (this.#starts.get(id) ?? 0) + 1;
      this.#starts.set(id, count);
      this.#labels.set(ctx.self.id, `${id}#${count}`);
      this.#living.set(id, [...(this.#living.get(id) ?? []), ctx.self]);
      this.#events.push(`start ${id}#${count}`);
      return init(ctx, args);
    };
    return { ...spec, definition: { ...spec.definition, init: noted } };
  }

  #ended(process: LabelledRef, reason: ExitReason): void {
    const label = this.#labels.get(process.id);
    this.#events.push(`exit ${label} ${formatReason(reason)}`);
    this.#labels.delete(process.id);
    const living = this.#living.get(process.label) ?? [];
    this.#living.set(
      process.label,
      living.filter((ref) => ref !== process),
    );
  }

  /** A request that reaches the supervisor while it starts the child; one that ends before it answers isn't waited for. */
  #askMeanwhile(id: string, request: Request): void {
    const supervisor = this.#living.get(id)?.at(-1) as Ref<SupervisorProtocol>;
    if (!this.#ready.has(supervisor)) return;
    this.#ask(id, supervisor, request).then(
      (answer) => this.#asked.push(`? ${answer}`),
      () => {},
    );
  }
}

function toReason(reason: Reason): ExitReason {
  return reason === "shutdown(x)" ? { shutdown: "x" } : reason;
}

function formatReason(reason: ExitReason): string {
  if (reason instanceof StartFailedError)
    return `failed(${reason.message.split(" ")[0]}: ${formatReason(reason.reason)})`;
  if (reason instanceof SpecError) return "bad_spec";
  if (reason instanceof Error) throw reason;
  return typeof reason === "string" ? reason : `shutdown(${String(reason.shutdown)})`;
}

function formatOutcome(outcome: StartChildOutcome | RestartChildOutcome): string {
  return outcome.outcome === "failed" ? `failed(${formatReason(outcome.reason)})` : outcome.outcome;
}

type Children = Awaited<ReturnType<SupervisorProtocol["calls"]["whichChildren"]>>;

function formatChildren(children: Children): string {
  return children
    .map(({ id, ref, type }) => `${id}:${typeof ref === "object" ? "running" : String(ref)}:${type}`)
    .join(" ");
}

function formatCounts(counts: ReturnType<SupervisorProtocol["calls"]["countChildren"]>): string {
  const { specs, active, supervisors, workers } = counts;
  return `specs:${specs} active:${active} supervisors:${supervisors} workers:${workers}`;
}
