/** What a supervisor can be asked, and what it answers. */

import type { ExitReason } from "../exit-reason.ts";
import type { Ref } from "../protocol.ts";
import type { ChildSpec, ChildType, Restart } from "./child-spec.ts";
import type { ChildCounts } from "./children.ts";

export interface ChildInfo {
  readonly id: string;
  /** `undefined` while it isn't running, `restarting` while it waits for its next start. */
  readonly ref: Ref | "restarting" | undefined;
  readonly type: ChildType;
  readonly restart: Restart;
}

/** A child was started, chose to be ignored, or failed to start. */
export type StartOutcome =
  | { readonly outcome: "started"; readonly ref: Ref }
  | { readonly outcome: "ignored" }
  | { readonly outcome: "failed"; readonly reason: ExitReason };

/** What became of {@link SupervisorProtocol}'s `startChild`; `already_present` is one of that id that isn't running. */
export type StartChildOutcome =
  | StartOutcome
  | { readonly outcome: "already_started"; readonly ref: Ref }
  | { readonly outcome: "already_present" };

/** What became of {@link SupervisorProtocol}'s `restartChild`. */
export type RestartChildOutcome = StartOutcome | { readonly outcome: "running" | "restarting" | "not_found" };

/** As in OTP's `supervisor`. While a child starts or stops, other requests wait. */
export interface SupervisorProtocol {
  calls: {
    /**
     * Starts one more child, behind the others. One that fails isn't kept; one that ignores its start is, unless temporary.
     *
     * @throws SpecError when the spec is wrong.
     */
    startChild(spec: ChildSpec): StartChildOutcome;
    /** Stops a child and keeps its spec, unless it is temporary (`terminate_child`). */
    stopChild(id: string): "stopped" | "not_found";
    /** Starts a child again that was stopped or has ended. */
    restartChild(id: string): RestartChildOutcome;
    /** Forgets the spec of a child that isn't running. */
    deleteChild(id: string): "deleted" | "running" | "restarting" | "not_found";
    /** In starting order. */
    whichChildren(): readonly ChildInfo[];
    countChildren(): ChildCounts;
  };
}
