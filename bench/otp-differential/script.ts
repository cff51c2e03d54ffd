/** What a supervisor script says: a tree, and steps to take with it. The same text is played here and on Erlang/OTP. */

import type { AutoShutdown, Restart, Strategy } from "@wheelhouse/actors";

export interface Script {
  /** Makes the same script again. */
  readonly seed: number;
  readonly root: SupervisorNode;
  readonly steps: readonly Step[];
}

export type Node = WorkerNode | SupervisorNode;

interface ChildFields {
  /** Unique in the script. */
  readonly id: string;
  readonly restart: Restart;
  readonly significant: boolean;
  /** Below 0 it is a mistake, which has to be refused. */
  readonly shutdown: number | "brutal_kill" | "infinity";
}

export interface WorkerNode extends ChildFields {
  readonly kind: "worker";
  readonly traps: boolean;
  /** How its `terminate` ends: well, after a moment, by a crash of its own, or never. */
  readonly end: "clean" | "slow" | "crash" | "hang";
  /** What becomes of its first, second, … start; later ones succeed. */
  readonly starts: readonly Start[];
}

/** `ask` is a request for its supervisor that arrives while it is being started. */
export interface Start {
  readonly outcome: "ok" | "ignore" | "fail";
  readonly ask?: Request;
}

export interface SupervisorNode extends ChildFields {
  readonly kind: "supervisor";
  readonly strategy: Strategy;
  readonly intensity: number;
  readonly autoShutdown: AutoShutdown;
  readonly children: readonly Node[];
}

export type Request =
  | { readonly ask: "which_children" | "count_children" }
  | { readonly ask: "start_child"; readonly child: Node }
  | { readonly ask: "terminate_child" | "restart_child" | "delete_child"; readonly id: string };

export const REASONS = ["normal", "shutdown", "shutdown(x)", "boom"] as const;
export type Reason = (typeof REASONS)[number];

export type Step =
  /** The worker stops itself. */
  | { readonly step: "stop"; readonly id: string; readonly reason: Reason }
  /** The worker's handler exits. */
  | { readonly step: "throw"; readonly id: string }
  /** Siblings are killed together, before their supervisor hears of any. */
  | { readonly step: "kill"; readonly supervisor: string; readonly ids: readonly string[] }
  /** An exit signal from a stranger. */
  | { readonly step: "signal"; readonly id: string; readonly reason: Reason }
  | { readonly step: "request"; readonly supervisor: string; readonly request: Request };

/** A restart counts for so long that no script sees one forgotten: OTP counts in whole seconds, and here time is virtual. */
export const PERIOD_S = 3_600;
/** What a slow end takes, in milliseconds. */
export const SLOW_MS = 2;

/** Scripts as one Erlang term, for `file:consult`. */
export function toErlang(scripts: readonly Script[]): string {
  return `${list(scripts.map(({ root, steps }) => `{${node(root)}, ${list(steps.map(step))}}`))}.\n`;
}

function node(it: Node): string {
  const fields = `${it.id}, ${it.restart}, ${it.significant}, ${it.shutdown}`;
  if (it.kind === "worker")
    return `{worker, ${fields}, ${it.traps}, ${it.end}, ${list(it.starts.map(start))}}`;
  const { strategy, intensity, autoShutdown, children } = it;
  return `{supervisor, ${fields}, ${strategy}, ${intensity}, ${autoShutdown}, ${list(children.map(node))}}`;
}

function start({ outcome, ask }: Start): string {
  return `{${outcome}, ${ask === undefined ? "none" : request(ask)}}`;
}

function request(it: Request): string {
  if (it.ask === "start_child") return `{start_child, ${node(it.child)}}`;
  return "id" in it ? `{${it.ask}, ${it.id}}` : it.ask;
}

function step(it: Step): string {
  switch (it.step) {
    case "stop":
    case "signal":
      return `{${it.step}, ${it.id}, ${reason(it.reason)}}`;
    case "throw":
      return `{throw, ${it.id}}`;
    case "kill":
      return `{kill, ${it.supervisor}, ${list(it.ids)}}`;
    case "request":
      return `{request, ${it.supervisor}, ${request(it.request)}}`;
  }
}

function reason(it: Reason): string {
  return it === "shutdown(x)" ? "{shutdown, x}" : it;
}

function list(items: readonly string[]): string {
  return `[${items.join(", ")}]`;
}
