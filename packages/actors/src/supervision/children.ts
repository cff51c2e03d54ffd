/** Starting and stopping one child, for both kinds of supervisor. */

import type { Context } from "../context.ts";
import { StartFailedError } from "../errors.ts";
import { toExitReason, type ExitReason } from "../exit-reason.ts";
import type { ProcessContext } from "../process/context.ts";
import type { Ref } from "../protocol.ts";
import type { ChildSpec, Shutdown } from "./child-spec.ts";

/** How many children there are, of which kind, and how many of them run. */
export interface ChildCounts {
  /** All of them, whether they run or not. */
  readonly specs: number;
  /** Those that run. */
  readonly active: number;
  readonly supervisors: number;
  readonly workers: number;
}

interface CountedChild {
  readonly spec: Pick<ChildSpec, "type">;
  readonly active: boolean;
}

export function countChildren(children: readonly CountedChild[]): ChildCounts {
  const active = children.filter((child) => child.active).length;
  const supervisors = children.filter(({ spec }) => spec.type === "supervisor").length;
  return { specs: children.length, active, supervisors, workers: children.length - supervisors };
}

/** Ends a child and waits until it has ended: asks with `shutdown`, and kills it when its time is over. */
export function stopChild(ctx: SupervisorVerbs, ref: Ref, shutdown: Shutdown): Promise<void> {
  return ctx.waitFor(new Promise((resolve) => verbsOf(ctx).shutDown(ref, shutdown, resolve)));
}

type SupervisorVerbs = Pick<Context, "waitFor">;

/** Verbs that only supervisors need and no program is shown: every context is of that class. */
export function verbsOf(ctx: SupervisorVerbs): Pick<ProcessContext, "begin" | "shutDown"> {
  return ctx as ProcessContext;
}

/** Why a start failed, from what it was rejected with. */
export function startFailure(error: unknown): ExitReason {
  return error instanceof StartFailedError ? error.reason : toExitReason(error);
}
