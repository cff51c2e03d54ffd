/** A random program as data: a tree of supervisors, workers and tasks, and what happens to it. */

import type { BackOff, Intensity, Restart, Shutdown, Strategy } from "@wheelhouse/actors";

export const KEYS = ["north", "east", "south"] as const;
export const TOPICS = ["weather", "prices"] as const;

export interface Plan {
  readonly seed: number;
  readonly root: SupervisorPlan;
  readonly rounds: readonly Round[];
}

/** Things that happen at one moment, and the time that passes then. */
export interface Round {
  readonly steps: readonly Step[];
  readonly thenMs: number;
  /** Whether to wait until nobody has anything to do. */
  readonly rests: boolean;
}

interface Place {
  /** Unique in the plan. */
  readonly slot: string;
  readonly restart: Restart;
}

export interface WorkerPlan extends Place {
  readonly kind: "worker";
  readonly shutdown: Shutdown;
  readonly named: boolean;
  readonly traps: boolean;
  /** What becomes of its first, second, … start; later ones succeed. */
  readonly starts: readonly ("ok" | "slow" | "fail" | "ignore")[];
  readonly first: readonly Act[];
  /** How its `terminate` ends: well, after a moment, after a long time, or by a crash. */
  readonly end: "clean" | "slow" | "long" | "crash";
}

export interface SupervisorPlan extends Place {
  readonly kind: "supervisor";
  readonly strategy: Strategy;
  readonly intensity: Intensity;
  readonly backOff: BackOff | undefined;
  readonly children: readonly Node[];
}

/** Its children are made as they are asked for, each from the pattern with a slot of its own. */
export interface DynamicPlan extends Place {
  readonly kind: "dynamic";
  readonly intensity: Intensity;
  readonly maxChildren: number;
  readonly pattern: WorkerPlan;
}

export interface TaskSupervisorPlan extends Place {
  readonly kind: "tasks";
}

export type Node = WorkerPlan | SupervisorPlan | DynamicPlan | TaskSupervisorPlan;

/** Whom something is meant for: who holds the slot now, or who held it before, and is dead. */
export interface Target {
  readonly slot: string;
  readonly former: boolean;
}

/** How a message finds its receiver. */
export type Route =
  | { readonly by: "ref"; readonly target: Target }
  | { readonly by: "name"; readonly slot: string }
  | { readonly by: "key"; readonly key: string };

export type Reason = "normal" | "shutdown" | "boom";

/** How a call is answered, and after how long. */
export interface Answer {
  readonly answer: "now" | "later" | "deferred" | "twice" | "never" | "stop" | "throw";
  readonly afterMs: number;
}

export interface Question {
  readonly route: Route;
  readonly timeoutMs: number;
  readonly answer: Answer;
  /** What the one who is asked does first. */
  readonly acts: readonly Act[];
}

export interface TaskPlan {
  readonly linked: boolean;
  readonly under: string | undefined;
  readonly takesMs: number;
  readonly fails: boolean;
  /** How long its owner waits for it; undefined: it doesn't. */
  readonly awaitMs: number | undefined;
  readonly abandoned: boolean;
}

/** Something that a worker does while it handles a message. */
export type Act =
  | { readonly act: "cast" | "inform"; readonly route: Route; readonly acts: readonly Act[] }
  | { readonly act: "ask"; readonly question: Question; readonly waits: boolean }
  | { readonly act: "monitor" | "demonitor" | "link" | "unlink" | "kill"; readonly target: Target }
  | { readonly act: "signal"; readonly target: Target; readonly reason: Reason }
  | { readonly act: "stop"; readonly reason: Reason }
  | { readonly act: "throw" }
  | { readonly act: "sleep" | "timer" | "idle"; readonly ms: number }
  /** Cancels one of its timers, by their number from the last. */
  | { readonly act: "cancel"; readonly fromLast: number }
  | { readonly act: "continue"; readonly acts: readonly Act[] }
  | { readonly act: "register" | "unregister"; readonly key: string }
  | { readonly act: "subscribe"; readonly topic: string; readonly maxQueued: number | undefined }
  | { readonly act: "unsubscribe"; readonly topic: string }
  | { readonly act: "broadcast"; readonly topic: string; readonly skipsSelf: boolean }
  | { readonly act: "task"; readonly task: TaskPlan };

/** Something that comes from outside. */
export type Step =
  | { readonly step: "tell"; readonly route: Route; readonly acts: readonly Act[] }
  | { readonly step: "ask"; readonly question: Question }
  | { readonly step: "signal"; readonly target: Target; readonly reason: Reason }
  | { readonly step: "kill"; readonly targets: readonly Target[] }
  | { readonly step: "start_child"; readonly supervisor: string; readonly child: WorkerPlan }
  | {
      readonly step: "stop_child" | "restart_child" | "delete_child";
      readonly supervisor: string;
      readonly slot: string;
    }
  | {
      readonly step: "start_dynamic";
      readonly supervisor: string;
      readonly number: number;
      readonly restart: Restart;
    }
  | { readonly step: "stop_dynamic"; readonly supervisor: string; readonly slot: string };
