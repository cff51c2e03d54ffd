/** What a random program did, entry by entry in the order in which it happened: all that the checks get to see. */

import { createHash } from "node:crypto";
import type { Restart } from "@wheelhouse/actors";

/** A process by its number; {@link OUTSIDE} stands for code outside any process, and for nobody. */
export type ProcessId = number;
export const OUTSIDE: ProcessId = 0;

/** One happening for each of the types, all with the same fields. */
type Each<T extends string, F> = T extends string ? { readonly type: T } & F : never;

/** What happened; `slot` is a place in the tree, which one process after the other may hold. */
export type Happening =
  // Processes
  /** Its `init` begins. `name` is what it was started under. */
  | {
      readonly type: "born";
      readonly process: ProcessId;
      readonly slot: string;
      readonly parent: ProcessId;
      readonly traps: boolean;
      readonly name: string | undefined;
    }
  | { readonly type: "started"; readonly process: ProcessId; readonly parent: ProcessId }
  /** `left` is what could still be found of it when its end was told: names, entries, subscriptions. */
  | {
      readonly type: "ended";
      readonly process: ProcessId;
      readonly reason: string;
      readonly left: readonly string[];
    }
  /** Its `init` wanted no process. */
  | { readonly type: "ignored"; readonly process: ProcessId; readonly slot: string }
  // Supervisors
  | {
      readonly type: "supervises";
      readonly supervisor: ProcessId;
      /** Whether one child's end can take others along. */
      readonly together: boolean;
      readonly restarts: number;
      readonly withinMs: number;
    }
  | {
      readonly type: "child";
      readonly supervisor: ProcessId;
      readonly slot: string;
      readonly restart: Restart;
    }
  /** On request: stopped, with its spec kept; forgotten; asked to be started again, whatever comes of it. */
  | Each<
      "child_stopped" | "child_forgotten" | "child_requested",
      {
        readonly supervisor: ProcessId;
        readonly slot: string;
      }
    >
  | Each<"restarted" | "gave_up", { readonly supervisor: ProcessId }>
  // Messages
  | {
      readonly type: "sent";
      readonly message: number;
      readonly from: ProcessId;
      readonly to: ProcessId;
      readonly how: "cast" | "call" | "info";
    }
  | { readonly type: "received"; readonly message: number; readonly by: ProcessId }
  | { readonly type: "subscribed"; readonly by: ProcessId; readonly topic: string; readonly bounded: boolean }
  | { readonly type: "unsubscribed"; readonly by: ProcessId; readonly topic: string }
  /** To all who hear the topic but `skips`. */
  | {
      readonly type: "broadcast";
      readonly message: number;
      readonly from: ProcessId;
      readonly topic: string;
      readonly skips: ProcessId;
    }
  | { readonly type: "heard"; readonly message: number; readonly by: ProcessId }
  | {
      readonly type: "timer_set";
      readonly timer: number;
      readonly by: ProcessId;
      readonly dueAt: number;
    }
  | Each<"timer_cancelled" | "timer_fired", { readonly timer: number; readonly by: ProcessId }>
  // Calls; a call's number is that of its message
  | {
      readonly type: "asked";
      readonly call: number;
      readonly from: ProcessId;
      readonly to: ProcessId;
      readonly dueAt: number;
    }
  | { readonly type: "answered"; readonly call: number; readonly value: number }
  | { readonly type: "outcome"; readonly call: number; readonly outcome: Outcome }
  // Links and monitors
  | Each<
      "linked" | "unlinked" | "monitored" | "demonitored",
      {
        readonly by: ProcessId;
        readonly of: ProcessId;
      }
    >
  | { readonly type: "down"; readonly by: ProcessId; readonly of: ProcessId; readonly reason: string }
  | { readonly type: "trapped"; readonly by: ProcessId; readonly from: ProcessId; readonly reason: string }
  | { readonly type: "signalled"; readonly from: ProcessId; readonly to: ProcessId; readonly reason: string }
  // Registry
  | Each<"registered" | "unregistered", { readonly by: ProcessId; readonly key: string }>
  // Tasks
  | {
      readonly type: "task";
      readonly task: number;
      readonly owner: ProcessId;
      readonly linked: boolean;
      readonly supervised: boolean;
    }
  | { readonly type: "task_ran"; readonly task: number; readonly process: ProcessId }
  | { readonly type: "task_awaited"; readonly task: number; readonly dueAt: number }
  | { readonly type: "task_outcome"; readonly task: number; readonly outcome: Outcome }
  // A look at all of it
  | Sight;

/** What the runtime says of itself. `quiet`: nobody has anything to do; `over`: the root was stopped. */
export interface Sight {
  readonly type: "seen";
  readonly quiet: boolean;
  readonly over: boolean;
  /** By `runtime.processes()`, and by `describe`. */
  readonly alive: readonly ProcessId[];
  readonly described: readonly ProcessId[];
  /** `name process`, `key process` and `topic process`, one for each entry. */
  readonly names: readonly string[];
  readonly entries: readonly string[];
  readonly subscribers: readonly string[];
}

export type Outcome =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "exited"; readonly reason: string }
  | { readonly kind: "timeout" | "noproc" | "self_call" }
  | { readonly kind: "other"; readonly error: string };

/** With the virtual time of it, in milliseconds. */
export type Entry = Happening & { readonly at: number };

export type Trace = readonly Entry[];

/** Looks for one kind of defect in a trace; what it finds is in words, and there is nothing to find in a good one. */
export type Check = (trace: Trace) => readonly string[];

/** Two runs are the same if this is. */
export function hashOf(trace: Trace): string {
  return createHash("sha256").update(JSON.stringify(trace)).digest("hex");
}
