/** When a supervisor restarts, whom, and when it gives up: pure, as in OTP's "Supervisor Behaviour". */

import { isCleanExit, type ExitReason } from "../exit-reason.ts";
import type { ChildSpec, Restart } from "./child-spec.ts";

/** Whom one child's end takes along: nobody, everybody, or those started after it. */
export type Strategy = "one_for_one" | "one_for_all" | "rest_for_one";

/** Whether a supervisor ends, with `shutdown`, when a significant child has ended for good: never, at any, at the last. */
export type AutoShutdown = "never" | "any_significant" | "all_significant";

/** So many restarts within so long are fine; one more, and the supervisor gives up. */
export interface Intensity {
  readonly restarts: number;
  readonly withinMs: number;
}

/** OTP's `intensity` and `period` as Elixir defaults them. */
export const DEFAULT_INTENSITY: Intensity = { restarts: 3, withinMs: 5_000 };

export function shouldRestart(restart: Restart, reason: ExitReason): boolean {
  switch (restart) {
    case "permanent":
      return true;
    case "transient":
      return !isCleanExit(reason);
    case "temporary":
      return false;
  }
}

/** Whether a supervisor ends because `ended` has, for good, while `running` still run. */
export function shutsDown(
  autoShutdown: AutoShutdown,
  ended: Pick<ChildSpec, "significant">,
  running: readonly Pick<ChildSpec, "significant">[],
): boolean {
  if (ended.significant !== true || autoShutdown === "never") return false;
  return autoShutdown === "any_significant" || running.every(({ significant }) => significant !== true);
}

/** The places of the children that one child's end concerns, in starting order. */
export function affectedBy(strategy: Strategy, failed: number, count: number): readonly number[] {
  switch (strategy) {
    case "one_for_one":
      return [failed];
    case "one_for_all":
      return Array.from({ length: count }, (_, place) => place);
    case "rest_for_one":
      return Array.from({ length: count - failed }, (_, offset) => failed + offset);
  }
}

/** The restarts of late, by a monotonic clock. One incident counts once, however many children it restarts. */
export class RestartWindow {
  readonly #intensity: Intensity;
  #times: readonly number[] = [];

  constructor(intensity: Intensity) {
    this.#intensity = intensity;
  }

  /** Counts a restart at `now`; false when it is one too many. */
  allows(now: number): boolean {
    this.#times = [...this.#times.filter((time) => now - time <= this.#intensity.withinMs), now];
    return this.#times.length <= this.#intensity.restarts;
  }
}
